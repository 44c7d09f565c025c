"""The timetable: a day by bay or advisor with what is free, a week with how full each day is."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.appointments import booking, looks, one
from pages.components.frame import fetch
from pages.components.layout import Tone
from pages.components.tables import Column, Kind
from pages.components.words import _, fdate, raw
from services import appointments
from services.appointments import By, Cell, DayGrid, WeekGrid
from services.core import clock
from services.core.access import Actor
from services.core.words import N_

WAYS: Final = {By.BAY.value: N_("By bay"), By.ADVISOR.value: N_("By advisor")}
FREE: Final = N_("Free")
GOES_ON: Final = "↓"
TALL: Final = 620
DAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


@dataclass(frozen=True)
class Place:
    """Whose timetable is shown."""

    store_id: int
    day: dt.date
    by: By


def choose(store_id: int) -> Place:
    """By bay or by advisor, and the day: fields in the page's row."""
    ways = {key: raw(words) for key, words in WAYS.items()}
    by = By(pickers.switch(raw(N_("Whose times")), ways, "by", By.BAY.value))
    day = pickers.filter_day(raw(N_("Which day")), "day", clock.today(), width=150)
    return Place(store_id, day, by)


def day(actor: Actor, place: Place) -> None:
    """A click on an appointment opens it, one on a free time books it."""
    found = fetch(appointments.day, place.store_id, place.day, place.by)
    if not found.places:
        _no_places(place)
        return
    if not found.times:
        _closed()
        return
    rows, columns = _day_rows(found), _day_columns(found)
    picked = tables.cells_table(
        rows,
        columns,
        key=f"appointments:day:{place.store_id}:{place.day}:{place.by}",
        height=TALL,
        alt=raw(N_("Appointments of a day")),
    )
    if picked is None or not picked[1].startswith("p"):
        return
    at, key = dt.datetime.fromisoformat(picked[0]), int(picked[1][1:])
    cell = found.cells[at, key]
    if cell.rows:
        one.open_one(actor, cell.rows[-1].id)
    elif cell.is_free:
        bay, advisor = (key, None) if place.by is By.BAY else (None, key)
        preset = booking.Preset(
            store_id=place.store_id, starts_at=at, bay_id=bay, advisor_id=advisor
        )
        booking.open_booking(actor, preset)


def week(place: Place) -> None:
    """A click leads to the day."""
    since = place.day - dt.timedelta(days=place.day.weekday())
    found = fetch(appointments.week, place.store_id, since, place.by)
    if not found.places:
        _no_places(place)
        return
    picked = tables.cells_table(
        _week_rows(found),
        _week_columns(found),
        key=f"appointments:week:{place.store_id}:{since}:{place.by}",
        alt=raw(N_("Appointments of a week")),
    )
    if picked is not None and picked[1].startswith("d"):
        st.query_params["day"] = picked[1][1:]
        st.query_params["view"] = "day"
        st.rerun()


def _no_places(place: Place) -> None:
    words = (
        N_("This store has no bays yet. Who leads it opens them under “Bays”")
        if place.by is By.BAY
        else N_("Nobody in this store receives customers")
    )
    layout.empty(_(N_("No timetable yet")), _(words), ":material/garage:")


def _closed() -> None:
    layout.empty(
        _(N_("The store is closed on this day")),
        _(N_("Choose another day; opening hours stand under “Working hours”")),
        ":material/door_front:",
    )


# ---- a day


def _day_rows(found: DayGrid) -> list[tuple[object, ...]]:
    return [
        (
            at.isoformat(),
            looks.hour(at),
            *(_words(found.cells[at, key], at, found.step) for key, _name in found.places),
        )
        for at in found.times
    ]


def _words(cell: Cell, at: dt.datetime, step: int) -> list[str]:
    words: list[str] = []
    for row in cell.rows:
        if at <= row.starts_at < at + dt.timedelta(minutes=step):
            words.insert(0, looks.line(row))  # what begins is read first, and opened by a click
        else:
            words.append(f"{GOES_ON} {looks.name(row)}")
    if cell.is_free and not cell.rows:
        words.append(raw(FREE))
    return words


def _day_columns(found: DayGrid) -> list[Column]:
    columns = [Column("time", raw(N_("Time")), width=70)]
    for key, name in found.places:
        tones = {raw(FREE): Tone.QUIET}
        for at in found.times:
            for row in found.cells[at, key].rows:
                tones[looks.line(row)] = tones[f"{GOES_ON} {looks.name(row)}"] = looks.TONES[
                    row.state
                ]
        label = name or raw(looks.NOBODY)
        columns.append(Column(f"p{key}", label, Kind.BADGE, tones=tones, width=150))
    return columns


# ---- a week


def _week_rows(found: WeekGrid) -> list[tuple[object, ...]]:
    return [
        (key, name or raw(looks.NOBODY), *(_load(found, day, key) for day in found.days))
        for key, name in found.places
    ]


def _load(found: WeekGrid, day: dt.date, key: int) -> list[str]:
    load = found.loads[day, key]
    if not load.is_open and not load.booked:
        return [raw(N_("Closed"))]
    words = [raw(N_("{count} booked"), count=load.booked)] if load.booked else []
    return [*words, raw(N_("{count} free"), count=load.free)] if load.free else words


def _week_columns(found: WeekGrid) -> list[Column]:
    columns = [Column("place", raw(N_("Whose")), width=130)]
    for day in found.days:
        booked = {raw(N_("{count} booked"), count=n): Tone.INFO for n in range(1, 100)}
        parts = [raw(DAYS[day.weekday()]), fdate(day)[5:]]
        if day == clock.today():
            parts.append(raw(N_("Today")))
        label = " ".join(parts)
        columns.append(Column(f"d{day}", label, Kind.BADGE, tones=booked, width=130))
    return columns
