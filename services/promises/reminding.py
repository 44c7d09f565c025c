"""Telling of promises before they are due and once they are late (V11)."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Customer, Promise, PromiseState
from services.core import clock, notices
from services.core.access import Actor, Permission
from services.core.tellings import NoticeKind
from services.promises.inputs import RemindOfPromises
from services.promises.making import causes

AHEAD: Final = timedelta(days=1)


def remind(session: Session, actor: Actor, form: RemindOfPromises) -> int:
    """Tell who keeps it a day before a promise is due; tell him and whoever leads the store once it
    is late. Returns how many were told that did not know."""
    actor.require(Permission.DATA_SWEEP)
    now = clock.now()
    query = (
        select(Promise, col(Customer.name))
        .join(Customer, col(Customer.id) == col(Promise.customer_id))
        .where(col(Promise.state) == PromiseState.OPEN, col(Promise.due_at) <= now + AHEAD)
        .order_by(col(Promise.id))
    )
    told = 0
    for row, name in session.execute(query):
        is_late = row.due_at < now
        people = {row.owner_id} if row.owner_id is not None else set()
        if is_late or not people:
            people |= set(notices.those_who_may(session, Permission.VISITS_LEAD, row.store_id))
        due, late = causes(row.id)
        if is_late:
            notices.settle(session, due)
        new = notices.tell(
            session,
            people,
            NoticeKind.PROMISE_DUE,
            late if is_late else due,
            name=name,
            moment=f"{row.due_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}",
            view="promises",
        )
        told += len(new)
    return told
