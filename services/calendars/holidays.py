"""Saying so when the public holidays of a year are not known to the program."""

from typing import Final

from sqlmodel import Session

from services.core import clock, notices, worktime
from services.core.access import Actor, Permission
from services.core.inputs import Input
from services.core.tellings import NoticeKind

ANNOUNCED_IN: Final = 12
"""The month in which the next year's public holidays are known, since the State Council tells them
in November; the package that holds them follows within weeks."""


class TellHolidays(Input):
    """Say so when the public holidays of this or, late in the year, the next are not known."""


def tell_holidays(session: Session, actor: Actor, form: TellHolidays) -> int:
    """Tell those who look after the system; returns how many were told for the first time."""
    actor.require(Permission.DATA_SWEEP)
    today = clock.today()
    years = [today.year, today.year + 1] if today.month >= ANNOUNCED_IN else [today.year]
    people = notices.those_who_may(session, Permission.JOBS_VIEW)
    return sum(
        len(
            notices.tell(
                session, people, NoticeKind.HOLIDAYS_UNKNOWN, f"holidays:{year}", year=year
            )
        )
        for year in years
        if not worktime.knows_holidays(year)
    )
