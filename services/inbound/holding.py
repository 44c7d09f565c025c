"""A call as it is worked on: who may, and what its end means for others."""

from datetime import datetime

from sqlmodel import Session

from db.models import InboundCall
from services.core import clock, notices
from services.core.access import WRITES, Actor, load
from services.core.errors import Conflict, NotPermitted
from services.core.tellings import NoticeKind
from services.core.words import N_

KINDS = (NoticeKind.INBOUND_DUE, NoticeKind.INBOUND_LATE, NoticeKind.INBOUND_PASSED)


class AnsweredAlready(Conflict):
    msgid = N_("This caller was answered meanwhile")


def hold(session: Session, actor: Actor, call_id: int) -> InboundCall:
    """A call, locked, in the actor's hands. Raises NotFound, NotPermitted."""
    call = load(session, InboundCall, call_id, lock=True)
    if not actor.covers(WRITES, call):
        raise NotPermitted(record="inbound_calls", id=call.id)
    return call


def end(session: Session, actor: Actor, call: InboundCall) -> None:
    """The caller has his answer."""
    call.answered_at, call.answered_by_id = clock.now(), actor.id
    notices.settle(session, *(cause(call, kind) for kind in KINDS))


def cause(call: InboundCall, kind: NoticeKind) -> str:
    """One for each person who owes the answer: whoever it is handed on to is told anew."""
    return f"inbound:{call.id}:{kind.value}"


def said(at: datetime) -> str:
    """A moment where the dealer works, without its year."""
    return at.astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M")
