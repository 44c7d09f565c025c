"""The quiet hours of the house, in which nobody is told what can wait."""

from datetime import datetime, timedelta

from sqlmodel import Session

from services.core import clock, parameters


def after_quiet(session: Session, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours in which it lies."""
    hours = parameters.values(session, (parameters.QUIET_FROM, parameters.QUIET_UNTIL))
    begin, end = (int(hours[key]) for key in (parameters.QUIET_FROM, parameters.QUIET_UNTIL))
    midnight = clock.midnight(clock.day_of(now))
    hour = (now - midnight) / timedelta(hours=1)
    if begin <= end:  # within one day, such as 12 to 14; none where they are the same
        quiet = begin <= hour < end
        return midnight + timedelta(hours=end) if quiet else now
    if hour >= begin:
        return clock.midnight(clock.day_of(now) + timedelta(days=1)) + timedelta(hours=end)
    return midnight + timedelta(hours=end) if hour < end else now
