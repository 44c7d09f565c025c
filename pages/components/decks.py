"""A monthly presentation on the page: slide by slide, with what is said of it and who signs it."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from pages.components import files, layout, pickers, tables
from pages.components.drawers import confirm, drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch, request_id, submit
from pages.components.layout import Chip, Tone
from pages.components.runs import fragment
from pages.components.tables import Column
from pages.components.words import _, field, fmoment, fsize, language, plain, raw
from services import decks
from services.core import clock
from services.core.access import Actor, Permission
from services.core.errors import StaleRecord
from services.core.words import LANGUAGES, N_
from services.decks import DeckView

NOBODY: Final = N_("Nobody is named")
COMMENTS: Final = ("about_month", "about_decisions")


def choose(months: Mapping[str, str]) -> str:
    """The month that the address asks for, else the newest."""
    newest = next(iter(months))
    chosen = st.selectbox(
        raw(N_("Month")),
        list(months),
        width=140,
        label_visibility="collapsed",
        **pickers.in_url("month", months, newest, resets=("slide",)),
    )
    return str(chosen)


def show(deck: DeckView, actor: Actor) -> None:
    left, right = st.columns([5, 2], gap="medium")
    with left:
        _slides(deck.month, deck.version)
    with right:
        _state(deck, actor)
        if actor.may(Permission.DECKS_EDIT) and deck.signed_at is None:
            _comments(deck)


# ---- slides


@fragment()
def _slides(month: str, _version: int) -> None:
    """One slide, large; the arrow keys turn it."""
    drawn = fetch(decks.slides, month, language())
    at = st.session_state.get(f"slide:{month}", 0) % len(drawn)
    picture = b64encode(drawn[at].encode()).decode()
    with st.container(border=True, key="slide"):
        st.image(
            f"data:image/svg+xml;base64,{picture}",
            width="stretch",
            alt=raw(N_("Slide {number} of {count}"), number=at + 1, count=len(drawn)),
        )

    def turn(step: int) -> None:
        st.session_state[f"slide:{month}"] = (at + step) % len(drawn)

    with st.container(
        horizontal=True, horizontal_alignment="center", vertical_alignment="center", gap="small"
    ):
        st.button(
            _(N_("Previous slide")),
            key="slide:before",
            icon=":material/chevron_left:",
            on_click=turn,
            args=(-1,),
            shortcut="left",
        )
        st.markdown(_(N_("{number} of {count}"), number=at + 1, count=len(drawn)), width="content")
        st.button(
            _(N_("Next slide")),
            key="slide:after",
            icon=":material/chevron_right:",
            on_click=turn,
            args=(1,),
            shortcut="right",
        )


# ---- its state, its files


def _state(deck: DeckView, actor: Actor) -> None:
    with layout.card(_(N_("State")), chips=[_chip(deck)]):
        facts: dict[str, object] = {raw(N_("Frozen on")): fmoment(deck.frozen_at)}
        if deck.signed_at is None:
            facts[raw(N_("To be signed by"))] = clock.day_of(deck.sign_by)
        else:
            facts[raw(N_("Signed by"))] = deck.signed_by
            facts[raw(N_("Signed on"))] = fmoment(deck.signed_at)
        facts[raw(N_("Sorted and counted by"))] = " · ".join(deck.counted_by) or raw(NOBODY)
        layout.facts(facts)
        if (
            deck.signed_at is None
            and actor.may(Permission.DECKS_SIGN)
            and st.button(
                _(N_("Sign")),
                icon=":material/draw:",
                type="primary",
                key="deck:sign",
                width="stretch",
            )
        ):
            drawer(_(N_("Sign the presentation")), name=deck.month)(_sign)(deck)
    with layout.card(_(N_("Take along"))):
        with st.container(horizontal=True, gap="small"):
            files.file_button(_(N_("Slides (PPTX)")), f"decks/{deck.month}.pptx", key="deck:pptx")
            files.file_button(_(N_("Document (PDF)")), f"decks/{deck.month}.pdf", key="deck:pdf")
            if actor.may(Permission.COMPLAINTS_EXPORT):
                files.file_button(
                    _(N_("Ledger (Excel)")),
                    "complaints/ledger.xlsx",
                    key="deck:xlsx",
                    number=deck.ledger,
                )
        if deck.papers:
            _papers(deck)


def _chip(deck: DeckView) -> Chip:
    if deck.signed_at is not None:
        return Chip(raw(N_("Signed")), Tone.GOOD)
    if deck.is_late:
        return Chip(raw(N_("Overdue")), Tone.BAD)
    return Chip(raw(N_("Not signed yet")), Tone.WARN)


def _papers(deck: DeckView) -> None:
    """The digests by which anybody can see that a file is the one that was signed."""
    with st.expander(_(N_("Fingerprints of the signed files"))):
        for one in deck.papers:
            title = f"{one.kind.upper()} · {LANGUAGES[one.language]} · {fsize(one.size)}"
            st.caption(plain(title))
            st.code(one.sha256, language=None, wrap_lines=True)


def _sign(deck: DeckView) -> None:
    st.markdown(
        _(
            N_(
                "With your signature you answer for the figures and the comments of {month}. "
                "Nothing in it changes any more; what is corrected later stands in the next one."
            ),
            month=deck.month,
        )
    )
    said = {field(name): getattr(deck, name) for name in COMMENTS if getattr(deck, name)}
    if said:  # somebody may have written since the page was opened
        layout.facts(said)
    form = f"deck:sign:{deck.month}"
    if confirm(_(N_("Sign")), key=form, icon=":material/draw:"):
        signed = submit(
            decks.sign,
            decks.SignDeck,
            form=form,
            request_id=request_id(form),
            month=deck.month,
            version=deck.version,
        )
        if signed is not None:
            done(_(N_("Signed")))
    refused = f"refused:{form}"
    if isinstance(st.session_state.get(refused), StaleRecord) and st.button(
        _(N_("Show it as it is now")), icon=":material/refresh:"
    ):
        del st.session_state[refused]
        st.rerun()


# ---- comments


def _comments(deck: DeckView) -> None:
    said = {name: getattr(deck, name) for name in COMMENTS}
    ground = {"version": deck.version, "values": said}
    with layout.card(_(N_("Comments")), _(N_("Each gets a slide of its own; blank takes it out"))):
        form = Form(
            "deck:comment", subject=deck.month, values=said, ground=ground, keeps_draft=True
        )
        for name in COMMENTS:
            form.area(name, height=120)
        if send_button(_(N_("Save")), key=f"deck:comment:{form.id}"):
            saved = form.send(
                decks.comment,
                decks.CommentDeck,
                month=deck.month,
                version=form.ground["version"],
            )
            if saved is not None:
                done(_(N_("Saved")))
        if isinstance(st.session_state.get(f"refused:{form.name}"), StaleRecord):
            _conflict(form, ground)


def _conflict(form: Form, fresh: Mapping[str, Any]) -> None:
    """Theirs beside yours, and a way on."""
    theirs = fresh["values"]
    tables.rows_table(
        [(name, field(name), theirs[name], form.typed[name]) for name in COMMENTS],
        [
            Column("field", raw(N_("Field")), width="small"),
            Column("theirs", raw(N_("Theirs, saved")), width="medium"),
            Column("yours", raw(N_("Yours, not saved")), width="medium"),
        ],
        key="deck:conflict",
    )
    if st.button(_(N_("Go on with my words in place of theirs")), icon=":material/merge:"):
        form.begin_again(form.typed, fresh)
        st.session_state.pop(f"refused:{form.name}", None)
        st.rerun()
