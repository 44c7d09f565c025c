"""The next maintenance of every car, kept: derived anew where a car, its orders or the group's
intervals changed (spec 2.5).

Kept, because contacts, the forecast and the lists ask for a day, and computing it takes all
readings of a car. Whoever reads it joins the car, and so sees what he may see.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, insert, select, union
from sqlmodel import Session, col

from db.models import Counter, Order, OrderKind, RepairKind, ServiceDue, Vehicle
from db.once import add_once
from services.core import clock, parameters
from services.core.access import Actor, Permission
from services.core.inputs import Input
from services.visits.service_due import Norms, Reading, predict

SERIES: Final = "service_dues"
STEP: Final = 2000
"""Cars in one transaction: under a second."""
LATE: Final = timedelta(minutes=15)
"""A change is written down with the moment at which it began, and is seen when it ends."""
KEYS: Final = (
    parameters.SERVICE_KM,
    parameters.SERVICE_MONTHS,
    parameters.FIRST_KM,
    parameters.FIRST_MONTHS,
    parameters.USUAL_KM,
    parameters.LEAST_KM,
    parameters.MOST_KM,
)
"""As `Norms` takes them."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """How many predictions changed, and whether all that could have changed were looked at."""

    changed: int
    is_finished: bool


class PredictServices(Input):
    """Predict anew for the next cars of which something changed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One order of a workshop; `on` is the day on which the car came."""

    id: int
    on: date
    is_maintenance: bool
    km: int | None


def predict_services(session: Session, actor: Actor, form: PredictServices) -> Predicted:
    """Go on where the last call stopped. A change of the group's numbers begins with all cars."""
    actor.require(Permission.DATA_SWEEP)
    add_once(session, Counter, [{"series": SERIES, "value": 0}], col(Counter.series))
    query = select(Counter).where(col(Counter.series) == SERIES).with_for_update()
    mark = session.execute(query).scalar_one()
    norms, seen_days = norms_of(session)
    told = [repr(norms), seen_days]
    at = dict(mark.details or {})
    if at.get("norms") != told:
        at = {"norms": told, "since": None}
    begun = at.setdefault("begun", clock.now().isoformat())
    cars = _next_cars(session, at["since"], at.get("after", 0))
    changed = _keep(session, cars, norms, seen_days)
    is_finished = len(cars) < STEP
    if is_finished:
        mark.details = {"norms": told, "since": begun}
    else:
        mark.details = {**at, "after": cars[-1].id}
    return Predicted(changed, is_finished)


def norms_of(session: Session) -> tuple[Norms, int]:
    """What the group decided, as of today, and so many days before a maintenance a car that comes
    needs no reminder."""
    values = parameters.values(session, (*KEYS, parameters.SERVICE_SEEN))
    known = {key: int(value) for key, value in values.items()}
    least, most = sorted((known[parameters.LEAST_KM], known[parameters.MOST_KM]))
    known |= {parameters.LEAST_KM: least, parameters.MOST_KM: most}
    return Norms(*(known[key] for key in KEYS)), known[parameters.SERVICE_SEEN]


def _next_cars(session: Session, since: str | None, after: int) -> Sequence[Row[Any]]:
    """The next ones by id that changed since a moment (None: all), with what is read off them."""
    columns = (Vehicle.id, Vehicle.delivered_on, Vehicle.odometer_on, Vehicle.odometer_km)
    query = select(*map(col, columns)).where(col(Vehicle.id) > after)
    if since is not None:
        moment = datetime.fromisoformat(since) - LATE
        orders = select(col(Order.vehicle_id)).where(col(Order.updated_at) >= moment)
        former = select(col(ServiceDue.vehicle_id)).join(
            Order, col(Order.id) == col(ServiceDue.last_order_id)
        )
        cars = select(col(Vehicle.id)).where(col(Vehicle.updated_at) >= moment)
        touched: Any = union(orders, cars, former.where(col(Order.updated_at) >= moment))
        query = query.where(col(Vehicle.id).in_(touched))
    return session.execute(query.order_by(col(Vehicle.id)).limit(STEP)).all()


def visits_of(session: Session, cars: Collection[int]) -> Mapping[int, list[Visit]]:
    """The orders of workshops for these cars, by the day. One look at the database."""
    columns = (Order.vehicle_id, Order.id, Order.ordered_on, Order.repair_kind, Order.odometer_km)
    query = (
        select(*map(col, columns))
        .where(
            col(Order.vehicle_id).in_(cars),
            col(Order.kind) == OrderKind.REPAIR,
            col(Order.voided_at).is_(None),
        )
        .order_by(col(Order.ordered_on), col(Order.id))
    )
    found: dict[int, list[Visit]] = defaultdict(list)
    for car, key, on, kind, km in session.execute(query):
        found[car].append(Visit(key, on, kind is RepairKind.MAINTENANCE, km))
    return found


def readings_of(visits: Iterable[Visit]) -> list[Reading]:
    return [Reading(one.on, one.km) for one in visits if one.km is not None]


def _keep(session: Session, cars: Sequence[Row[Any]], norms: Norms, seen_days: int) -> int:
    """Write down what is predicted for these cars; returns for how many that is news."""
    if not cars:
        return 0
    ids = [car.id for car in cars]
    visits = visits_of(session, ids)
    query = select(ServiceDue).where(col(ServiceDue.vehicle_id).in_(ids))
    there = {row.vehicle_id: row for row in session.execute(query).scalars()}
    new: list[dict[str, Any]] = []
    changed = 0
    for car in cars:
        told, row = _told(car, visits.get(car.id, []), norms, seen_days), there.get(car.id)
        if told is None:
            if row is not None:
                session.delete(row)
                changed += 1
        elif row is None:
            new.append({"vehicle_id": car.id, "computed_at": clock.now(), **told})
        elif any(getattr(row, name) != value for name, value in told.items()):
            for name, value in {**told, "computed_at": clock.now()}.items():
                setattr(row, name, value)
            changed += 1
    if new:  # rows as objects take three times as long, and the first time there are all cars
        session.execute(insert(ServiceDue), new)
    session.flush()
    return changed + len(new)


def _told(
    car: Row[Any], visits: Sequence[Visit], norms: Norms, seen_days: int
) -> dict[str, Any] | None:
    last = next((one for one in reversed(visits) if one.is_maintenance), None)
    last_on = last.on if last else None
    readings = readings_of(visits)
    if car.odometer_on is not None and car.odometer_km is not None:
        readings.append(Reading(car.odometer_on, car.odometer_km))
    found = predict(car.delivered_on, last_on, readings, norms)
    if found is None:
        return None
    nearly = found.due_on - timedelta(days=seen_days)
    return {
        "last_order_id": last.id if last else None,
        "last_on": last_on,
        "is_seen": any(one.on >= nearly and one.on > (last_on or one.on.min) for one in visits),
        "daily_km": found.daily_km,
        "basis": found.basis,
        "due_on": found.due_on,
        "window_from": found.window_from,
        "window_until": found.window_until,
    }
