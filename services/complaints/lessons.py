"""What complaints teach: ideas for better service, from whichever case they came (C24)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import ActionKind, CauseAction, Complaint, ComplaintEvent, EventKind, User, Verdict
from services.core import clock
from services.core.access import Actor, Permission
from services.core.recorded import names_of

MOST: Final = 200


class IdeaPart(StrEnum):
    """Which of them."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class IdeaLine:
    """An idea, the complaint that it comes from, who had it ("" where nobody knows any more) and
    who makes it true."""

    id: int
    what: str
    complaint_id: int
    number: str
    by: str
    owner: str
    due_on: date
    done_at: datetime | None
    verdict: Verdict | None
    is_late: bool


def ideas(
    session: Session, actor: Actor, part: IdeaPart | None = None, store_id: int | None = None
) -> list[IdeaLine]:
    """Those of the complaints that the actor sees: the open ones first, by the day on which they
    are due; of those that are done the latest first. At most `MOST`."""
    actor.require(Permission.COMPLAINTS_VIEW)
    owner = aliased(User)
    action = CauseAction
    query: Any = (
        select(action, col(Complaint.number), col(owner.name).label("owner"))
        .join(Complaint, col(Complaint.id) == col(action.complaint_id))
        .join(owner, col(owner.id) == col(action.owner_id))
        .where(col(action.kind) == ActionKind.IDEA)
    )
    if store_id is not None:
        query = query.where(col(Complaint.store_id) == store_id)
    if part is not None:
        is_done = col(action.done_at).is_not(None)
        query = query.where(is_done if part is IdeaPart.DONE else ~is_done)
    done_at = col(action.done_at)
    order = (done_at.is_not(None), done_at.desc(), col(action.due_on), col(action.id))
    rows = session.execute(query.order_by(*order).limit(MOST)).all()
    authors = _authors(session, [row.CauseAction for row in rows])
    return [
        IdeaLine(
            id=one.id,
            what=one.what,
            complaint_id=one.complaint_id,
            number=row.number,
            by=authors.get(one.id, ""),
            owner=row.owner,
            due_on=one.due_on,
            done_at=one.done_at,
            verdict=one.verdict,
            is_late=one.done_at is None and one.due_on < clock.today(),
        )
        for row in rows
        for one in [row.CauseAction]
    ]


def _authors(session: Session, actions: list[CauseAction]) -> dict[int, str]:
    """Action (id) -> who planned it: of its events the first. Older ones do not name their action,
    and are known by its words."""
    event = ComplaintEvent
    query = (
        select(event)
        .where(
            col(event.complaint_id).in_({one.complaint_id for one in actions}),
            col(event.kind) == EventKind.ACTED,
        )
        .order_by(col(event.seq))
    )
    happened = session.execute(query).scalars().all() if actions else []
    first: dict[int, int | None] = {}
    for action in actions:
        for one in happened:
            its = one.details.get("action_id")
            is_its = its == action.id or (its is None and one.note == action.what)
            if is_its and one.complaint_id == action.complaint_id:
                first[action.id] = one.actor_id
                break
    people = names_of(session, User, set(first.values()))
    return {key: people.get(person or 0, "") for key, person in first.items()}
