"""By which day something may be asked for."""

from datetime import date

from services.core import clock
from services.core.errors import InvalidInput
from services.core.words import N_


class DueBefore(InvalidInput):
    msgid = N_("This day has passed. Choose today or a later one")


def check_due(due_on: date) -> None:
    if due_on < clock.today():
        raise DueBefore
