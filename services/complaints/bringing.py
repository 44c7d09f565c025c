"""Complaints that another system led before: put into the ledger with their own dates, and voided
again when that import is taken back.

What is brought is history. Its events lie where they happened (`at`) and say when they were written
down (`recorded_at`), so the clocks follow from them as from ours (decision 0019). Nobody is told,
and nothing weighs more by itself because of it. A number is of the month in which the complaint
came in: it was registered then, and the month of the import could not hold ten thousand of them.
"""

from collections import Counter as Tally
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import (
    Complaint,
    ComplaintEvent,
    Counter,
    EventKind,
    Remedy,
    RemedyKind,
    RemedyState,
    Stage,
)
from services.complaints import timing, warning
from services.complaints.clocks import ClockKind
from services.complaints.registering import SERIES, next_numbers
from services.core import clock
from services.core.access import beyond

MOST: Final = 9_999
"""Complaints of a month: their numbers have four digits."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to it there, and the stage to which it led. `by`: a user (id), None
    where the list does not say who it was."""

    kind: EventKind
    at: datetime
    stage: Stage
    by: int | None = None
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Brought:
    """One complaint: its columns but for the number and what follows from `events`, which are in
    their order, the registering first. `compensation_fen` was paid with the closing."""

    values: Mapping[str, Any]
    events: Sequence[Happened]
    compensation_fen: int | None = None


def month_of(received_at: datetime) -> str:
    """The month of a number: YYYYMM."""
    return f"{clock.day_of(received_at):%Y%m}"


def rooms(session: Session, months: Collection[str]) -> dict[str, int]:
    """How many more complaints each month's numbers can hold."""
    series = {f"{SERIES}:{month}": month for month in months}
    query = select(col(Counter.series), col(Counter.value)).where(col(Counter.series).in_(series))
    given = {series[name]: value for name, value in session.execute(query)}
    return {month: MOST - given.get(month, 0) for month in months}


def known(session: Session, store_id: int, numbers: Collection[str]) -> dict[str, str]:
    """Of these numbers of another system those that are in the store's ledger, with ours. Past the
    scope: a legal case, too, is not brought twice."""
    query = select(col(Complaint.external_no), col(Complaint.number)).where(
        col(Complaint.external_no).in_(numbers),
        col(Complaint.store_id) == store_id,
        col(Complaint.voided_at).is_(None),
    )
    return dict(iter(beyond(session, query)))


def bring(session: Session, ones: Sequence[Brought]) -> list[Complaint]:
    """Enter them, each with its events. The caller has seen to it that the months have room, and
    writes the audit."""
    now = clock.now()
    rows = [_row(one, number) for one, number in zip(ones, _numbered(session, ones), strict=True)]
    session.add_all(rows)
    session.flush()
    for one, row in zip(ones, rows, strict=True):
        session.add_all(_lines(one, row, now))
        if one.compensation_fen:
            session.add(_paid(row, one.compensation_fen))
    session.flush()
    _time(session, [row for row in rows if row.closed_at is None])
    session.flush()
    return rows


def _numbered(session: Session, ones: Sequence[Brought]) -> list[str]:
    """A number for each, in the order in which they came in."""
    order = sorted(range(len(ones)), key=lambda at: ones[at].values["received_at"])
    months = [month_of(one.values["received_at"]) for one in ones]
    counted = sorted(Tally(months).items())
    given = {month: iter(next_numbers(session, month, count)) for month, count in counted}
    numbers = {at: next(given[months[at]]) for at in order}
    return [numbers[at] for at in range(len(ones))]


def _row(one: Brought, number: str) -> Complaint:
    first, last = one.events[0], one.events[-1]
    return Complaint(
        number=number,
        registered_at=first.at,
        stage=last.stage,
        closed_at=last.at if last.stage in _ENDED else None,
        **one.values,
    )


_ENDED: Final = frozenset({Stage.CLOSED, Stage.WITHDRAWN})


def _lines(one: Brought, row: Complaint, now: datetime) -> Iterator[ComplaintEvent]:
    for seq, each in enumerate(one.events, 1):
        yield ComplaintEvent(
            complaint_id=row.id,
            seq=seq,
            at=each.at,
            recorded_at=now,
            actor_id=each.by,
            kind=each.kind,
            stage=each.stage,
            severity=row.severity,
            urgency=row.urgency,
            department=row.department,
            handler_id=row.handler_id,
            note=each.note,
            details=dict(each.details),
        )


def _paid(row: Complaint, amount_fen: int) -> Remedy:
    return Remedy(
        complaint_id=row.id,
        kind=RemedyKind.COMPENSATION,
        amount_fen=amount_fen,
        state=RemedyState.DONE,
        planned_at=row.closed_at or row.received_at,
        done_at=row.closed_at,
        paid_at=row.closed_at,
    )


def _time(session: Session, rows: Sequence[Complaint]) -> None:
    """Of the open ones: when their clocks are due, so that they stand on the wall."""
    cases = [timing.Case(row.id, row.store_id, row.received_at) for row in rows]
    found = timing.clocks_of(session, cases) if cases else {}
    for row in rows:
        timing.keep(row, found[row.id])


# ---- taken back


def lengths(session: Session, complaint_ids: Collection[int]) -> dict[int, int]:
    """How much has happened to each of these complaints: every deed is an event."""
    query = (
        select(col(ComplaintEvent.complaint_id), func.count())
        .where(col(ComplaintEvent.complaint_id).in_(complaint_ids))
        .group_by(col(ComplaintEvent.complaint_id))
    )
    return dict(map(tuple, session.execute(query)))


def naming(
    session: Session, customer_ids: Collection[int], vehicle_ids: Collection[int]
) -> list[tuple[tuple[str, int], int]]:
    """Which complaints name these files and cars: ((table, id), complaint). Past the scope, and
    voided ones too: what a complaint names is never deleted."""
    found: list[tuple[tuple[str, int], int]] = []
    for table, link, ids in (
        ("customers", col(Complaint.customer_id), customer_ids),
        ("vehicles", col(Complaint.vehicle_id), vehicle_ids),
    ):
        query = select(link, col(Complaint.id)).where(link.in_(ids))
        found += [((table, parent), key) for parent, key in beyond(session, query)]
    return found


def void(complaint: Complaint) -> None:
    """It does not count any more. Its number stays given."""
    complaint.voided_at = complaint.closed_at = clock.now()
    complaint.next_due_at = None
    for kind in ClockKind:
        setattr(complaint, f"{kind.value}_due_at", None)


def hush(session: Session, complaint_ids: Collection[int]) -> None:
    """Nobody is warned any more of what was voided."""
    for key in complaint_ids:
        warning.settle(session, key, {})
