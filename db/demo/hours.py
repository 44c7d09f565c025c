"""The demonstration dealer's working hours: a week for the group, one store with a lunch break."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert

from db.demo.data import table
from db.demo.world import World
from db.demo.writers import table_of
from db.models import CalendarDay, CalendarWeek

WHOLE_DAY = [[8 * 60 + 30, 18 * 60]]
WITH_LUNCH = [[9 * 60, 12 * 60], [13 * 60 + 30, 18 * 60]]
_SHORT = [[10 * 60, 16 * 60]]
_WEDNESDAY, _SUNDAY = 2, 6
_MOVING_AHEAD, _SUNDAY_AHEAD = 20, 30


def write_hours(connection: Connection, world: World) -> None:
    """Decided on the first day of the history, as if by the system; the days lie ahead."""
    begun = date.fromordinal(world.begin)
    own = max(world.stores)
    moving = _following(world.as_of + timedelta(days=_MOVING_AHEAD), _WEDNESDAY)
    sunday = _following(world.as_of + timedelta(days=_SUNDAY_AHEAD), _SUNDAY)
    reasons = table("hours")
    shared = {
        "created_at": datetime.combine(begun, datetime.min.time(), tzinfo=UTC),
        "author_id": None,
        "withdrawn_at": None,
    }
    weeks = [
        (None, [WHOLE_DAY] * 7, reasons["group"]),
        (own, [WITH_LUNCH] * 6 + [[]], reasons["lunch"]),
    ]
    days = [(own, moving, [], reasons["moving"]), (own, sunday, _SHORT, reasons["sunday"])]
    connection.execute(
        insert(table_of(CalendarWeek)),
        [
            {"store_id": store, "from_on": begun, "hours": hours, "reason": why, **shared}
            | {"keeps_holidays": True}
            for store, hours, why in weeks
        ],
    )
    connection.execute(
        insert(table_of(CalendarDay)),
        [
            {"store_id": store, "falls_on": day, "hours": hours, "reason": why, **shared}
            for store, day, hours, why in days
        ],
    )


def _following(day: date, weekday: int) -> date:
    """The first such weekday from a day on."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)
