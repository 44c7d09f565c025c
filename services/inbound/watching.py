"""Promised answers: whoever owes one is told before the time, and again after it (V41, V42)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import InboundCall, User
from services.core import clock, notices, parameters
from services.core.access import Actor, Permission
from services.core.tellings import NoticeKind
from services.inbound.holding import cause, said
from services.inbound.inputs import WatchCalls
from services.inbound.taking import name_of

FURTHEST: Final = timedelta(minutes=240)
"""Before the time; no store is warned earlier."""


def watch(session: Session, actor: Actor, form: WatchCalls) -> int:
    """Tell those who owe an answer soon, or owe it still; when it is late those who lead, too.
    Returns of how many calls somebody was told. Nobody is told twice of the same."""
    actor.require(Permission.DATA_SWEEP)
    now = clock.now()
    query = (
        select(InboundCall)
        .where(
            col(InboundCall.answered_at).is_(None), col(InboundCall.promised_at) < now + FURTHEST
        )
        .order_by(col(InboundCall.promised_at), col(InboundCall.id))
    )
    told = 0
    for call in session.execute(query).scalars().all():
        if call.promised_at is None:
            continue
        kind = _kind(session, call, call.promised_at, now)
        if kind is not None:
            told += bool(_tell(session, call, kind, call.promised_at))
    return told


def _kind(
    session: Session, call: InboundCall, promised_at: datetime, now: datetime
) -> NoticeKind | None:
    if promised_at < now:
        return NoticeKind.INBOUND_LATE
    minutes = parameters.value(session, parameters.ANSWER_WARNING, clock.today(), call.store_id)
    is_soon = promised_at - timedelta(minutes=int(minutes)) <= now
    return NoticeKind.INBOUND_DUE if is_soon else None


def _tell(session: Session, call: InboundCall, kind: NoticeKind, promised_at: datetime) -> int:
    people = set(_active(session, [call.answerer_id]))
    if kind is NoticeKind.INBOUND_LATE or not people:
        people |= set(notices.those_who_may(session, Permission.VISITS_LEAD, call.store_id))
    told = notices.tell(
        session,
        people,
        kind,
        cause(call, kind),
        who=name_of(session, call),
        time=said(promised_at),
        call=call.id,
    )
    if kind is NoticeKind.INBOUND_LATE:
        notices.settle(session, cause(call, NoticeKind.INBOUND_DUE))
    return len(told)


def _active(session: Session, people: Collection[int | None]) -> list[int]:
    query = select(col(User.id)).where(col(User.id).in_(people), col(User.is_active))
    return list(session.execute(query).scalars())
