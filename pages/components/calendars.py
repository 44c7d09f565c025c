"""The working hours page: the week, what was decided, and the drawers in which one decides."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st
from pydantic import ValidationError

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.layout import NOTHING, Tone, facts
from pages.components.tables import Column, Kind, rows_table
from pages.components.troubles import worded
from pages.components.words import _, choice, fdate, field, raw
from services import calendars
from services.calendars import (
    CalendarPage,
    DaysLine,
    DaysProposal,
    HoursProposal,
    MonthEffect,
    Place,
    WeekLine,
)
from services.core import clock
from services.core.words import N_

FORMAT: Final = N_("Such as 9:00-12:00, 13:30-18:00; empty is closed")


def said(hours: str) -> str:
    """The hours of a day as text."""
    return hours or raw(N_("Not open"))


def week_facts(week: WeekLine) -> None:
    """The seven days, and whether holidays are kept."""
    facts(
        {
            **{field(day): said(h) for day, h in zip(calendars.WEEKDAYS, week.hours, strict=True)},
            field("keeps_holidays"): week.keeps_holidays,
        }
    )


def week_origin(week: WeekLine) -> str:
    """Since when and by whose decision a week holds, as a phrase."""
    if week.from_on is None:
        return _(N_("As delivered"))
    place = choice(week.source)
    return _(N_("{place}, since {day}"), place=place, day=fdate(week.from_on))


# ---- what was decided


def weeks_table(found: Sequence[WeekLine]) -> int | None:
    """Every week that was decided; the id of the one that was clicked."""
    tones = {raw(STATES[state]): tone for state, tone in TONES.items()}
    picked: int | None = rows_table(
        [
            (
                week.id,
                week.from_on,
                week.until_on,
                raw(STATES[_state(week)]),
                week.source,
                in_short(week.hours),
                week.keeps_holidays,
                week.author,
                week.reason,
            )
            for week in found
        ],
        [
            Column("from_on", field("from_on"), Kind.DATE, width=100),
            Column("until_on", raw(N_("Until")), Kind.DATE, width=100),
            Column("state", field("status"), Kind.BADGE, width=90, tones=tones),
            Column("source", raw(N_("Decided for")), width=110),
            Column("hours", field("hours"), width=300),
            Column("keeps_holidays", field("keeps_holidays"), width=110),
            Column("author", raw(N_("By")), width=100),
            Column("reason", field("reason")),
        ],
        key="calendar:weeks",
        on_select="once",
        height=260,
    )
    return picked


STATES: Final = {
    "ahead": N_("To come"),
    "begun": N_("Has begun"),
    "now": N_("In force"),
    "withdrawn": N_("Withdrawn"),
}
TONES: Final = {"ahead": Tone.INFO, "now": Tone.GOOD}


def _state(week: WeekLine) -> str:
    if week.is_withdrawn:
        return "withdrawn"
    if week.is_in_force:
        return "now"
    return "ahead" if week.from_on and week.from_on > clock.today() else "begun"


def in_short(hours: Sequence[str]) -> str:
    """Seven days in one line; days in a row with the same hours are said once."""
    names = [field(day) for day in calendars.WEEKDAYS]
    runs: list[tuple[str, str, str]] = []
    for name, each in zip(names, hours, strict=True):
        if runs and runs[-1][2] == each:
            runs[-1] = (runs[-1][0], name, each)
        else:
            runs.append((name, name, each))
    return "; ".join(
        f"{first if first == last else f'{first}–{last}'} {said(each)}"
        for first, last, each in runs
    )


def days_table(found: Sequence[DaysLine]) -> str | None:
    """The year's single days; the id of the line that was clicked."""
    picked: str | None = rows_table(
        [
            (
                line.id,
                line.first_on,
                line.last_on,
                said(line.hours),
                line.source,
                line.author,
                line.reason,
                line.created_at,
            )
            for line in found
        ],
        [
            Column("first_on", field("first_on"), Kind.DATE, width=100),
            Column("last_on", field("last_on"), Kind.DATE, width=100),
            Column("hours", field("hours"), width=200),
            Column("source", raw(N_("Decided for")), width=110),
            Column("author", raw(N_("By")), width=100),
            Column("reason", field("reason")),
            Column("created_at", raw(N_("Decided at")), Kind.MOMENT, width=140),
        ],
        key="calendar:days",
        on_select="once",
        height=320,
    )
    return picked


# ---- drawers


def hours_drawer(found: CalendarPage, store_id: int | None, place: str) -> None:
    drawer(_(N_("Change working hours")), name=place, width="large")(_hours)(found, store_id)


def days_drawer(store_id: int | None, place: str) -> None:
    drawer(_(N_("Close or open days")), name=place)(_days)(store_id)


def week_drawer(week: WeekLine) -> None:
    """One week that was decided, with the way to take it back."""
    drawer(_(N_("Working hours")), name=choice(week.source))(_week)(week)


def line_drawer(line: DaysLine, store_id: int | None) -> None:
    """Days that were decided in one go, with the way to take them back."""
    drawer(_(N_("Single days")), name=choice(line.source))(_line)(line, store_id)


