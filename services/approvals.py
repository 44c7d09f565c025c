"""Requests that wait for a second person, and his answer (0.3, dual control).

A feature asks through `services.core.approvals.ask`; here is who answers and what then happens. A
granted form is done in the transaction of the answer, on behalf of whoever asked and with his
rights of now; what it refuses then, the answer refuses, and the request stays open.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Approval, ApprovalState, Store, User
from services import settings
from services.complaints import remedies
from services.complaints.inputs import AgreeToRemedy
from services.core import audit, clock, fields, notices, recorded
from services.core.access import GRANTS, Actor, Permission, actor_of, load
from services.core.approvals import LABELS, ApprovalKind, Phrase, cause_of, kept
from services.core.errors import Conflict, InvalidInput, NotPermitted
from services.core.inputs import Input, Request
from services.core.tellings import NoticeKind
from services.core.words import N_

LISTED: Final = 200
Answer = Annotated[str, fields.text(200, least=0)]


class OwnRequest(NotPermitted):
    """Dual control means two people."""

    msgid = N_("You asked for this yourself. Somebody else has to decide")


class NotOpen(Conflict):
    msgid = N_("This request was answered, withdrawn or expired meanwhile")


class AskerGone(Conflict):
    msgid = N_("Whoever asked may not do this any more. Refuse the request")


class SayWhy(InvalidInput):
    msgid = N_("Say why, in a few words")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the mechanism has to know of a kind of request."""

    form: type[Request]
    proposes: Permission
    """What whoever asked must still be allowed when it is granted."""
    carry_out: Callable[[Session, Actor, Any, int | None], object]
    """(session, who asked, the form, the id of who granted it)."""
    give_up: Callable[[Session, Actor, Any, str], None] | None
    """What a request that was not granted leaves to do: (session, who ended it, the form, the
    answer)."""
    as_of_now: Callable[[Any], Any]
    """The form as it would be done at this moment: days may have passed while it waited."""
    facts: Callable[[Session, Any, datetime | None], list[tuple[str, Any]]]
    """(field, value) of what is asked, as the page shows it; words of ours as a `Phrase`. What it
    is compared with is of this moment, or of now where that is None."""


KINDS: Final[dict[ApprovalKind, Kind]] = {
    ApprovalKind.SETTING: Kind(
        settings.ChangeSetting,
        Permission.SETTINGS_PROPOSE,
        settings.decide,
        None,
        settings.from_today,
        settings.facts,
    ),
    ApprovalKind.REMEDY: Kind(
        AgreeToRemedy,
        Permission.COMPLAINTS_HANDLE,
        remedies.agree,
        remedies.turn_down,
        lambda form: form,
        lambda session, form, _as_of: remedies.facts(session, form),
    ),
}


@dataclass(frozen=True, slots=True)
class ApprovalLine:
    """One request as its page shows it. `store` is "" for the whole group, `decided_by` "" where
    nobody decided."""

    id: int
    label: str
    """A msgid."""
    what: Phrase | str
    state: ApprovalState
    person: str
    store: str
    reason: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str
    decided_at: datetime | None
    answer: str
    may_decide: bool
    may_withdraw: bool
    facts: tuple[tuple[str, Any], ...] = ()
    """What `line` adds: (field, value) of all that is asked; words of ours as a `Phrase`."""


class DecideApproval(Request):
    """`answer` may be empty where it is granted."""

    approval_id: fields.PositiveId
    is_granted: bool
    answer: Answer = ""


class WithdrawApproval(Request):
    approval_id: fields.PositiveId


def page(session: Session, actor: Actor, *, only_open: bool = True) -> list[ApprovalLine]:
    """What waits for the actor and what he asked for, newest first; at most `LISTED`."""
    actor.require(Permission.PROFILE_EDIT)
    query = select(Approval).order_by(col(Approval.id).desc()).limit(LISTED)
    if only_open:
        query = query.where(col(Approval.state) == ApprovalState.OPEN)
    return _lines(session, actor, session.execute(query).scalars().all())


def line(session: Session, actor: Actor, approval_id: int) -> ApprovalLine:
    """One request. Raises NotFound."""
    actor.require(Permission.PROFILE_EDIT)
    row = load(session, Approval, approval_id)
    [found] = _lines(session, actor, [row])
    as_of = None if row.state is ApprovalState.OPEN else row.asked_at
    return replace(found, facts=tuple(_kind(row).facts(session, _form(row), as_of)))


def _lines(session: Session, actor: Actor, rows: Iterable[Approval]) -> list[ApprovalLine]:
    found = list(rows)
    people = {key for row in found for key in (row.asked_by_id, row.decided_by_id)}
    names = recorded.names_of(session, User, people)
    stores = recorded.names_of(session, Store, {row.store_id for row in found})
    now = clock.now()
    return [
        ApprovalLine(
            id=row.id,
            label=LABELS[ApprovalKind(row.kind)],
            what=Phrase(*row.what) if isinstance(row.what, list) else row.what,
            state=row.state,
            person=names[row.asked_by_id],
            store=stores.get(row.store_id or 0, ""),
            reason=row.reason,
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            decided_by=names.get(row.decided_by_id or 0, ""),
            decided_at=row.decided_at,
            answer=row.answer,
            may_decide=_is_open(row, now) and row.asked_by_id != actor.id,
            may_withdraw=row.state is ApprovalState.OPEN and row.asked_by_id == actor.id,
        )
        for row in found
    ]


