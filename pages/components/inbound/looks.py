"""What calls look like: their clock and their end, wherever they appear."""

import datetime as dt

from pages.components.complaints.colours import soon
from pages.components.layout import Chip, Tone
from pages.components.words import ago, choice, raw
from services.core.words import N_
from services.inbound import CallRow, Urgency

SOON = dt.timedelta(minutes=15)


def name(row: CallRow) -> str:
    return row.who or row.phone or raw(N_("File of another store"))


def clock_of(row: CallRow, now: dt.datetime) -> Chip:
    """How long he still waits, or whether he heard from us in time."""
    if row.is_open and row.promised_at is not None:
        words = f"{soon(row.promised_at, now)} · {ago(row.promised_at, now)}"
        if row.promised_at < now:
            return Chip(words, Tone.BAD)
        return Chip(words, Tone.WARN if row.promised_at - now <= SOON else Tone.INFO)
    if row.is_kept is None:
        return Chip(raw(N_("Answered at once")), Tone.GOOD)
    words = raw(N_("Answered in time")) if row.is_kept else raw(N_("Answered late"))
    return Chip(words, Tone.GOOD if row.is_kept else Tone.BAD)


def urgency(row: CallRow) -> Chip:
    tone = Tone.BAD if row.urgency is Urgency.URGENT else Tone.QUIET
    return Chip(choice(row.urgency), tone)
