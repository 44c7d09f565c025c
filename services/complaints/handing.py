"""How complaints go from department to department (C18, spec 3.7)."""

from collections import Counter
from datetime import date
from itertools import groupby, pairwise

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import Complaint, ComplaintEvent, Department
from services.complaints.overviews import Handover, Handovers
from services.complaints.past import COMPLAINTS
from services.core.access import Actor, Permission
from services.core.metrics import Period
from services.core.normal import EARLIEST, LATEST


def handovers(
    session: Session, actor: Actor, since: date, until: date, store_id: int | None = None
) -> Handovers:
    """Each event from the first day to the last that left a complaint with another department than
    it had been with, as far as the actor sees it. One look at the database."""
    actor.require(Permission.KPI_VIEW)
    period = Period(max(since, EARLIEST), min(until, LATEST))
    event, moved = ComplaintEvent, aliased(ComplaintEvent)
    lately = select(col(moved.complaint_id)).where(
        col(moved.at) >= period.begin, col(moved.at) < period.end
    )
    query = (
        select(col(event.complaint_id), col(event.at), col(event.department))
        .join(Complaint, col(Complaint.id) == col(event.complaint_id))
        .where(
            col(Complaint.kind).in_(COMPLAINTS),
            col(event.complaint_id).in_(lately),
            col(event.at) < period.end,
        )
        .order_by(col(event.complaint_id), col(event.seq))
    )
    if store_id is not None:
        query = query.where(col(Complaint.store_id) == store_id)
    ways: Counter[tuple[Department, Department]] = Counter()
    handed = 0
    for _key, events in groupby(session.execute(query), lambda row: row.complaint_id):
        found = [
            (before.department, after.department)
            for before, after in pairwise(events)
            if before.department is not after.department and period.holds(after.at)
        ]
        ways.update(found)
        handed += bool(found)
    order = sorted(ways.items(), key=lambda way: (-way[1], way[0]))
    return Handovers([Handover(*way, count) for way, count in order], ways.total(), handed)
