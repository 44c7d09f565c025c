"""Open issues: of one file, and of all that one sees, the oldest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Customer, FileIssue, IssueKind, IssueState, Store, User
from services.core.access import WRITES, Actor, Permission

MOST: Final = 200
"""Shown at once; the oldest are mended first."""


@dataclass(frozen=True, slots=True)
class IssueLine:
    id: int
    version: int
    customer_id: int
    number: str
    customer: str
    store: str
    kind: IssueKind
    state: IssueState
    opened_at: datetime
    opened_by: str
    """"" for the system itself."""
    closed_at: datetime | None
    note: str
    may_close: bool


def of_file(session: Session, actor: Actor, customer_id: int) -> list[IssueLine]:
    """What is wrong with one file, the oldest first; nothing of a file that is another's."""
    actor.require(Permission.CUSTOMERS_VIEW)
    return _lines(session, actor, col(FileIssue.customer_id) == customer_id)


def page(session: Session, actor: Actor) -> list[IssueLine]:
    """The oldest open issues of all files that the actor sees."""
    actor.require(Permission.CUSTOMERS_EDIT)
    return _lines(session, actor)


def counted(session: Session, actor: Actor) -> dict[IssueKind, int]:
    """How many are open of each kind, of those that there are."""
    actor.require(Permission.CUSTOMERS_EDIT)
    query = (
        select(col(FileIssue.kind), func.count())
        .where(col(FileIssue.state) == IssueState.OPEN)
        .group_by(col(FileIssue.kind))
    )
    return {kind: int(count) for kind, count in session.execute(query)}


def _lines(session: Session, actor: Actor, *wanted: object) -> list[IssueLine]:
    query = (
        select(
            FileIssue,
            col(Customer.number),
            col(Customer.name),
            col(Store.name),
            func.coalesce(col(User.name), ""),
        )
        .join(Customer, col(Customer.id) == col(FileIssue.customer_id))
        .join(Store, col(Store.id) == col(FileIssue.store_id))
        .outerjoin(User, col(User.id) == col(FileIssue.opened_by_id))
        .where(col(FileIssue.state) == IssueState.OPEN, *wanted)  # type: ignore[arg-type]
        .order_by(col(FileIssue.opened_at), col(FileIssue.id))
        .limit(MOST)
    )
    may_edit = actor.may(Permission.CUSTOMERS_EDIT)
    return [
        IssueLine(
            id=issue.id,
            version=issue.version,
            customer_id=issue.customer_id,
            number=number,
            customer=name,
            store=store,
            kind=issue.kind,
            state=issue.state,
            opened_at=issue.opened_at,
            opened_by=person,
            closed_at=issue.closed_at,
            note=issue.note,
            may_close=may_edit and actor.covers(WRITES, issue),
        )
        for issue, number, name, store, person in session.execute(query)
    ]
