"""A year at a glance: twelve small months, each day by a colour and a shape.

The shape says whose rule holds (square: the week, circle: public holidays, diamond: our own
decision), filled is open and hollow is closed. So colours may be told apart badly, or printed grey.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import streamlit as st
from babel import dates

from pages.components.chart_look import colours, safe
from pages.components.charts import Figure, draw
from pages.components.layout import NOTHING
from pages.components.words import choice, fdate, fnumber, language, listed, raw
from services.calendars import CalendarPage, DayLine, DayState
from services.core.labels import HOLIDAYS
from services.core.words import N_

IN_A_ROW: Final = 4
NARROWEST_MONTH: Final = 160
"""Pixels; two months stand side by side on a phone of 390."""
HEIGHT: Final = 176
ROWS: Final = 6
"""Weeks that a month may touch."""


@dataclass(frozen=True)
class Look:
    """`series` is the colour's place among the theme's (None: grey); `size` in pixels."""

    symbol: str
    size: int
    series: int | None
    is_open: bool

    @property
    def line(self) -> str:
        palette = colours()
        return palette.grid if self.series is None else palette.series[self.series]

    @property
    def fill(self) -> str:
        """The line's colour (#RRGGBB), so thin that the text on it stays readable."""
        red, green, blue = (int(self.line[at : at + 2], 16) for at in (1, 3, 5))
        return f"rgba({red},{green},{blue},{0.28 if self.is_open else 0})"


LOOKS: Final = {
    DayState.OPEN: Look("square", 19, 0, is_open=True),
    DayState.CLOSED: Look("square", 19, None, is_open=False),
    DayState.HOLIDAY: Look("circle", 20, 6, is_open=False),
    DayState.MAKE_UP: Look("circle", 20, 2, is_open=True),
    DayState.DECIDED_OPEN: Look("diamond", 16, 3, is_open=True),
    DayState.DECIDED_CLOSED: Look("diamond", 16, 3, is_open=False),
}
_SHAPES: Final = {
    "square": '<rect x="3" y="3" width="18" height="18"',
    "circle": '<circle cx="12" cy="12" r="10"',
    "diamond": '<path d="M12 1 23 12 12 23 1 12Z"',
}


def year(found: CalendarPage) -> None:
    """The twelve months with their working hours, below the legend."""
    legend()
    with st.grid(IN_A_ROW, min_column_width=NARROWEST_MONTH, gap="small"):
        for number, days in groupby(found.days, lambda line: line.on.month):
            lines = list(days)
            reading = raw(
                N_("{month}: {hours} h"),
                month=dates.get_month_names("abbreviated", locale=language())[number],
                hours=fnumber(round(found.minutes[number - 1] / 60, 1)),
            )
            with st.container(gap=None):
                draw(
                    month_figure(lines),
                    key=f"month:{found.year}:{number}",
                    reading=reading,
                    about=_holidays(lines) or NOTHING,
                )


def legend() -> None:
    """What the shapes and colours mean."""
    with st.container(horizontal=True, gap="medium"):
        for state, look in LOOKS.items():
            with st.container(
                horizontal=True, gap="xsmall", width="content", vertical_alignment="center"
            ):
                st.image(_picture(look), width=16, alt="")
                st.markdown(choice(state), width="content")


def _picture(look: Look) -> str:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">'
        f'{_SHAPES[look.symbol]} fill="{look.fill}" stroke="{look.line}" stroke-width="2"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _holidays(lines: Sequence[DayLine]) -> str:
    """Which public holidays there are: 1-3 New Year's Day."""
    found = []
    for name, days in groupby(lines, lambda line: line.holiday):
        run = [line.on.day for line in days if line.state is DayState.HOLIDAY]
        if name and run:
            span = str(run[0]) if run[0] == run[-1] else f"{run[0]}–{run[-1]}"
            words = raw(HOLIDAYS[name])
            found.append(f"{span} {words}")
    return listed(found)


def month_figure(lines: Sequence[DayLine]) -> Figure:
    """One month, Monday first: a trace for each state that occurs."""
    look = colours()
    before = lines[0].on.weekday()
    names = dates.get_day_names("narrow", locale=language())
    data = [
        _trace([line for line in lines if line.state is state], state, before)
        for state in DayState
        if any(line.state is state for line in lines)
    ]
    axis: Figure = {"showgrid": False, "zeroline": False, "fixedrange": True, "showline": False}
    layout: Figure = {
        "height": HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 20, "b": 0},
        "showlegend": False,
        "font": {"color": look.text},
        "hovermode": "closest",
        "hoverlabel": {"namelength": 0},
        "dragmode": False,
        "xaxis": axis
        | {
            "range": [-0.55, 6.55],
            "side": "top",
            "tickvals": list(range(7)),
            "ticktext": [names[day] for day in range(7)],
            "tickfont": {"size": 10, "color": look.faint},
            "tickangle": 0,
        },
        "yaxis": axis | {"range": [ROWS - 0.4, -0.6], "visible": False},
    }
    return {"data": data, "layout": layout}


def _trace(lines: Sequence[DayLine], state: DayState, before: int) -> Figure:
    look, palette = LOOKS[state], colours()
    places = [divmod(line.on.day - 1 + before, 7) for line in lines]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [column for _row, column in places],
        "y": [row for row, _column in places],
        "text": [str(line.on.day) for line in lines],
        "textfont": {"size": 11, "color": palette.text if look.is_open else palette.faint},
        "marker": {
            "symbol": look.symbol,
            "size": look.size,
            "color": look.fill,
            "line": {"color": look.line, "width": 1.5},
        },
        "customdata": [safe(told(line)) for line in lines],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def told(line: DayLine) -> str:
    """One day in words: 2026-10-01, Public holiday, National Day."""
    parts = [fdate(line.on), choice(line.state), line.hours]
    if line.holiday:
        parts.append(raw(HOLIDAYS[line.holiday]))
    return listed(filter(None, parts))