def _hours(found: CalendarPage, store_id: int | None) -> None:
    begin: dict[str, Any] = dict(zip(calendars.WEEKDAYS, found.week.hours, strict=True))
    begin |= {
        "keeps_holidays": found.week.keeps_holidays,
        "from_on": clock.today() + dt.timedelta(days=1),
    }
    form = Form("calendars.change_hours", subject=store_id or "group", values=begin)
    from_on = form.day("from_on", **_bounds())
    st.caption(_(FORMAT))
    for names in (calendars.WEEKDAYS[:4], calendars.WEEKDAYS[4:]):
        for column, name in zip(st.columns(4), names, strict=False):
            with column:
                form.text(name)
    form.check("keeps_holidays", _(N_("Closed on public holidays, open on their make-up days")))
    form.area("reason")
    _past(form, from_on)
    typed = {name: form.typed[name] for name in (*calendars.WEEKDAYS, "keeps_holidays", "from_on")}
    if send_button(_(N_("Change")), key=f"{form.name}:send"):
        if form.send(calendars.change_hours, calendars.ChangeHours, store_id=store_id) is not None:
            done(raw(N_("Decided. The days before stay as they are")))
        return
    if any(typed[name] != value for name, value in begin.items() if name != "from_on"):
        _weigh(HoursProposal, store_id, typed)


def _days(store_id: int | None) -> None:
    tomorrow = clock.today() + dt.timedelta(days=1)
    form = Form(
        "calendars.set_days",
        subject=store_id or "group",
        values={"first_on": tomorrow, "last_on": tomorrow},
    )
    left, right = st.columns(2)
    with left:
        first_on = form.day("first_on", **_bounds())
    with right:
        last_on = form.day("last_on", **_bounds())
    form.text("hours")
    st.caption(_(FORMAT))
    form.area("reason")
    _past(form, first_on)
    typed = {name: form.typed[name] for name in ("first_on", "last_on", "hours")}
    if send_button(_(N_("Decide")), key=f"{form.name}:send"):
        if form.send(calendars.set_days, calendars.SetDays, store_id=store_id) is not None:
            st.query_params["year"] = f"{first_on:%Y}"  # the page shows what was decided
            done(raw(N_("Decided for these days")))
        return
    if first_on and last_on and last_on < first_on:  # still on the way to the second day
        st.caption(_(calendars.DaysReversed.msgid))
    else:
        _weigh(DaysProposal, store_id, typed)


def _bounds() -> dict[str, dt.date]:
    years = calendars.YEARS
    return {"earliest": dt.date(years[0], 1, 1), "latest": dt.date(years[-1], 12, 31)}


def _past(form: Form, day: dt.date | None) -> None:
    """Whoever decides about days that have passed says that he means it."""
    if day is not None and day < clock.today():
        form.check(
            "corrects_past",
            _(N_("Correct the past: clocks that ran or run since {day} change"), day=fdate(day)),
        )


def _weigh(
    model: type[HoursProposal] | type[DaysProposal], store_id: int | None, typed: dict[str, Any]
) -> None:
    """What the change would do to the months, or why it cannot be decided so. The last of a
    drawer: it comes while one types, and must not move the button."""
    try:
        proposal = model.model_validate(typed | {"store_id": store_id})
    except ValidationError as refused:
        st.warning(worded(refused))
        return
    if isinstance(proposal, HoursProposal):
        _effects(fetch(calendars.effect_of_hours, proposal))
    else:
        _effects(fetch(calendars.effect_of_days, proposal))


def _effects(found: Sequence[MonthEffect]) -> None:
    if all(month.before == month.after for month in found):
        st.caption(_(N_("The working time of the months does not change.")))
        return
    rows_table(
        [
            (
                at,
                f"{month.month:%Y-%m}",
                month.before / 60,
                month.after / 60,
                (month.after - month.before) / 60,
            )
            for at, month in enumerate(found)
        ],
        [
            Column("month", raw(N_("Month"))),
            Column("before", raw(N_("Hours now")), Kind.NUMBER),
            Column("after", raw(N_("Hours then")), Kind.NUMBER),
            Column("more", raw(N_("Difference")), Kind.NUMBER),
        ],
        key="calendar:effect",
    )


def _week(week: WeekLine) -> None:
    st.caption(week_origin(week))
    week_facts(week)
    facts({field("reason"): week.reason, raw(N_("By")): week.author})
    if not week.may_withdraw:
        return
    form = Form("calendars.withdraw_hours", subject=week.id or 0)
    form.area("reason")
    _past(form, week.from_on)
    wanted = st.button(
        _(N_("Withdraw these hours")), key=f"{form.name}:send", icon=":material/undo:"
    )
    if not wanted:
        return
    if form.send(calendars.withdraw_hours, calendars.WithdrawHours, id=week.id) is not None:
        done(raw(N_("Withdrawn. What held before goes on")))


def _line(line: DaysLine, store_id: int | None) -> None:
    span = [line.first_on] if line.first_on == line.last_on else [line.first_on, line.last_on]
    facts(
        {
            raw(N_("Days")): " – ".join(map(fdate, span)),
            field("hours"): said(line.hours),
            field("reason"): line.reason,
            raw(N_("By")): line.author or NOTHING,
        }
    )
    if not line.may_withdraw:
        return
    form = Form("calendars.withdraw_days", subject=line.id)
    form.area("reason")
    _past(form, line.first_on)
    wanted = st.button(
        _(N_("Withdraw these days")), key=f"{form.name}:send", icon=":material/undo:"
    )
    if not wanted:
        return
    gone = form.send(
        calendars.withdraw_days,
        calendars.WithdrawDays,
        store_id=store_id if line.source is Place.STORE else None,
        first_on=line.first_on,
        last_on=line.last_on,
    )
    if gone is not None:
        done(raw(N_("Withdrawn. Week and holidays hold again")))
