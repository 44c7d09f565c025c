"""The week: people and desks by days. A card is carried to another day, another person, or both;
what came of it is seen in the same run, and the last move can be taken back."""

import datetime as dt
from typing import Any, Final

import streamlit as st
from babel import dates

from pages.components import board
from pages.components.board import Board, Column, Line, Place
from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch, request_id, submit
from pages.components.visits import opened
from pages.components.visits.cards import LATE, desk_row, person_row, placed
from pages.components.visits.choosing import one_store
from pages.components.words import _, choice, fdate, fnumber, language, raw
from services import visits
from services.core.words import N_
from services.customers import Places
from services.visits import MoveTask, NeedsReason, Week, WorkOnTask

KEY: Final = "visits:week"
UNDO: Final = f"{KEY}:undo"
TAKE_BACK: Final = f"{KEY}:take-back"
MOVE: Final = "visits.move"
WORDS: Final = {
    "name": N_("Week"),
    "more": N_("{n} more"),
    "fewer": N_("Fewer"),
    "all": N_("All {n} in the list"),
    "carried": N_("Arrows choose the place, Enter puts it there, Escape leaves it where it was"),
    "no": N_("It does not go there"),
}
STEPS: Final = {
    "before": (N_("Week before"), ":material/chevron_left:", -7, "alt+pageup"),
    "this": (N_("This week"), ":material/today:", None, None),
    "next": (N_("Next week"), ":material/chevron_right:", 7, "alt+pagedown"),
}
"""By code: words, sign, days from the week that is shown (None: to today's), keys."""
HINT: Final = N_(
    "Drag a card, or hold Alt and press arrows, to give it another day or person. A click opens it"
)


def show(places: Places) -> None:
    moved = _move(board.heard(KEY, "moved"))
    if st.session_state.pop(TAKE_BACK, False):
        moved = _take_back()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        store = one_store(places)
        found = fetch(visits.week, _asked_day(), store)
        _weeks(found)
        if UNDO in st.session_state:
            st.button(
                _(N_("Undo the last move")),
                icon=":material/undo:",
                key=TAKE_BACK + ":button",
                shortcut="ctrl+z",
                on_click=_wish_back,
            )
    if moved is not None:
        _say(found, moved)
    if found.may_work:
        st.caption(_(HINT))
    board.show(KEY, _board(found))
    _follow(found)


def _asked_day() -> dt.date | None:
    try:
        return dt.date.fromisoformat(st.query_params.get("week", ""))
    except ValueError:
        return None


def _weeks(found: Week) -> None:
    """The week before, this one, the next one."""
    for name, (words, icon, days, keys) in STEPS.items():
        pressed = st.button(
            _(words),
            key=f"{KEY}:{name}",
            icon=icon,
            shortcut=keys,
            disabled=days is None and found.has_today,
        )
        if pressed and days is None:
            st.query_params.pop("week", None)
            st.rerun()
        elif pressed and days is not None:
            to = visits.monday_of(found.first + dt.timedelta(days=days))
            st.query_params["week"] = to.isoformat()
            st.rerun()
    last = found.days[-1]
    st.markdown(
        "**" + _(N_("{first} to {last}"), first=fdate(found.first), last=fdate(last)) + "**",
        width="content",
    )


# ---- what was done on the board


def _move(told: Any) -> int | None:
    """Send a move; the contact (id) where it was done. Later than in time is asked about."""
    values = _wanted(told)
    if values is None:
        return None
    board.answer(KEY)
    form = f"{MOVE}:{values['task_id']}"
    place = st.empty()
    with place.container():
        receipt = submit(visits.move, MoveTask, form=form, **values)
    if receipt is not None:
        st.session_state[UNDO] = (receipt.id, receipt.version)
        return receipt.id
    if isinstance(st.session_state.get(f"refused:{form}"), NeedsReason):
        place.empty()
        _why_later(values)
    return None


def _wanted(told: Any) -> dict[str, Any] | None:
    """A move as the command takes it. The browser may say anything: what is no move is none."""
    if not isinstance(told, dict):
        return None
    row, col = str(told.get("row", "")), str(told.get("col", ""))
    person = row.removeprefix("p")
    if not (person.isdecimal() or row.startswith("d")):
        return None
    return {
        "request_id": told.get("request"),
        "task_id": told.get("id"),
        "version": told.get("version"),
        "due_on": None if told.get("stays") or col == LATE else col,
        "owner_id": person if row.startswith("p") else None,
    }


def _why_later(values: dict[str, Any]) -> None:
    row = fetch(visits.call, values["task_id"]).row

    @drawer(_(N_("Why is it made later?")), name=row.customer, width="small")
    def draw() -> None:
        st.caption(_(N_("It was to be made by {day}"), day=fdate(row.due_to)))
        form = Form("visits.later", subject=row.id)
        form.text("reason", needed=True)
        if send_button(_(N_("Move it")), key=f"{form.name}:send"):
            kept = {name: value for name, value in values.items() if name != "request_id"}
            receipt = form.send(visits.move, MoveTask, **kept)
            if receipt is not None:
                st.session_state[UNDO] = (receipt.id, receipt.version)
                done(_(N_("Moved to {day}"), day=str(values["due_on"])))

    draw()


