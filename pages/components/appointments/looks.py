"""What appointments look like: words and colours of their state, wherever they appear."""

import datetime as dt
from typing import Final

from pages.components.layout import Chip, Tone
from pages.components.words import choice, raw
from services.appointments import AppointmentRow, AppointmentState
from services.core.clock import SHANGHAI
from services.core.words import N_

TONES: Final = {
    AppointmentState.REQUESTED: Tone.WARN,
    AppointmentState.BOOKED: Tone.INFO,
    AppointmentState.CONFIRMED: Tone.SPECIAL,
    AppointmentState.ARRIVED: Tone.GOOD,
    AppointmentState.NO_SHOW: Tone.BAD,
    AppointmentState.CANCELLED: Tone.QUIET,
}
NOBODY: Final = N_("Not given out yet")
"""Above what has no bay, or no advisor."""


def chip(row: AppointmentRow) -> Chip:
    return Chip(choice(row.state), TONES[row.state])


def hour(at: dt.datetime) -> str:
    """The time of a day where the dealer works."""
    return at.astimezone(SHANGHAI).strftime("%H:%M")


def span(row: AppointmentRow) -> str:
    """From when to when."""
    return f"{hour(row.starts_at)}–{hour(row.starts_at + dt.timedelta(minutes=row.minutes))}"


def name(row: AppointmentRow) -> str:
    return row.who or raw(N_("File of another store"))


def line(row: AppointmentRow) -> str:
    return f"{name(row)} · {choice(row.work)}"
