"""Asking for a second person's agreement: what a feature calls instead of doing the deed.

The form is kept as it was sent, and done when it is granted (`services.approvals`, which knows the
kinds). Whoever asked cannot agree to it himself (0.3, dual control).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Approval, ApprovalState
from db.once import add_once
from services.core import audit, clock, notices, parameters
from services.core.access import Actor, Permission, load
from services.core.errors import Conflict, NotPermitted
from services.core.inputs import Input
from services.core.tellings import NoticeKind
from services.core.words import N_

__all__ = [
    "LABELS",
    "ApprovalKind",
    "ApprovalState",
    "Asked",
    "AskedAlready",
    "Matter",
    "NobodyDecides",
    "Phrase",
    "ask",
    "cause_of",
    "waiting",
]


class ApprovalKind(StrEnum):
    """What may wait for a second person."""

    REMEDY = "remedy"
    SETTING = "setting"


LABELS: Final[Mapping[ApprovalKind, str]] = {
    ApprovalKind.REMEDY: N_("Money for a complaint"),
    ApprovalKind.SETTING: N_("Change of a parameter"),
}


class AskedAlready(Conflict):
    msgid = N_("This was asked for already and waits for an answer")


class NobodyDecides(Conflict):
    msgid = N_("There is nobody else who could agree to this. Ask the administrator")


@dataclass(frozen=True, slots=True)
class Asked:
    """A deed that waits: the number of its request and how many people may answer it."""

    approval_id: int
    people: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """One of our msgids among the facts of a request, to be told from what people typed."""

    msgid: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What a request is about. `what` says it in words: a text, or a list of one msgid."""

    kind: ApprovalKind
    subject: str
    """While a request on it is open, there is no second one."""
    needs: Permission
    """What whoever decides must be allowed."""
    what: Any
    details: Mapping[str, Any]
    """What the audit says of it."""
    store_id: int | None = None


def ask(session: Session, actor: Actor, form: Input, matter: Matter, reason: str) -> Asked:
    """Let a form wait for somebody who may decide the matter, and tell those who may.

    Raises AskedAlready, NobodyDecides.
    """
    if actor.id is None:  # the system is nobody whom a second person could watch
        raise NotPermitted(approval=matter.kind.value)
    people = set(notices.those_who_may(session, matter.needs, matter.store_id)) - {actor.id}
    if not people:
        raise NobodyDecides
    days = int(parameters.value(session, parameters.APPROVAL_DAYS))
    row = _row(actor.id, form, matter, reason, timedelta(days=days))
    added = add_once(session, Approval, [row], col(Approval.id))
    if not added:
        raise AskedAlready
    [key] = added
    audit.record(
        session,
        actor,
        audit.Action.APPROVALS_ASKED,
        load(session, Approval, key),
        reason=reason,
        store_id=matter.store_id,
        **matter.details,
    )
    notices.tell(
        session,
        people,
        NoticeKind.APPROVAL_ASKED,
        cause_of(key),
        person=actor.name,
        what=matter.what,
        approval=key,
    )
    return Asked(key, len(people))


def _row(
    asked_by_id: int, form: Input, matter: Matter, reason: str, patience: timedelta
) -> dict[str, Any]:
    now = clock.now()
    return {
        "kind": matter.kind.value,
        "subject": matter.subject,
        "what": matter.what,
        "form": kept(form),
        "needs": matter.needs.value,
        "store_id": matter.store_id,
        "state": ApprovalState.OPEN,
        "asked_by_id": asked_by_id,
        "asked_at": now,
        "reason": reason,
        "expires_at": now + patience,
        "answer": "",
    }


def kept(form: Input) -> dict[str, Any]:
    """A form as a request keeps it: as it was sent, and once it was granted, as it was done."""
    values: dict[str, Any] = audit.plain(form.model_dump(exclude={"request_id"}))
    return values


def waiting(session: Session, kind: ApprovalKind) -> list[dict[str, Any]]:
    """The forms of one kind that wait for an answer, of those in the reader's sight, as `kept`."""
    query = select(col(Approval.form)).where(
        col(Approval.kind) == kind, col(Approval.state) == ApprovalState.OPEN
    )
    return list(session.execute(query).scalars())


def cause_of(approval_id: int) -> str:
    return f"approval:{approval_id}"
