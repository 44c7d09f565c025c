"""Who may make a contact, whoever should first: the customer's own manager where he has one by his
class, then who sits at that desk and has least to do (V32, V43)."""

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from db.models import Customer, Desk, Lifecycle, TaskState, User, ValueClass, VisitTask
from services.core import parameters
from services.core.access import Actor, Permission, load
from services.customers import policy


@dataclass(frozen=True, slots=True)
class CallerLine:
    """`open`: contacts that he has to make in all. `is_his`: the file is his, and its class has a
    manager of its own."""

    id: int
    name: str
    desk: Desk | None
    open: int
    is_his: bool


@dataclass(frozen=True, slots=True)
class Callers:
    """The best first. `capacity`: how many one makes a day."""

    lines: list[CallerLine]
    capacity: int


def callers(session: Session, actor: Actor, customer_id: int, desk: Desk | None = None) -> Callers:
    """Who may make a contact with this customer; who does not lead, himself. Raises NotFound."""
    actor.require(Permission.VISITS_VIEW)
    customer = load(session, Customer, customer_id)
    desk = desk or actor.desk or Desk.SERVICE
    task = VisitTask
    open_ = (
        select(func.count(col(task.id)))
        .where(col(task.owner_id) == col(User.id), col(task.state) == TaskState.PLANNED)
        .scalar_subquery()
    )
    of_store = or_(col(User.store_id).is_(None), col(User.store_id) == customer.store_id)
    wanted = and_(of_store, col(User.is_active), col(User.role).in_(policy.MAY_OWN))
    if not actor.may(Permission.VISITS_LEAD):
        wanted = and_(wanted, col(User.id) == actor.id)
    query = select(col(User.id), col(User.name), col(User.desk), open_).where(wanted)
    has_own = (
        customer.value_class is ValueClass.IMPORTANT or customer.lifecycle is Lifecycle.POTENTIAL
    )
    lines = [
        CallerLine(key, name, at, number, has_own and key == customer.owner_id)
        for key, name, at, number in session.execute(query)
    ]
    lines.sort(key=lambda one: (not one.is_his, _far(one.desk, desk), one.open, one.id))
    capacity = parameters.value(session, parameters.CAPACITY, store_id=customer.store_id)
    return Callers(lines, int(capacity))


def _far(his: Desk | None, desk: Desk) -> int:
    """0 sits at the desk, 1 at another one, 2 leads."""
    return 2 if his is None else int(his is not desk)
