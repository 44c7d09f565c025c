"""Writing the letter of an apology: the draft of the template, changed and made a paper."""

import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _, field, plain
from services import complaints
from services.complaints import Case, RemedyLine
from services.core.words import DEFAULT, LANGUAGES, N_


def draft(case: Case, remedy: RemedyLine) -> None:
    """The drawer. Each language has a draft of its own."""

    @drawer(_(N_("Letter of apology")), name=case.number, width="large")
    def draw() -> None:
        language = st.segmented_control(
            plain(field("language")),
            list(LANGUAGES),
            default=DEFAULT,
            required=True,
            format_func=LANGUAGES.__getitem__,
            label_visibility="collapsed",
            key=f"complaints.letter:{remedy.id}:language",
        )
        begin = {"words": fetch(complaints.letter, case.id, str(language))}
        subject = f"{case.id}-{remedy.id}-{language}"
        form = Form("complaints.file_letter", subject=subject, values=begin, keeps_draft=True)
        words = form.area("words", height=420, label=_(N_("As the customer reads it")))
        st.caption(_(N_("A line for each paragraph; the store and the day stand below it")))
        with st.container(horizontal=True):
            wants = send_button(_(N_("Make the letter")), key=f"{form.name}:send")
            if form.has_draft:
                anew = _(N_("Start over"))
                st.button(anew, key=f"{form.name}:anew", type="tertiary", on_click=form.forget)
        if wants and not words.strip():
            st.warning(_(N_("Write the letter first")), icon=":material/edit_note:")
        elif wants:
            _make(form, case, remedy, str(language), words)

    draw()


def _make(form: Form, case: Case, remedy: RemedyLine, language: str, words: str) -> None:
    """Made before anything is written, so that nobody waits for it."""
    paper = fetch(complaints.letter_paper, case.id, language, words)
    receipt = form.send(
        complaints.file_letter,
        complaints.FileLetter,
        only={},
        complaint_id=case.id,
        remedy_id=remedy.id,
        file={"name": paper.name, "content": paper.data},
    )
    if receipt is not None:
        done(_(N_("The letter is among the papers of {number}"), number=receipt.number))
