"""The books of visit forms: who wrote how many, how good, how late, what was followed up (V21)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from db.models import (
    Customer,
    FeedbackCode,
    Promise,
    Store,
    User,
    VisitForm,
    VisitPaper,
    VisitTask,
)
from services.core import clock, parameters
from services.core.access import WRITES, Actor, Permission, load
from services.core.normal import EARLIEST, LATEST
from services.core.recorded import names_of
from services.visits.form_quality import ANSWERS
from services.visits.inputs import Told
from services.visits.views import BookLine, FormGround, FormLine, FormView, PaperLine
from services.visits.writing import last_answers

MOST: Final = 200
A_DAY: Final = timedelta(days=1)


def books(session: Session, actor: Actor, since: date, until: date) -> list[BookLine]:
    """Of each person whose forms the actor sees: those of visits from one day to another, the
    best book first."""
    actor.require(Permission.VISITS_VIEW)
    rows = session.execute(_LINES.where(*_within(since, until))).all()
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.writer_id or 0].append(row)
    stores = names_of(session, Store, {row.store_id for row in rows})
    allowed = _allowed(session)
    lines = [_book(key, own, stores, allowed) for key, own in found.items()]
    return sorted(lines, key=lambda line: (-line.quality, -line.forms, line.id))


def forms(
    session: Session,
    actor: Actor,
    since: date,
    until: date,
    writer_id: int | None = None,
) -> list[FormLine]:
    """The forms of visits from one day to another, the newest first; of one person (id), or of all
    whom the actor sees; at most `MOST`."""
    actor.require(Permission.VISITS_VIEW)
    query = _LINES.where(*_within(since, until))
    if writer_id is not None:
        query = query.where(col(VisitForm.writer_id) == writer_id)
    query = query.order_by(col(VisitForm.ended_at).desc(), col(VisitForm.id).desc()).limit(MOST)
    allowed = _allowed(session)
    return [_line(row, allowed) for row in session.execute(query)]


def visit_form(session: Session, actor: Actor, form_id: int) -> FormView:
    """One form, whole. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    row = load(session, VisitForm, form_id)
    return view(session, actor, row)


def form_of_task(session: Session, actor: Actor, task_id: int) -> FormView | None:
    """The form that was written of a contact; None: there is none."""
    actor.require(Permission.VISITS_VIEW)
    query = select(VisitForm).where(col(VisitForm.task_id) == task_id).limit(1)
    row = session.execute(query).scalar_one_or_none()
    return None if row is None else view(session, actor, row)


def view(session: Session, actor: Actor, row: VisitForm) -> FormView:
    """A form as pages and paper show it."""
    actor.require(Permission.VISITS_VIEW)
    customer = load(session, Customer, row.customer_id)
    task = load(session, VisitTask, row.task_id)
    people = names_of(session, User, {row.writer_id, row.companion_id, row.improved_by_id} - {None})
    days = int(parameters.value(session, parameters.CORRECTION_DAYS, store_id=row.store_id))
    until = row.written_at + days * A_DAY
    is_his = actor.may(Permission.VISITS_WORK) and actor.covers(WRITES, row)
    may_correct = is_his and row.writer_id == actor.id and clock.now() <= until
    return FormView(
        id=row.id,
        version=row.version,
        number=row.number,
        task_id=row.task_id,
        customer_id=customer.id,
        customer=customer.name,
        customer_number=customer.number,
        store=names_of(session, Store, {row.store_id}).get(row.store_id, ""),
        kind=task.kind,
        writer=people.get(row.writer_id or 0, ""),
        companion=people.get(row.companion_id or 0, ""),
        values={name: getattr(row, name) for name in Told.model_fields if name != "request_id"},
        codes=tuple(FeedbackCode(code) for code in row.codes),
        marks={name: row.marks.get(name, 0) for name in ANSWERS},
        quality=row.quality / len(ANSWERS),
        written_at=row.written_at,
        is_late=_is_late(row, _allowed(session)),
        next_on=row.next_on,
        next_purpose=row.next_purpose,
        no_more=row.no_more,
        promises=_promises(session, row.task_id),
        improved_at=row.improved_at,
        improved_by=people.get(row.improved_by_id or 0, ""),
        outcome=row.outcome,
        papers=_papers(session, row.id),
        open_until=until if may_correct else None,
        may_improve=is_his and row.improved_at is None,
    )


