"""The reasons of a batch in groups: which field, why, how many rows, which were the first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from db.models import RowOutcome

FIRST: Final = 50
"""Row numbers kept per group: a page of details."""
DIFFERS: Final = "…"


@dataclass(frozen=True, slots=True)
class Group:
    """`params` that differ from row to row are an ellipsis."""

    id: str
    outcome: RowOutcome
    field: str
    msgid: str
    params: dict[str, Any]
    count: int
    numbers: tuple[int, ...]


def add(
    counts: dict[str, Any],
    outcome: RowOutcome,
    reasons: Iterable[Any],
    number: int,
    *,
    sign: int = 1,
) -> None:
    """Count a row's reasons in (or out of) `counts["groups"]`, which is kept as plain JSON."""
    found: dict[str, Any] = dict(counts.get("groups", {}))
    for field, msgid, params in reasons:
        key = f"{outcome.value}|{field}|{msgid}"
        told, count, numbers = found.get(key, [dict(params), 0, []])
        told = {name: _common(value, params.get(name)) for name, value in told.items()}
        if sign > 0 and len(numbers) < FIRST:
            numbers = [*numbers, number]
        elif sign < 0:
            numbers = [one for one in numbers if one != number]
        found[key] = [told, count + sign, numbers]
    counts["groups"] = {key: value for key, value in found.items() if value[1] > 0}


def _common(one: Any, other: Any) -> Any:
    return one if one == other else DIFFERS


def of(counts: dict[str, Any]) -> list[Group]:
    """The largest first; what is wrong before what was left out before what is only noted."""
    order = [RowOutcome.WRONG, RowOutcome.SKIPPED, *RowOutcome]
    found = []
    for key, (params, count, numbers) in counts.get("groups", {}).items():
        outcome, field, msgid = key.split("|", 2)
        found.append(
            Group(key, RowOutcome(outcome), field, msgid, params, count, tuple(sorted(numbers)))
        )
    return sorted(found, key=lambda group: (order.index(group.outcome), -group.count, group.id))
