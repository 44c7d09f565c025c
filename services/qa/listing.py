"""What is to be reviewed, one call with what is known of it, and the results (V02)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import CadenceStep, CallAttempt, Customer, QAReview, Store, Touch, User, VisitTask
from services.core.access import Actor, Permission
from services.core.errors import NotFound
from services.qa import sampling

MONTHS: Final = 12
"""Of a trend."""
MOST: Final = 500
"""Results in one list."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Of one person in one store: what he did in the month, and how it was found. `score` None:
    nothing is reviewed yet."""

    id: int
    person: str
    store: str
    calls: int
    drawn: int
    reviewed: int
    score: int | None


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call that waits for its review; `id` is the touch."""

    id: int
    at: datetime
    person: str
    customer: str
    number: str
    summary: str


@dataclass(frozen=True, slots=True)
class Month:
    """What is to be reviewed of a month that is over. One's own calls are another reviewer's."""

    month: date
    people: list[PersonLine]
    waiting: list[CallLine]
    own: int
    """Of the reader's own calls so many wait for somebody else."""


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review as who made the call, or who leads, reads it."""

    id: int
    version: int
    at: datetime
    """Of the call."""
    person: str
    reviewer: str
    customer: str
    score: int
    scores: Mapping[str, int]
    note: str
    seen_at: datetime | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a trend: the mean score of so many reviews."""

    month: date
    score: float
    reviews: int


@dataclass(frozen=True, slots=True)
class Results:
    reviews: list[ReviewLine]
    trend: list[Point]


@dataclass(frozen=True, slots=True)
class Heard:
    """One call with what the review needs; the script and the purpose in both languages, where a
    rule had it made."""

    id: int
    at: datetime
    person: str
    customer: str
    number: str
    summary: str
    seconds: int | None
    purpose: str
    purpose_en: str
    script: str
    script_en: str
    may_review: bool


def to_review(session: Session, actor: Actor, back: int = 0) -> Month:
    """The calls of the last month that is over, or of one so many months before it."""
    actor.require(Permission.VISITS_LEAD)
    month = sampling.latest()
    for _step in range(min(back, MONTHS - 1)):
        month = sampling.before(month)
    samples = sampling.samples(session, month)
    done = _done(session, month)
    open_calls = {call: one.person for one in samples for call in one.drawn if call not in done}
    names = _names(session, {one.person for one in samples})
    stores = dict(session.execute(select(col(Store.id), col(Store.name))).all())
    people = [
        PersonLine(
            id=n,
            person=names.get(one.person, ""),
            store=stores[one.store],
            calls=one.calls,
            drawn=len(one.drawn),
            reviewed=sum(call in done for call in one.drawn),
            score=_mean(done[call] for call in one.drawn if call in done),
        )
        for n, one in enumerate(samples, start=1)
    ]
    others = [call for call, person in open_calls.items() if person != actor.id]
    return Month(month, people, _waiting(session, others), own=len(open_calls) - len(others))


def heard(session: Session, actor: Actor, touch_id: int) -> Heard:
    """One call that is to be reviewed. Raises NotFound."""
    actor.require(Permission.VISITS_LEAD)
    query = (
        select(Touch, Customer, func.coalesce(col(User.name), ""), CallAttempt, CadenceStep)
        .join(Customer, col(Customer.id) == col(Touch.customer_id))
        .outerjoin(User, col(User.id) == col(Touch.user_id))
        .outerjoin(CallAttempt, col(CallAttempt.touch_id) == col(Touch.id))
        .outerjoin(VisitTask, col(VisitTask.id) == col(CallAttempt.task_id))
        .outerjoin(CadenceStep, col(CadenceStep.id) == col(VisitTask.step_id))
        .where(col(Touch.id) == touch_id)
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound(record="Touch", id=touch_id)
    touch, customer, person, attempt, step = row
    there = select(col(QAReview.id)).where(col(QAReview.touch_id) == touch.id)
    return Heard(
        id=touch.id,
        at=touch.at,
        person=person,
        customer=customer.name,
        number=customer.number,
        summary=touch.summary,
        seconds=attempt.duration_seconds if attempt else None,
        purpose=step.purpose if step else "",
        purpose_en=step.purpose_en if step else "",
        script=step.script if step else "",
        script_en=step.script_en if step else "",
        may_review=touch.user_id != actor.id and session.execute(there).first() is None,
    )


def results(session: Session, actor: Actor) -> Results:
    """Reviews of the last months: one's own, and, for whoever leads, those of all that he sees."""
    actor.require(Permission.VISITS_VIEW)
    since = sampling.latest()
    for _step in range(MONTHS - 1):
        since = sampling.before(since)
    which = [col(QAReview.month) >= since]
    if not actor.may(Permission.VISITS_LEAD):
        which.append(col(QAReview.owner_id) == actor.id)
    reviewer = aliased(User)
    query = (
        select(
            QAReview,
            col(Touch.at),
            col(Customer.name),
            func.coalesce(col(User.name), ""),
            func.coalesce(col(reviewer.name), ""),
        )
        .join(Touch, col(Touch.id) == col(QAReview.touch_id))
        .join(Customer, col(Customer.id) == col(QAReview.customer_id))
        .outerjoin(User, col(User.id) == col(QAReview.owner_id))
        .outerjoin(reviewer, col(reviewer.id) == col(QAReview.reviewer_id))
        .where(*which)
        .order_by(col(Touch.at).desc(), col(QAReview.id).desc())
        .limit(MOST)
    )
    lines = [_line(actor, *row) for row in session.execute(query)]
    trend = (
        select(col(QAReview.month), func.avg(col(QAReview.score)), func.count())
        .where(*which)
        .group_by(col(QAReview.month))
        .order_by(col(QAReview.month))
    )
    return Results(
        lines,
        [Point(month, float(mean), int(n)) for month, mean, n in session.execute(trend)],
    )


def _line(
    actor: Actor, one: QAReview, at: datetime, customer: str, person: str, reviewer: str
) -> ReviewLine:
    return ReviewLine(
        id=one.id,
        version=one.version,
        at=at,
        person=person,
        reviewer=reviewer,
        customer=customer,
        score=one.score,
        scores=dict(one.scores),
        note=one.note,
        seen_at=one.seen_at,
        is_own=one.owner_id == actor.id,
    )


def _done(session: Session, month: date) -> dict[int, int]:
    """Call (touch, id) -> its score, of a month."""
    query = select(col(QAReview.touch_id), col(QAReview.score)).where(col(QAReview.month) == month)
    return dict(session.execute(query).all())


def _mean(scores: Iterable[int]) -> int | None:
    known = list(scores)
    return round(sum(known) / len(known)) if known else None


def _names(session: Session, people: Collection[int]) -> dict[int, str]:
    query = select(col(User.id), col(User.name)).where(col(User.id).in_(people))
    return dict(session.execute(query).all())


def _waiting(session: Session, calls: Collection[int]) -> list[CallLine]:
    """The oldest first: what is longest ago is forgotten first."""
    query: Any = (
        select(
            col(Touch.id),
            col(Touch.at),
            func.coalesce(col(User.name), ""),
            col(Customer.name),
            col(Customer.number),
            col(Touch.summary),
        )
        .join(Customer, col(Customer.id) == col(Touch.customer_id))
        .outerjoin(User, col(User.id) == col(Touch.user_id))
        .where(col(Touch.id).in_(sorted(calls)[:MOST]))
        .order_by(col(Touch.at), col(Touch.id))
    )
    return [CallLine(*row) for row in session.execute(query)]