def form_ground(session: Session, actor: Actor, task_id: int) -> FormGround:
    """What a form is written on. Raises NotFound."""
    actor.require(Permission.VISITS_WORK)
    task = load(session, VisitTask, task_id)
    query = (
        select(col(User.id), col(User.name))
        .where(
            col(User.is_active),
            col(User.id) != actor.id,
            (col(User.store_id) == task.store_id) | col(User.store_id).is_(None),
        )
        .order_by(col(User.name), col(User.id))
    )
    megabytes = parameters.value(session, parameters.FILE_SIZE, store_id=task.store_id)
    return FormGround(
        colleagues=[(key, name) for key, name in session.execute(query)],
        file_megabytes=int(megabytes),
        before=last_answers(session, actor),
    )


# ---- rows

_LINES: Final[Any] = (
    select(
        col(VisitForm.id),
        col(VisitForm.number),
        col(VisitForm.store_id),
        col(VisitForm.customer_id),
        col(VisitForm.writer_id),
        col(VisitForm.companion_id),
        col(VisitForm.ended_at),
        col(VisitForm.written_at),
        col(VisitForm.quality),
        col(VisitForm.improvement),
        col(VisitForm.improve_on),
        col(VisitForm.improved_at),
        col(VisitForm.next_on),
        col(VisitTask.kind),
        col(Customer.name).label("customer"),
        func.coalesce(col(User.name), "").label("writer"),
    )
    .join(VisitTask, col(VisitTask.id) == col(VisitForm.task_id))
    .join(Customer, col(Customer.id) == col(VisitForm.customer_id))
    .outerjoin(User, col(User.id) == col(VisitForm.writer_id))
)


def _within(since: date, until: date) -> tuple[Any, Any]:
    ended, first, last = col(VisitForm.ended_at), _known(since), _known(until)
    return ended >= clock.midnight(first), ended < clock.midnight(last) + A_DAY


def _allowed(session: Session) -> int:
    """Days after a visit in which its form is written, as the group decided."""
    return int(parameters.value(session, parameters.FORM_DAYS))


def _is_late(row: Any, allowed: int) -> bool:
    is_late: bool = row.written_at > row.ended_at + allowed * A_DAY
    return is_late


def _line(row: Row[Any], allowed: int) -> FormLine:
    return FormLine(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        customer=row.customer,
        writer=row.writer,
        kind=row.kind,
        ended_at=row.ended_at,
        quality=row.quality / len(ANSWERS),
        is_late=_is_late(row, allowed),
        improvement=row.improvement,
        improve_on=row.improve_on,
        improved_at=row.improved_at,
        next_on=row.next_on,
    )


def _book(key: int, rows: Sequence[Row[Any]], stores: Mapping[int, str], allowed: int) -> BookLine:
    today = clock.today()
    due = [row for row in rows if row.improved_at is not None or row.improve_on < today]
    return BookLine(
        id=key,
        writer=rows[0].writer,
        store=stores.get(rows[0].store_id, ""),
        forms=len(rows),
        quality=sum(row.quality for row in rows) / len(ANSWERS) / len(rows),
        late=sum(_is_late(row, allowed) for row in rows),
        accompanied=sum(row.companion_id is not None for row in rows),
        next_dates=sum(row.next_on is not None for row in rows),
        due=len(due),
        followed=sum(is_followed(row) for row in due),
    )


def is_followed(row: Any) -> bool:
    """Whether what was to be done better was done by its day (spec 2.6)."""
    at = row.improved_at
    return at is not None and clock.day_of(at) <= row.improve_on


def _papers(session: Session, form_id: int) -> list[PaperLine]:
    query = (
        select(VisitPaper).where(col(VisitPaper.form_id) == form_id).order_by(col(VisitPaper.id))
    )
    return [
        PaperLine(row.id, row.name, row.media_type, row.size)
        for row in session.execute(query).scalars()
    ]


def _promises(session: Session, task_id: int) -> list[str]:
    query = select(Promise).where(col(Promise.task_id) == task_id).order_by(col(Promise.id))
    return [
        f"{row.what} ({row.due_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M})"
        for row in session.execute(query).scalars()
    ]


def _known(day: date) -> date:
    """A day that the calendar of both databases has."""
    return min(max(day, EARLIEST), LATEST)