def _wish_back() -> None:
    st.session_state[TAKE_BACK] = True


def _take_back() -> int | None:
    known = st.session_state.pop(UNDO, None)
    if known is None:
        return None
    task_id, version = known
    form = f"visits.undo_move:{task_id}"
    receipt = submit(
        visits.undo_move,
        WorkOnTask,
        form=form,
        request_id=request_id(form),
        task_id=task_id,
        version=version,
    )
    board.answer(KEY)
    return receipt.id if receipt is not None else None


def _say(found: Week, task_id: int) -> None:
    """Where it is now, in one line."""
    row = next((one for one in found.cards if one.row.id == task_id), None)
    if row is None:
        st.toast(_(N_("Moved, to where this board does not reach")), icon=":material/check_circle:")
        return
    owner = row.row.owner or choice(row.desk)
    day = fdate(row.row.due_from)
    st.toast(
        _(N_("{name}: {owner}, {day}"), name=row.row.customer, owner=owner, day=day),
        icon=":material/check_circle:",
    )


def _follow(found: Week) -> None:
    """A click on a card, or on what a cell has no room for."""
    told = board.heard(KEY, "opened")
    if isinstance(told, dict) and isinstance(told.get("id"), int):
        opened.show(told["id"])
    wish = board.heard(KEY, "asked")
    if isinstance(wish, dict):
        row = str(wish.get("row", ""))
        st.query_params["view"] = "list"
        if row.startswith("p"):
            st.query_params["owner"] = row[1:]
        else:
            st.query_params.update({"part": "pool", "desk": row[1:]})
        if found.store_id is not None:
            st.query_params["store"] = str(found.store_id)
        st.rerun()


# ---- the board's words


def _board(found: Week) -> Board:
    counts = {
        (one.day.isoformat() if one.day else LATE, _row_of(one.owner_id, one.desk)): one
        for one in found.cells
    }
    return Board(
        columns=_columns(found),
        rows=_lines(found),
        cards=[
            placed(one, found.today, is_fixed=not _may_move(found, one.row.owner_id))
            for one in found.cards
        ],
        cells=_places(found, counts),
        words={name: raw(words) for name, words in WORDS.items()},
        moves=found.may_work,
    )


def _row_of(owner_id: int | None, desk: Any) -> str:
    return desk_row(desk) if owner_id is None else person_row(owner_id)


def _may_move(found: Week, owner_id: int | None) -> bool:
    return found.may_lead or owner_id is None or len(found.people) == 1


def _columns(found: Week) -> list[Column]:
    columns = []
    totals = dict.fromkeys((None, *found.days), 0)
    for one in found.cells:
        totals[one.day] = totals.get(one.day, 0) + one.open
    if found.has_today:
        late = fnumber(totals[None])
        columns.append(Column(LATE, raw(N_("Overdue")), late, closed=True))
    for day in found.days:
        hint = fnumber(totals[day]) if totals[day] else ""
        is_today = day == found.today
        columns.append(
            Column(day.isoformat(), _day(day), hint, today=is_today, closed=day < found.today)
        )
    return columns


def _day(day: dt.date) -> str:
    return str(dates.format_skeleton("MEd", day, locale=language()))


def _lines(found: Week) -> list[Line]:
    in_use = {one.desk for one in found.cards} | {one.desk for one in found.cells}
    desks = [
        Line(
            desk_row(desk),
            raw(N_("Nobody yet")),
            choice(desk),
            desk=desk.value,
            takes=found.may_lead,
        )
        for desk in found.desks
        if desk in in_use
    ]
    people = [
        Line(
            person_row(one.id),
            one.name,
            choice(one.desk) if one.desk else raw(N_("All desks")),
            takes=one.takes,
        )
        for one in found.people
    ]
    return [*desks, *people]


def _places(found: Week, counts: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Place]:
    """What each cell says of itself: how much of what one makes a day is made and planned."""
    shown: dict[tuple[str, str], int] = {}
    for one in found.cards:
        at = (one.day.isoformat() if one.day else LATE, _row_of(one.row.owner_id, one.desk))
        shown[at] = shown.get(at, 0) + 1
    places: dict[tuple[str, str], Place] = {}
    made = {(day.isoformat(), person_row(user)): n for (user, day), n in found.made.items()}
    for at in {*counts, *made}:
        cell, tried = counts.get(at), made.get(at, 0)
        open_ = cell.open if cell else 0
        whole = open_ + (cell.held if cell else 0)
        is_bar = at[1].startswith("p") and at[0] != LATE
        text = f"{fnumber(tried + open_)}/{found.capacity}" if is_bar else fnumber(open_)
        if not tried + open_:
            text = ""  # all that stands there is held
        places[at] = Place(
            text,
            made=tried,
            open=open_,
            capacity=found.capacity if is_bar else 0,
            beyond=whole > shown.get(at, 0),
            all=fnumber(whole),
        )
    return places
