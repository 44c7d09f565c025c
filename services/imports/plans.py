"""What an import is made of, whatever it brings: fields, lines, plans, and the kinds themselves.

A kind is data and four functions. Points, surveys and leads join by adding a `Kind`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlmodel import Session

from db.models import RowOutcome
from db.types import Base
from services.core.words import N_

Reason = tuple[str, str, dict[str, Any]]
"""(field, msgid, params): worded for the reader when it is shown. An empty field is the row."""
Seen = dict[str, tuple[int, str]]
"""What earlier rows of the file brought: key -> (row, the name in it)."""

MORE_OF: Final = N_("One more for the customer of row {row}")
SAME_AS: Final = N_("Same as row {row}")
ELSEWHERE: Final = N_("There is a file in another store ({store}). Ask there for access")
KEPT: Final = N_("Kept what is on file: {value}")
MISSING: Final = N_("This must be filled in")
EXTRA_CELLS: Final = N_("This row has more cells than the header has columns")


@dataclass(frozen=True, slots=True)
class Field:
    """One field that a column may go to. `parse` raises InvalidValue; it never gets a blank."""

    name: str
    parse: Callable[[str], Any]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, parsed: its own number, its values (blank ones are absent), what is
    wrong with it. `follows`: the earlier row of the file that brought the same customer."""

    number: int
    values: Mapping[str, Any]
    wrong: tuple[Reason, ...] = ()
    follows: int | None = None


@dataclass(slots=True)
class Plan:
    """What a row would do, and after `apply` what it did.

    `effects`: [table, id, version after or None, {field: [before, after]} or None for a row that
    was made]; of a complaint how many events it came with in place of its version.
    `revisions`: (row, customer's id or None, field, old, new).
    """

    line: Line
    outcome: RowOutcome
    reasons: list[Reason] = field(default_factory=list)
    deed: Any = None
    effects: list[list[Any]] = field(default_factory=list)
    revisions: list[tuple[Base, int | None, str, Any, Any]] = field(default_factory=list)

    def made(self, row: Any) -> None:
        """Note a row that was added and flushed."""
        self.effects.append([row.__tablename__, row.id, getattr(row, "version", None), None])

    def changed(self, row: Any, customer_id: int | None, values: Mapping[str, Any]) -> None:
        """Change fields of a row and note what they were."""
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
            self.revisions.append((row, customer_id, name, before[name], value))
        pairs = {name: [before[name], value] for name, value in values.items()}
        self.effects.append([row.__tablename__, row.id, None, pairs])


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows go: the store, its active people by user name and by (unique) name, and who
    brings the list (None: the host)."""

    store_id: int
    people: Mapping[str, int]
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of list.

    `keys` names what a row may share with another (rows that share one are done one after the
    other), `look` fetches what the database knows of some rows (locked when they will be
    written), `plan` says what a row would do, `repeats` corrects a plan by what earlier rows of
    the file bring, `apply` does the plans that do anything and fills their effects.
    """

    name: str
    label: str
    fields: tuple[Field, ...]
    keys: Callable[[Mapping[str, Any]], set[str]]
    look: Callable[[Session, Place, Sequence[Line], bool], Any]
    plan: Callable[[Place, Any, Line], Plan]
    repeats: Callable[[Plan, Seen], None]
    apply: Callable[[Session, Place, Any, Iterable[Plan]], None]

    @property
    def by_name(self) -> dict[str, Field]:
        return {one.name: one for one in self.fields}


def wrong(line: Line, *more: Reason) -> Plan:
    return Plan(line, RowOutcome.WRONG, [*line.wrong, *more])


def skipped(line: Line, *reasons: Reason) -> Plan:
    return Plan(line, RowOutcome.SKIPPED, list(reasons))
