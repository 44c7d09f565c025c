"""What contacts look like: words and colours of their state, wherever they appear."""

import datetime as dt
from typing import Final

import streamlit as st

from pages.components.layout import Chip, Tone
from pages.components.words import choice, fdate, language, raw
from services.core.words import N_
from services.visits import Day, TaskRow, VisitKind

KINDS: Final = {
    VisitKind.CALL: ":material/call:",
    VisitKind.VISIT: ":material/directions_walk:",
    VisitKind.MESSAGE: ":material/chat:",
    VisitKind.RECEPTION: ":material/handshake:",
}


def lead_on(row: TaskRow, found: Day) -> None:
    """To the next contact of the day, or back to the list."""
    following = [one.id for one in found.rows if one.id != row.id]
    if following:
        st.query_params["task"] = str(following[0])
    else:
        st.query_params.pop("task", None)


def told(chinese: str, english: str) -> str:
    """What is kept in both languages, in the reader's; in the other one where his is empty."""
    return (english or chinese) if language() == "en" else (chinese or english)


def kind_of(row: TaskRow) -> Chip:
    return Chip(choice(row.kind), Tone.QUIET, KINDS[row.kind])


def purpose(row: TaskRow) -> str:
    """What for, in the reader's language; where no step says it, what it follows from."""
    words = row.purpose_en if language() == "en" else row.purpose
    return words or choice(row.trigger)


def due(row: TaskRow, today: dt.date) -> Chip:
    """By when, in words: late by days, today, the last day, a day."""
    if row.due_to < today:
        days = (today - row.due_to).days
        return Chip(raw(N_("late by {days} d"), days=days), Tone.BAD)
    if row.due_to == today:
        return Chip(raw(N_("Today")), Tone.WARN)
    return Chip(raw(N_("until {day}"), day=fdate(row.due_to)), Tone.GOOD)
