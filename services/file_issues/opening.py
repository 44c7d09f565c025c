"""Issues open by themselves, in the transaction of the deed that showed them."""

from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Customer, FileIssue, IssueKind, IssueState
from services.core import audit, clock
from services.core.access import Actor
from services.core.audit import Action

PHONE: Final = "phone"
WHOLE: Final = ""
"""In place of a field: the file as a whole."""


def number_failed(
    session: Session, actor: Actor, customer: Customer, kind: IssueKind, task_id: int
) -> None:
    """The telephone number of a file did not lead to its customer. One that says so already, and
    that nobody has mended, says enough."""
    opened = _open(session, actor, customer, kind, field=PHONE, task_id=task_id)
    if opened:
        audit.record(
            session,
            actor,
            Action.FILE_ISSUES_OPENED,
            "file_issues",
            customer_id=customer.id,
            store_id=customer.store_id,
            customer=customer.number,
            what=kind,
        )


def registered_incomplete(session: Session, actor: Actor, customer: Customer) -> None:
    """A file was opened without all that it must have. The entry of its opening covers it."""
    _open(session, actor, customer, IssueKind.MISSING, field=WHOLE, task_id=None)


def is_open(session: Session, customer_id: int, field: str) -> bool:
    query = select(col(FileIssue.id)).where(
        col(FileIssue.customer_id) == customer_id,
        col(FileIssue.field) == field,
        col(FileIssue.state) == IssueState.OPEN,
    )
    return session.execute(query).first() is not None


def _open(
    session: Session,
    actor: Actor,
    customer: Customer,
    kind: IssueKind,
    *,
    field: str,
    task_id: int | None,
) -> bool:
    """Whether it was not there yet. Of two who find it at once, whoever comes second finds the
    customer's row locked until the first is done."""
    if is_open(session, customer.id, field):
        return False
    session.add(
        FileIssue(
            customer_id=customer.id,
            store_id=customer.store_id,
            field=field,
            kind=kind,
            task_id=task_id,
            opened_at=clock.now(),
            opened_by_id=actor.id,
        )
    )
    session.flush()
    return True
