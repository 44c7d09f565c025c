"""Issues close when the file is mended, or because somebody says why there is nothing to mend."""

from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    CustomerSummary,
    FileIssue,
    IssueKind,
    IssueState,
    TaskState,
    Trigger,
    VisitTask,
)
from services.core import audit, clock
from services.core.access import WRITES, Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, NotPermitted, StaleRecord
from services.core.fields import PositiveId, Reason
from services.core.inputs import Input, Request
from services.core.words import N_
from services.file_issues.opening import PHONE, WHOLE
from services.visits.ending import end

STEP: Final = 200
"""Files in one transaction."""


class IssueClosed(Conflict):
    msgid = N_("This issue was closed meanwhile")


class CloseIssue(Request):
    """There is nothing to mend, or it was mended elsewhere; `version` is the one shown."""

    issue_id: PositiveId
    version: PositiveId
    note: Reason


class CloseMended(Input):
    """Close what says that files lack something which lack nothing any more."""


def close(session: Session, actor: Actor, form: CloseIssue) -> int:
    """Close an issue by hand; returns its id.

    Raises NotFound, NotPermitted, IssueClosed, StaleRecord.
    """
    actor.require(Permission.CUSTOMERS_EDIT)
    issue = load(session, FileIssue, form.issue_id, lock=True)
    if not actor.covers(WRITES, issue):
        raise NotPermitted(record="file_issues", id=issue.id)
    if issue.state is not IssueState.OPEN:
        raise IssueClosed
    if issue.version != form.version:
        raise StaleRecord(version=issue.version)
    _close(session, actor, issue, form.note)
    audit.record(session, actor, Action.FILE_ISSUES_CLOSED, issue, reason=form.note)
    return issue.id


def close_mended(session: Session, actor: Actor, form: CloseMended) -> int:
    """Close some hundreds; returns how many, 0 at the end."""
    actor.require(Permission.DATA_SWEEP)
    query = (
        select(FileIssue)
        .join(CustomerSummary, col(CustomerSummary.customer_id) == col(FileIssue.customer_id))
        .where(
            col(FileIssue.state) == IssueState.OPEN,
            col(FileIssue.kind) == IssueKind.MISSING,
            col(CustomerSummary.missing) == 0,
        )
        .order_by(col(FileIssue.id))
        .limit(STEP)
        .with_for_update(of=FileIssue)
    )
    rows = session.execute(query).scalars().all()
    for issue in rows:
        _close(session, actor, issue, "")
    if rows:
        audit.record(session, actor, Action.FILE_ISSUES_CLOSED, "file_issues", count=len(rows))
    return len(rows)


def phone_changed(session: Session, actor: Actor, customer_id: int) -> None:
    """The file has another number: what was wrong with the one before is over."""
    _close_of(session, actor, customer_id, PHONE)


def file_completed(session: Session, actor: Actor, customer_id: int) -> None:
    """The file lacks nothing any more."""
    _close_of(session, actor, customer_id, WHOLE)


def hand_on(session: Session, customer_id: int, store_id: int) -> None:
    """A file went to another store, and its issues with it."""
    query = select(FileIssue).where(col(FileIssue.customer_id) == customer_id)
    for issue in session.execute(query).scalars():
        issue.store_id = store_id


def _close_of(session: Session, actor: Actor, customer_id: int, field: str) -> None:
    query = select(FileIssue).where(
        col(FileIssue.customer_id) == customer_id,
        col(FileIssue.field) == field,
        col(FileIssue.state) == IssueState.OPEN,
    )
    for issue in session.execute(query.with_for_update()).scalars():
        _close(session, actor, issue, "")
        audit.record(session, actor, Action.FILE_ISSUES_CLOSED, issue)


def _close(session: Session, actor: Actor, issue: FileIssue, note: str) -> None:
    """The contact that was to be made because of it is not made any more."""
    issue.state, issue.note = IssueState.CLOSED, note
    issue.closed_at, issue.closed_by_id = clock.now(), actor.id
    query = select(VisitTask).where(
        col(VisitTask.customer_id) == issue.customer_id,
        col(VisitTask.state) == TaskState.PLANNED,
        col(VisitTask.trigger) == Trigger.FILE_GAP,
        col(VisitTask.trigger_key) == f"issue:{issue.id}",
    )
    for task in session.execute(query).scalars():
        if actor.is_system or actor.covers(WRITES, task):
            end(task, TaskState.CANCELLED)
