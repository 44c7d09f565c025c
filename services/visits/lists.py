"""Contacts as a list: narrowed, paged, taken along; and by the places where the customers live
(V17, V27)."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_
from sqlmodel import Session, col

from db.models import Customer, Desk, Order, OrderKind, TaskState, Trigger, VisitKind, VisitTask
from services import customers
from services.core import audit, clock, export, fields
from services.core.access import Actor, Permission
from services.core.choices import choice_label
from services.core.errors import Conflict
from services.core.fields import OrNone, id_in
from services.core.inputs import Input
from services.core.labels import field_label
from services.core.words import N_, translate
from services.visits.board import his, store_of
from services.visits.today import ROWS, row_of
from services.visits.views import TaskRow

PAGE: Final = 100
FOUND: Final = 50
"""Customers whom a text finds."""
MOST: Final = 10_000
"""Contacts that one file holds."""
NOWHERE: Final = "-"
"""The code of the customers whose file has no place."""


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """What narrows the list; None or empty means no bound, `state` None means what is open.
    `place` is a city and a district, such as "杭州市/西湖区"."""

    state: TaskState | None = None
    store_id: int | None = None
    owner_id: int | None = None
    in_pool: bool = False
    desk: Desk | None = None
    kind: VisitKind | None = None
    trigger: Trigger | None = None
    place: str | None = None
    is_late: bool = False
    until: date | None = None
    """Due by this day."""
    text: str = ""


EVERY: Final = TaskFilters()


@dataclass(frozen=True, slots=True)
class TaskPage:
    """`after` is the code of the next page, None on the last one; `total` counts them all."""

    rows: list[TaskRow]
    after: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where customers live (empty: the file does not say), how many open contacts there are, and
    how many cars are delivered there on the day, and are sold and not delivered yet."""

    city: str
    district: str
    open: int
    due: int
    late: int
    deliveries: int
    to_deliver: int

    @property
    def code(self) -> str:
        return f"{self.city}/{self.district}" if self.city or self.district else NOWHERE


class ExportTasks(Input):
    """What narrows the list, as its filters do."""

    language: Literal["zh_CN", "en"]
    state: OrNone[TaskState] = None
    store_id: OrNone[fields.PositiveId] = None
    owner_id: OrNone[fields.PositiveId] = None
    in_pool: bool = False
    desk: OrNone[Desk] = None
    kind: OrNone[VisitKind] = None
    trigger: OrNone[Trigger] = None
    is_late: bool = False


class TooManyContacts(Conflict):
    msgid = N_("At most {most} contacts go into one file. Narrow the list by person, desk or state")


def page(
    session: Session, actor: Actor, filters: TaskFilters = EVERY, after: str | None = None
) -> TaskPage:
    """Open ones by their last day in time, ended ones the newest first."""
    actor.require(Permission.VISITS_VIEW)
    wanted = _bounds(session, actor, filters)
    count = select(func.count(col(VisitTask.id))).where(*wanted)
    if filters.place:
        count = count.join(Customer, col(Customer.id) == col(VisitTask.customer_id))
    total = int(session.execute(count).scalar_one())
    rows = _rows(session, filters, wanted, PAGE + 1, _seen(after))
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    code = f"{rows[-1].due_to}.{rows[-1].id}" if more else None
    return TaskPage(rows, code, total)


def places(
    session: Session, actor: Actor, day: date | None = None, store_id: int | None = None
) -> list[Place]:
    """Where the store's customers with open contacts live, and where its cars go on a day (None:
    today): those places first, so that whoever lives near is called before the lorry leaves."""
    actor.require(Permission.VISITS_VIEW)
    today, store = clock.today(), store_of(session, actor, store_id)
    where = (col(Customer.city), col(Customer.district))
    task = VisitTask
    tasks = session.execute(
        select(
            *where,
            func.count(),
            func.count().filter(col(task.due_from) <= today, col(task.hold).is_(None)),
            func.count().filter(col(task.due_to) < today, col(task.hold).is_(None)),
        )
        .select_from(task)
        .join(Customer, col(Customer.id) == col(task.customer_id))
        .where(col(task.store_id) == store, col(task.state) == TaskState.PLANNED, *his(actor))
        .group_by(*where)
    ).all()
    order = Order
    on_day = col(order.closed_on) == (day or today)
    cars = session.execute(
        select(*where, func.count().filter(on_day), func.count(1).filter(~_is_closed()))
        .select_from(order)
        .join(Customer, col(Customer.id) == col(order.customer_id))
        .where(
            col(order.store_id) == store,
            col(order.kind) == OrderKind.SALE,
            col(order.voided_at).is_(None),
            or_(on_day, ~_is_closed()),
        )
        .group_by(*where)
    ).all()
    going = {(city, district): numbers for city, district, *numbers in cars}
    none = [0, 0]
    found = [Place(*row[:5], *going.pop((row[0], row[1]), none)) for row in tasks]
    found += [Place(*at, 0, 0, 0, *numbers) for at, numbers in going.items()]
    return sorted(
        found,
        key=lambda one: (
            *(-one.deliveries, -one.to_deliver, not one.city, not one.district),
            *(-one.late, -one.due, one.code),
        ),
    )


