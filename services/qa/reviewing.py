"""A call is reviewed once, by somebody else than who made it; who made it reads the result."""

from typing import Annotated

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import QAReview, Touch
from services.core import audit, clock, notices
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, NotFound, NotPermitted, StaleRecord
from services.core.fields import Code, PositiveId, text, whole
from services.core.inputs import Request
from services.core.tellings import NoticeKind
from services.core.words import N_
from services.qa import rubric, sampling

Words = Annotated[str, text(1000, least=2, lines=True)]
Score = Annotated[int, whole(0, rubric.MOST)]
VIEW = "quality"
"""Where in the visit plan results are read."""


class OwnCall(NotPermitted):
    msgid = N_("Nobody reviews his own call")


class NotDrawn(Conflict):
    msgid = N_("This call was not drawn for review")


class Reviewed(Conflict):
    msgid = N_("This call was reviewed meanwhile")


class ReviewCall(Request):
    """`scores`: item of the rubric -> 0 no, 1 partly, 2 yes; what did not apply is left out."""

    touch_id: PositiveId
    scores: dict[Code, Score]
    note: Words
    """What to do better, or to go on doing."""


class ReadReview(Request):
    """`version` is the one that was shown."""

    review_id: PositiveId
    version: PositiveId


def review(session: Session, actor: Actor, form: ReviewCall) -> int:
    """Review a call that was drawn; returns the review's id.

    Raises NotFound, OwnCall, NotDrawn, Reviewed, NotOfRubric, TooFewItems.
    """
    actor.require(Permission.VISITS_LEAD)
    call = load(session, Touch, form.touch_id, lock=True)
    if call.user_id == actor.id:
        raise OwnCall(record="touches", id=call.id)
    month = sampling.first_of(clock.day_of(call.at))
    if month > sampling.latest() or not _is_drawn(session, call):
        raise NotDrawn
    there = select(col(QAReview.id)).where(col(QAReview.touch_id) == call.id)
    if session.execute(there).first() is not None:
        raise Reviewed
    made = QAReview(
        touch_id=call.id,
        customer_id=call.customer_id,
        store_id=call.store_id,
        owner_id=call.user_id,
        month=month,
        scores=dict(form.scores),
        score=rubric.score(form.scores),
        note=form.note,
        reviewer_id=actor.id,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, Action.QA_REVIEWED, made, score=made.score)
    if call.user_id is not None:
        notices.tell(
            session,
            [call.user_id],
            NoticeKind.QA_REVIEWED,
            f"qa_reviews:{made.id}",
            person=actor.name,
            score=made.score,
            view=VIEW,
        )
    return made.id


def read(session: Session, actor: Actor, form: ReadReview) -> int:
    """Whoever made the call has read what was said of it; returns the review's id.

    Raises NotFound (also for another's), StaleRecord.
    """
    actor.require(Permission.VISITS_WORK)
    made = load(session, QAReview, form.review_id, lock=True)
    if made.owner_id != actor.id:
        raise NotFound(record="QAReview", id=form.review_id)
    if made.seen_at is not None:
        return made.id
    if made.version != form.version:
        raise StaleRecord(version=made.version)
    made.seen_at = clock.now()
    audit.record(session, actor, Action.QA_SEEN, made)
    return made.id


def _is_drawn(session: Session, call: Touch) -> bool:
    month = sampling.first_of(clock.day_of(call.at))
    return any(call.id in one.drawn for one in sampling.samples(session, month))
