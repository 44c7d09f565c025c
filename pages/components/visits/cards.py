"""Contacts as cards of a board: who, what for, and what keeps them."""

import datetime as dt
from typing import Final

from pages.components.board import BoardCard, Mark
from pages.components.customers.colours import label_chip
from pages.components.layout import Tone
from pages.components.visits import looks
from pages.components.words import choice, fdate, listed, raw
from services.core.words import N_
from services.customers import Label
from services.visits import Card, Desk, TaskRow, TaskState

LATE: Final = "late"
"""The column of what is over."""
SOON: Final = dt.timedelta(days=2)


def placed(one: Card, today: dt.date, *, is_fixed: bool) -> BoardCard:
    """At its place in the week; `is_fixed`: it is not his to move."""
    row = one.row
    at = desk_row(one.desk) if row.owner_id is None else person_row(row.owner_id)
    col = one.day.isoformat() if one.day else LATE
    return stacked(row, today, col, row_id=at, desk=one.desk, is_fixed=is_fixed)


def stacked(
    row: TaskRow,
    today: dt.date,
    col: str,
    *,
    row_id: str = "",
    desk: Desk | None = None,
    is_fixed: bool = True,
) -> BoardCard:
    """In a column."""
    chip, what = label_chip(row.label), looks.purpose(row)
    marks = _marks(row)
    until = row.held_until
    said = [row.customer, chip.text, what, choice(row.kind), *(mark.text for mark in marks)]
    said += [raw(N_("due until {day}"), day=fdate(row.due_to))]
    said += [raw(N_("held until {day}"), day=fdate(until))] if until else []
    return BoardCard(
        id=row.id,
        version=row.version,
        col=col,
        row=row_id,
        title=row.customer,
        sub=what if row_id or not row.owner else f"{what} · {row.owner}",
        label=listed(said),
        icon=_symbol(looks.KINDS[row.kind]),
        tone=_tone(row, today).value,
        mark=None if row.label is Label.EXISTING else Mark(_symbol(chip.icon), chip.tone.value),
        chips=marks,
        last=row.expires_on.isoformat(),
        desk=desk.value if desk else "",
        fixed=is_fixed,
    )


def person_row(user_id: int) -> str:
    return f"p{user_id}"


def desk_row(desk: Desk) -> str:
    return f"d{desk.value}"


def _symbol(icon: str) -> str:
    """The name of an icon, such as call of ":material/call:"."""
    return icon.split("/")[1].rstrip(":")


def _tone(row: TaskRow, today: dt.date) -> Tone:
    if row.state is TaskState.DONE:
        return Tone.GOOD
    if row.hold is not None or row.state is not TaskState.PLANNED:
        return Tone.QUIET
    if row.due_to < today:
        return Tone.BAD
    return Tone.WARN if row.expires_on - today <= SOON else Tone.INFO


def _marks(row: TaskRow) -> list[Mark]:
    """What keeps it, how often it was tried, what it takes the place of."""
    found = []
    if row.hold is not None:
        found.append(Mark(choice(row.hold), Tone.WARN.value))
    if row.attempts:
        found.append(Mark(raw(N_("tried {n} ×"), n=row.attempts), Tone.QUIET.value))
    if row.merged:
        found.append(Mark(raw(N_("with {n} more"), n=row.merged), Tone.QUIET.value))
    return found