def export_tasks(session: Session, actor: Actor, form: ExportTasks) -> export.File:
    """An .xlsx of the contacts that the filters leave, without anybody's phone. Raises
    TooManyContacts. A command, because what leaves the house is written down."""
    actor.require(Permission.VISITS_LEAD)
    asked = form.model_dump(exclude={"language"}, exclude_none=True)
    filters = TaskFilters(**asked)
    rows = _rows(session, filters, _bounds(session, actor, filters), MOST + 1, None)
    if len(rows) > MOST:
        raise TooManyContacts(most=MOST)
    words = form.language
    title = translate(words, CONTACTS)
    header = [translate(words, label) for label in COLUMNS]
    book = export.workbook(title, header, [_cells(row, words) for row in rows])
    action = audit.Action.VISITS_EXPORTED
    audit.record(session, actor, action, "visit_tasks", rows=len(rows), filters=asked)
    return export.File(export.file_name(title, str(clock.today()), ".xlsx"), book)


CONTACTS: Final = N_("Contacts")
COLUMNS: Final = (
    *(field_label("number"), field_label("customer_id"), N_("What for"), field_label("kind")),
    *(N_("Follows from"), field_label("vehicle_id"), N_("Due from"), N_("In time until")),
    *(N_("Tried until day"), N_("Whose"), N_("State"), N_("Held because"), N_("Attempts")),
)


def _cells(row: TaskRow, words: str) -> list[str]:
    def said(choice: Any) -> str:
        return translate(words, choice_label(choice)) if choice is not None else ""

    purpose = row.purpose_en if words == "en" else row.purpose
    return [
        *(row.number, row.customer, purpose or said(row.trigger), said(row.kind)),
        *(said(row.trigger), row.car, str(row.due_from), str(row.due_to)),
        *(str(row.expires_on), row.owner, said(row.state), said(row.hold), str(row.attempts)),
    ]


def _is_closed() -> ColumnElement[bool]:
    return col(Order.closed_on).is_not(None)


def _rows(
    session: Session,
    filters: TaskFilters,
    wanted: list[ColumnElement[bool]],
    most: int,
    seen: tuple[date, int] | None,
) -> list[TaskRow]:
    by = tuple_(col(VisitTask.due_to), col(VisitTask.id))
    is_open = filters.state in {None, TaskState.PLANNED}
    columns = (col(VisitTask.due_to), col(VisitTask.id))
    order = columns if is_open else tuple(column.desc() for column in columns)
    which = select(col(VisitTask.id)).where(*wanted).order_by(*order).limit(most)
    if filters.place:
        which = which.join(Customer, col(Customer.id) == col(VisitTask.customer_id))
    if seen is not None:
        which = which.where(by > seen if is_open else by < seen)
    found = which.subquery()  # first which, then what each tells: not of all that are sorted
    query = ROWS.join(found, found.c.id == col(VisitTask.id)).order_by(*order)
    today = clock.today()
    return [row_of(row, today) for row in session.execute(query)]


def _seen(after: str | None) -> tuple[date, int] | None:
    """The last row of the page before; nonsense in an address begins anew."""
    day, _dot, key = (after or "").partition(".")
    number = id_in(key)
    try:
        return (date.fromisoformat(day), number) if number else None
    except ValueError:
        return None


def _bounds(session: Session, actor: Actor, filters: TaskFilters) -> list[ColumnElement[bool]]:
    task = VisitTask
    wanted: dict[Any, Any] = {
        task.state: filters.state or TaskState.PLANNED,
        task.store_id: filters.store_id,
        task.owner_id: filters.owner_id,
        task.desk: filters.desk,
        task.kind: filters.kind,
        task.trigger: filters.trigger,
    }
    found = [col(column) == value for column, value in wanted.items() if value is not None]
    found += his(actor)
    if filters.in_pool:
        found.append(col(task.owner_id).is_(None))
    if filters.is_late:
        found.append(col(task.due_to) < clock.today())
    if filters.until is not None:
        found.append(col(task.due_from) <= filters.until)
    if filters.place:
        city, _slash, district = filters.place.partition("/")
        city = "" if filters.place == NOWHERE else city
        found.append(and_(col(Customer.city) == city, col(Customer.district) == district))
    if filters.text.strip():
        people = [row.id for row in customers.find(session, actor, filters.text, FOUND)]
        found.append(col(task.customer_id).in_(people) if people else false())
    return found