def _kind(row: Approval) -> Kind:
    return KINDS[ApprovalKind(row.kind)]


def _form(row: Approval) -> Request:
    """What was asked; while it is open, as it would be done if somebody agreed now."""
    kind = _kind(row)
    asked = kind.form.model_validate({**row.form, "request_id": uuid4()})
    now: Request = kind.as_of_now(asked) if row.state is ApprovalState.OPEN else asked
    return now


def _is_open(row: Approval, now: datetime) -> bool:
    return row.state is ApprovalState.OPEN and row.expires_at > now


def decide(session: Session, actor: Actor, form: DecideApproval) -> ApprovalState:
    """Grant or refuse; returns the state that it has now.

    Raises NotFound, OwnRequest, NotPermitted, NotOpen, SayWhy, AskerGone, and what the deed itself
    refuses.
    """
    actor.require(Permission.APPROVALS_DECIDE)
    row = load(session, Approval, form.approval_id, lock=True)
    if row.asked_by_id == actor.id:
        raise OwnRequest(approval=row.id)
    actor.require(Permission(row.needs))
    if not _is_open(row, clock.now()):
        raise NotOpen
    if not form.is_granted and len(form.answer) < fields.REASON_LEAST:
        raise SayWhy
    if form.is_granted:
        done = _form(row)
        _kind(row).carry_out(session, _asker(session, row), done, actor.id)
        row.form = kept(done)
    state = ApprovalState.GRANTED if form.is_granted else ApprovalState.REFUSED
    _close(session, actor, row, state, answer=form.answer, decided_by_id=actor.id)
    return state


def _asker(session: Session, row: Approval) -> Actor:
    user = load(session, User, row.asked_by_id)
    if not user.is_active or _kind(row).proposes not in GRANTS[user.role]:
        raise AskerGone
    return actor_of(user, source=cause_of(row.id))


def withdraw(session: Session, actor: Actor, form: WithdrawApproval) -> ApprovalState:
    """Take one's own request back. Raises NotFound, NotPermitted for another's, NotOpen."""
    actor.require(Permission.PROFILE_EDIT)
    row = load(session, Approval, form.approval_id, lock=True)
    if row.asked_by_id != actor.id:
        raise NotPermitted(approval=row.id)
    if row.state is not ApprovalState.OPEN:
        raise NotOpen
    _close(session, actor, row, ApprovalState.WITHDRAWN)
    return ApprovalState.WITHDRAWN


class ExpireApprovals(Input):
    """Close what nobody answered in time."""


def expire(session: Session, actor: Actor, form: ExpireApprovals) -> int:
    """Close what nobody answered in time, and say so to whoever asked; returns how many."""
    actor.require(Permission.DATA_SWEEP)
    late = (
        select(Approval)
        .where(
            col(Approval.state) == ApprovalState.OPEN,
            col(Approval.expires_at) <= clock.now(),
        )
        .with_for_update()
    )
    rows = session.execute(late).scalars().all()
    for row in rows:
        _close(session, actor, row, ApprovalState.EXPIRED)
    return len(rows)


_ENDINGS: Final = {
    ApprovalState.GRANTED: (audit.Action.APPROVALS_GRANTED, N_("Granted")),
    ApprovalState.REFUSED: (audit.Action.APPROVALS_REFUSED, N_("Refused")),
    ApprovalState.WITHDRAWN: (audit.Action.APPROVALS_WITHDRAWN, N_("Withdrawn")),
    ApprovalState.EXPIRED: (audit.Action.APPROVALS_EXPIRED, N_("Expired without an answer")),
}


def _close(
    session: Session,
    actor: Actor,
    row: Approval,
    state: ApprovalState,
    *,
    answer: str = "",
    decided_by_id: int | None = None,
) -> None:
    """The end of a request: the state, the audit, nobody reminded any more, whoever asked told."""
    action, words = _ENDINGS[state]
    row.state, row.decided_at, row.decided_by_id = state, clock.now(), decided_by_id
    row.answer = answer
    give_up = _kind(row).give_up
    if give_up is not None and state is not ApprovalState.GRANTED:
        give_up(session, actor, _form(row), answer)
    audit.record(
        session,
        actor,
        action,
        row,
        reason=answer,
        store_id=row.store_id,
    )
    notices.settle(session, cause_of(row.id))
    if state is not ApprovalState.WITHDRAWN:
        notices.tell(
            session,
            [row.asked_by_id],
            NoticeKind.APPROVAL_ANSWERED,
            f"{cause_of(row.id)}:answer",
            answer=[words],
            what=row.what,
            approval=row.id,
        )
