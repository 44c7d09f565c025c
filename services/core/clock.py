"""The one place that knows what time it is, so that a test can say otherwise."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present date where the dealer works."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The date of an instant where the dealer works."""
    return moment.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """The instant (UTC) at which a day begins where the dealer works."""
    return datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)
