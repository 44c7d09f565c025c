"""The page of named people: the duties, and the drawer in which somebody is named or was."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.layout import Chip, Tone, chips, empty
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import _, choice, field, plain, raw
from services import posts
from services.core import clock
from services.core.words import N_
from services.posts import Naming, PostLine

IN_FORCE: Final = N_("At present")
NOBODY: Final = N_("Nobody is named")
STATES: Final = {
    "nobody": NOBODY,
    "away": N_("cannot do it any more"),
    "group": N_("As in the whole group"),
    "own": N_("Own"),
    "now": IN_FORCE,
}
WHEN: Final = {
    "ahead": N_("To come"),
    "now": IN_FORCE,
    "over": N_("Over"),
    "replaced": N_("Replaced on the same day"),
}
TONES: Final = {
    "nobody": Tone.WARN,
    "away": Tone.BAD,
    "group": Tone.QUIET,
    "own": Tone.GOOD,
    "now": Tone.GOOD,
}


def duties_table(found: Sequence[PostLine]) -> str | None:
    """Each duty and who has it; the id of the one that was clicked."""
    tones = {raw(STATES[state]): tone for state, tone in TONES.items()}
    picked: str | None = rows_table(
        [
            (
                one.id,
                choice(one.duty),
                one.person,
                raw(STATES[_state(one)]),
                one.since,
                one.author,
                one.reason,
                one.next_on,
                "" if one.next_on is None else one.next_person or raw(NOBODY),
            )
            for one in found
        ],
        [
            Column("duty", field("duty"), width=215),
            Column("person", field("name"), width=90),
            Column("state", field("status"), Kind.BADGE, tones=tones, width=125),
            Column("since", field("from_on"), Kind.DATE, width=100),
            Column("author", raw(N_("By")), width=80),
            Column("reason", field("reason")),
            Column("next_on", raw(N_("Next change")), Kind.DATE, width=100),
            Column("next", raw(N_("Then")), width=90),
        ],
        key="posts:duties",
        on_select="once",
    )
    return picked


def hint(found: Sequence[PostLine], *, is_store: bool) -> None:
    """What to do here, below the table."""
    if any(one.may_name for one in found):
        st.caption(_(N_("Choose a row to name somebody, or to see who it was before.")))
    else:
        st.caption(_(N_("Choose a row to see who it was before.")))
    if is_store:
        words = N_("The company mailbox and the monthly figures are the same for the whole group.")
        st.caption(_(words))


def open_drawer(line: PostLine, store_id: int | None, place: str) -> None:
    """One duty at one place."""
    drawer(plain(choice(line.duty)), name=place, width="large")(_draw)(line, store_id)


def _draw(line: PostLine, store_id: int | None) -> None:
    now = [Chip(line.person, Tone.SPECIAL)] if line.person else []
    chips([*now, Chip(raw(STATES[_state(line)]), TONES[_state(line)])])
    if not line.may_name:
        _past(line, store_id)
        return
    naming, past = st.tabs([_(N_("Name")), _(N_("History"))], key=f"post:{line.id}:tabs")
    with naming:
        _name(line, store_id)
    with past:
        _past(line, store_id)


def _name(line: PostLine, store_id: int | None) -> None:
    """Somebody from a day on, or nobody."""
    form = Form("posts.name", subject=f"{line.id}:{store_id}", values={"from_on": clock.today()})
    left, right = st.columns(2)
    with left:
        form.pair("user_id", fetch(posts.candidates, line.duty, store_id))
    with right:
        form.day("from_on", earliest=clock.today())
    form.area("reason")
    about: dict[str, Any] = {"duty": line.duty, "store_id": store_id}
    with st.container(horizontal=True):
        wants = send_button(_(N_("Name")), key=f"{form.name}:send")
        may_end = bool(line.person) and not line.is_of_group
        ends = may_end and st.button(
            _(N_("Nobody from this day on")), key=f"{form.name}:end", icon=":material/person_off:"
        )
    if wants and form.send(posts.name_post, posts.NamePost, **about) is not None:
        done(raw(N_("Named. Until the day everything stays as it is")))
    if ends:
        typed = {name: form.typed[name] for name in ("from_on", "reason")}
        if form.send(posts.end_post, posts.EndPost, typed, **about) is not None:
            done(raw(N_("Ended. Until the day everything stays as it is")))


def _past(line: PostLine, store_id: int | None) -> None:
    decided = fetch(posts.history, line.duty, store_id)
    if not decided:
        empty(
            _(N_("Nobody was named yet")),
            _(N_("What is decided here stays, with its day, its author and its reason.")),
            ":material/history:",
        )
        return
    rows_table(
        [
            (
                one.id,
                one.person or raw(NOBODY),
                raw(WHEN[_when(one)]),
                one.from_on,
                None if one.never_held else one.until_on,
                one.author,
                one.reason,
                one.created_at,
            )
            for one in decided
        ],
        [
            Column("person", field("name"), width=110),
            Column(
                "state", field("status"), Kind.BADGE, tones={raw(IN_FORCE): Tone.GOOD}, width=130
            ),
            Column("from_on", field("from_on"), Kind.DATE),
            Column("until_on", raw(N_("Until")), Kind.DATE),
            Column("author", raw(N_("By"))),
            Column("reason", field("reason")),
            Column("created_at", raw(N_("Decided at")), Kind.MOMENT),
        ],
        key=f"post:{line.id}:past",
        height=320,
    )


def _state(line: PostLine) -> str:
    if not line.person:
        return "nobody"
    if line.is_away:
        return "away"
    if line.is_of_group:
        return "group"
    return "own" if line.is_own else "now"


def _when(one: Naming) -> str:
    today = clock.today()
    if one.never_held:
        return "replaced"
    if one.from_on > today:
        return "ahead"
    return "over" if one.until_on is not None and one.until_on < today else "now"
