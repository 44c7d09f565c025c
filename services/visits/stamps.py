"""What the budget of contacts was last laid upon, kept for each customer, so that only customers of
whom something changed since are looked at again.

A stamp says in a few words everything that the rule depends on: the day and the norms, the open
contacts and their versions, the last touch of these days, how the customer stands. Whatever changes
one of them, in whichever way, is found by comparing.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from db.models import TaskState, VisitTask, VisitWeighing
from services.core import clock
from services.visits.budget import Norms, Standing
from services.visits.standings import last_touches, standings


def stamps(session: Session, norms: Norms, after: int, most: int) -> Mapping[int, str]:
    """How the customers with open contacts stand now, by id and in the order of ids: those after
    one (id), so many at most."""
    query = (
        select(
            col(VisitTask.customer_id),
            func.count(),
            func.sum(col(VisitTask.id)),
            func.sum(col(VisitTask.version)),
        )
        .where(
            col(VisitTask.state) == TaskState.PLANNED,
            col(VisitTask.customer_id) > after,
        )
        .group_by(col(VisitTask.customer_id))
        .order_by(col(VisitTask.customer_id))
        .limit(most)
    )
    tasks = {row[0]: tuple(map(int, row[1:])) for row in session.execute(query)}
    if not tasks:
        return {}
    today = clock.today()
    touched = last_touches(session, tasks, today - timedelta(days=norms.spacing))
    known = standings(session, tasks)
    always = (today, norms.spacing, norms.together)
    return {
        key: " ".join(map(str, (*always, *counts, touched.get(key), *_told(known[key]))))
        for key, counts in tasks.items()
    }


def _told(one: Standing) -> tuple[str, ...]:
    flags = (one.has_open_complaint, one.may_offer, one.may_call)
    days = "".join(map(str, sorted(one.weekdays)))
    return str(one.do_not_contact_until), "".join(str(int(flag)) for flag in flags), days


def changed(session: Session, found: Mapping[int, str], after: int) -> list[int]:
    """Which of these customers (ids) stand otherwise than when they were last looked at."""
    if not found:
        return []
    query = select(col(VisitWeighing.customer_id), col(VisitWeighing.stamp)).where(
        col(VisitWeighing.customer_id) > after,
        col(VisitWeighing.customer_id) <= max(found),
    )
    known = dict(session.execute(query).all())
    return [key for key, stamp in found.items() if known.get(key) != stamp]


def keep(session: Session, customers: Collection[int], settled: Mapping[int, str]) -> None:
    """Of these customers (ids), remember of the settled ones how they stood. The others are looked
    at again."""
    of_them = col(VisitWeighing.customer_id).in_(customers)
    session.execute(delete(VisitWeighing).where(of_them))
    session.add_all(VisitWeighing(customer_id=key, stamp=now) for key, now in settled.items())
