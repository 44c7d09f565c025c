"""The ledger as it stood at the end of a time: what figures are made of (spec 3.6).

All of it follows from the events up to then, so a figure of last month stays what it was, unless
somebody corrects what was written about last month. Enquiries and suggestions are no complaints;
what was merged into another complaint counts with that one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from statistics import mean
from typing import Any, Final

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import (
    CauseAction,
    Complaint,
    ComplaintEvent,
    ComplaintKind,
    EventKind,
    Order,
    OrderKind,
    Remedy,
    Stage,
)
from services.complaints import limits, timing
from services.complaints.accounts import Account, accounts
from services.complaints.clocks import ClockKind
from services.core import clock, parameters
from services.core.metrics import Period

COMPLAINTS: Final = (ComplaintKind.COMPLAINT, ComplaintKind.GRUMBLE)


@dataclass(frozen=True, slots=True)
class PastCase:
    """One complaint, and what of it had come to pass."""

    id: int
    store_id: int
    received_at: datetime
    customer_id: int | None
    first_responder_id: int
    account: Account


@dataclass
class Past:
    """What is known of a time, as far as the session sees it; each part is read when a figure asks
    for it, and once. `store_id` None: all stores."""

    session: Session
    period: Period
    store_id: int | None = None

    def _here(self, model: type[Any]) -> list[Any]:
        return [] if self.store_id is None else [col(model.store_id) == self.store_id]

    # ---- complaints

    @cached_property
    def cases(self) -> list[PastCase]:
        """All of which anything may be told: received or closed in the period, open at its end, or
        received so shortly before it that a clock may have run out in it."""
        narrowed = self._narrowed()
        found = self.session.execute(select(*_CASE).where(*narrowed).order_by(col(Complaint.id)))
        rows = found.all()
        cases = [timing.Case(*of_clocks) for *of_clocks, _customer, _first in rows]
        known = accounts(self.session, cases, narrowed, self.period.seen_at)
        return [
            PastCase(key, store_id, received_at, customer_id, first_responder_id, known[key])
            for key, store_id, received_at, customer_id, first_responder_id in rows
            if key in known
        ]

    def _narrowed(self) -> list[Any]:
        begin, end = self.period.begin, self.period.end
        closed = col(Complaint.closed_at)
        event = aliased(ComplaintEvent)
        moved = select(col(event.complaint_id)).where(col(event.at) >= begin, col(event.at) < end)
        lately = begin - self._longest()
        return [
            col(Complaint.kind).in_(COMPLAINTS),
            col(Complaint.received_at) < end,
            or_(
                col(Complaint.received_at) >= lately,
                closed.is_(None),
                closed >= begin,
                col(Complaint.id).in_(moved),
            ),
            *self._here(Complaint),
        ]

    def _longest(self) -> timedelta:
        """The longest for which a clock may run, generously: twice the days, a week of holidays."""
        norms = parameters.values(self.session, (parameters.PAUSE_DAYS, parameters.REOPEN_DAYS))
        limit = limits.book(self.session).longest_days()
        days = limit + sum(int(value) for value in norms.values())
        return timedelta(days=2 * days + 7)

    @cached_property
    def received(self) -> list[PastCase]:
        return [
            case
            for case in self.cases
            if self.period.holds(case.received_at) and not case.account.is_merged
        ]

    @cached_property
    def received_ids(self) -> list[int]:
        """The same by one small look, for whoever asks for many months."""
        event = aliased(ComplaintEvent)
        merged = select(col(event.complaint_id)).where(
            col(event.complaint_id) == col(Complaint.id),
            col(event.kind) == EventKind.MERGED,
            col(event.at) <= self.period.seen_at,
        )
        query = select(col(Complaint.id)).where(
            col(Complaint.kind).in_(COMPLAINTS),
            *self._within(col(Complaint.received_at)),
            ~merged.exists(),
            *self._here(Complaint),
        )
        return list(self.session.execute(query.order_by(col(Complaint.id))).scalars())

    @cached_property
    def closed(self) -> list[PastCase]:
        """Those whose last closing lies in the period; they were not opened again since."""
        return [case for case in self.cases if self.period.holds(case.account.closed_at)]

    @cached_property
    def open(self) -> list[PastCase]:
        return [case for case in self.cases if case.account.is_open]

    @cached_property
    def repeated(self) -> list[int]:
        """Of the received those whose customer had complained about the same not long before."""
        days = int(parameters.value(self.session, parameters.REPEAT_DAYS, self.period.until))
        begin = self.period.begin - timedelta(days=days)
        query = select(
            col(Complaint.id),
            col(Complaint.customer_id),
            col(Complaint.category_id),
            col(Complaint.received_at),
        ).where(
            col(Complaint.kind).in_(COMPLAINTS),
            col(Complaint.stage) != Stage.MERGED,
            col(Complaint.customer_id).is_not(None),
            col(Complaint.received_at) >= begin,
            col(Complaint.received_at) < self.period.end,
            *self._here(Complaint),
        )
        last: dict[tuple[int, int], datetime] = {}
        found = set()
        for row in self.session.execute(query.order_by(col(Complaint.received_at))):
            about = (row.customer_id, row.category_id)
            before = last.get(about)
            if before is not None and row.received_at - before <= timedelta(days=days):
                found.add(row.id)
            last[about] = row.received_at
        return [case.id for case in self.received if case.id in found]

    def due(self, cases: Iterable[PastCase], kinds: Iterable[ClockKind]) -> list[tuple[int, bool]]:
        """Of these clocks those whose time ended in the period: complaint, and whether it had been
        met by then. One that runs, or that stopped unmet and in time, is not among them."""
        begin, end, seen_at = self.period.begin, self.period.end, self.period.seen_at
        return [
            (case.id, is_met)
            for case in cases
            for one in map(case.account.terms.__getitem__, kinds)
            if one.due_at is not None and begin <= one.due_at < end
            if (is_met := one.kept_at(seen_at)) is not None
        ]

    # ---- what else figures need

    def orders(self, kind: OrderKind) -> int:
        """How many cars were delivered, or left the workshop."""
        closed = col(Order.closed_on)
        query = select(func.count(col(Order.id))).where(
            col(Order.kind) == kind,
            closed >= self.period.since,
            closed <= self.period.until,
            col(Order.voided_at).is_(None),
            *self._here(Order),
        )
        return int(self.session.execute(query).scalar_one())

    def due_actions(self) -> list[CauseAction]:
        """Actions against causes that were to be done in the period."""
        due = col(CauseAction.due_on)
        return self._of_complaints(CauseAction, due >= self.period.since, due <= self.period.until)

    def checked_actions(self) -> list[CauseAction]:
        """Actions of which it was looked in the period whether the cause came back."""
        return self._of_complaints(CauseAction, *self._within(col(CauseAction.checked_at)))

    def spent(self) -> list[Remedy]:
        """Remedies that cost money and were handed out in the period."""
        return self._of_complaints(
            Remedy, *self._within(col(Remedy.done_at)), col(Remedy.amount_fen).is_not(None)
        )

    def _within(self, moment: Any) -> tuple[Any, Any]:
        return moment >= self.period.begin, moment < self.period.end

    def _of_complaints(self, model: type[Any], *narrowed: Any) -> list[Any]:
        query = (
            select(model)
            .join(Complaint, col(Complaint.id) == col(model.complaint_id))
            .where(*narrowed, *self._here(Complaint))
            .order_by(col(model.id))
        )
        return list(self.session.execute(query).scalars())

    def came_back(self) -> "Returns":
        """Of the closed complaints for whose customer the time to come back ran out in the period;
        beside them customers of the same stores who were there then and never complained."""
        days = int(parameters.value(self.session, parameters.RECOVERY_DAYS, self.period.until))
        wait = timedelta(days=days)
        first, last = self.period.since - wait, self.period.until - wait
        closed = self._closed_between(first, last)
        visits = self._visits(first)
        unhappy = self._complained()
        hits = [
            row.id
            for row in closed
            if _is_back(visits.get(row.customer_id, ()), clock.day_of(row.closed_at), wait)
        ]
        stayed: dict[int, list[bool]] = defaultdict(list)
        for customer, paid in visits.items():
            begin = next(((day, store) for day, store in paid if day <= last), None)
            if begin is not None and customer not in unhappy:
                stayed[begin[1]].append(_is_back(paid, begin[0], wait))
        shares = {store: sum(each) / len(each) for store, each in stayed.items()}
        alike = [shares[row.store_id] for row in closed if row.store_id in shares]
        return Returns(hits, [row.id for row in closed], mean(alike) if alike else None)

    def _closed_between(self, first: date, last: date) -> Sequence[Row[Any]]:
        closed = col(Complaint.closed_at)
        query = select(
            col(Complaint.id), col(Complaint.customer_id), col(Complaint.store_id), closed
        ).where(
            col(Complaint.kind).in_(COMPLAINTS),
            col(Complaint.stage).in_((Stage.CLOSED, Stage.SURVEYED)),
            col(Complaint.customer_id).is_not(None),
            closed >= clock.midnight(first),
            closed < clock.midnight(last + timedelta(days=1)),
            *self._here(Complaint),
        )
        return self.session.execute(query.order_by(col(Complaint.id))).all()

    def _visits(self, since: date) -> dict[int, list[tuple[date, int]]]:
        """Customer -> the days of his paid visits and where, in their order."""
        closed = col(Order.closed_on)
        query = select(col(Order.customer_id), closed, col(Order.store_id)).where(
            col(Order.kind) == OrderKind.REPAIR,
            col(Order.amount_fen) > 0,
            col(Order.voided_at).is_(None),
            closed >= since,
            closed <= self.period.until,
            *self._here(Order),
        )
        found: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for customer, day, store in self.session.execute(query.order_by(closed)):
            found[customer].append((day, store))
        return found

    def _complained(self) -> set[int | None]:
        query = select(col(Complaint.customer_id)).where(col(Complaint.kind).in_(COMPLAINTS))
        return set(self.session.execute(query.distinct()).scalars())


@dataclass(frozen=True, slots=True)
class Returns:
    """Closed complaints (ids) whose customer came back, and all; which share of others came."""

    hits: list[int]
    rows: list[int]
    others: float | None


def _is_back(paid: Iterable[tuple[date, int]], after: date, within: timedelta) -> bool:
    return any(timedelta() < day - after <= within for day, _store in paid)


# Built once: no more columns than figures need.
_CASE: Final = tuple(
    map(
        col,
        (
            Complaint.id,
            Complaint.store_id,
            Complaint.received_at,
            Complaint.customer_id,
            Complaint.first_responder_id,
        ),
    )
)
