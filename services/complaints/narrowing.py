"""What narrows the ledger, its boards and the workbook (C09)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col

from db.models import Complaint, DemandKind, Department, Severity
from services.complaints.marks import Mark
from services.core import clock

LONGEST: Final = 20
LONGEST_ELSEWHERE: Final = 60
PHONE: Final = 7
_SIGNS: Final = frozenset("TS-0123456789")


class Part(StrEnum):
    """Which of them."""

    OPEN = "open"
    LATE = "late"
    """A clock that runs is over."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the ledger; None or empty means no bound."""

    part: Part | None = None
    store_id: int | None = None
    handler_id: int | None = None
    severity: Severity | None = None
    department: Department | None = None
    demand_kind: DemandKind | None = None
    mark: Mark | None = None
    text: str = ""
    """Of a number; the whole number in the system from which it came; or somebody's name, phone or
    plate, see `seeking`."""

    @property
    def elsewhere(self) -> str:
        """The text as a number of another system may be."""
        return "".join(filter(str.isprintable, self.text)).strip()[:LONGEST_ELSEWHERE]

    @property
    def signs(self) -> str:
        """Of the text what a number may hold."""
        return "".join(sign for sign in self.text.upper()[:LONGEST] if sign in _SIGNS)

    @property
    def is_number(self) -> bool:
        """Whether the text may be of a number: so many digits in a row are somebody's phone."""
        text = "".join(self.text.upper().split())
        return {*text} <= _SIGNS and not (text.isdigit() and len(text) >= PHONE)


EVERYTHING: Final = Filters()


def bounds(filters: Filters) -> list[ColumnElement[bool]]:
    """What the filters ask of a complaint. A text without any sign of a number finds nothing."""
    complaint = Complaint
    wanted = {
        complaint.store_id: filters.store_id,
        complaint.handler_id: filters.handler_id,
        complaint.severity: filters.severity,
        complaint.department: filters.department,
        complaint.demand_kind: filters.demand_kind,
    }
    found = [col(column) == value for column, value in wanted.items() if value is not None]
    if filters.mark is not None:
        found.append(getattr(complaint, f"is_{filters.mark}"))
    if filters.part is Part.CLOSED:
        found.append(col(complaint.closed_at).is_not(None))
    elif filters.part is not None:
        found.append(col(complaint.closed_at).is_(None))
    if filters.part is Part.LATE:
        found.append(col(complaint.next_due_at) < clock.now())
    if filters.text.strip():
        signs = filters.signs
        ours = col(complaint.number).contains(signs) if signs else false()
        found.append(or_(elsewhere(filters), ours))
    return found


def elsewhere(filters: Filters) -> ColumnElement[bool]:
    """Of another system, where the text is its whole number."""
    return col(Complaint.external_no) == filters.elsewhere
