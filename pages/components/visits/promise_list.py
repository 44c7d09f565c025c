"""The register of promises: what customers wait for, the most overdue first, closed by a form."""

import streamlit as st

from pages.components import layout, pickers
from pages.components.drawers import confirm, drawer
from pages.components.forms import Form
from pages.components.frame import done, fetch
from pages.components.layout import Chip, Tone
from pages.components.words import _, ago, choice, field, fmoment, fnumber, plain, plain_lines, raw
from services import promises
from services.complaints import TouchKind
from services.core import clock
from services.core.words import N_
from services.promises import ClosePromise, Kept, PromiseLine, PromiseState, Standing

TONES = {
    PromiseState.OPEN: Tone.INFO,
    PromiseState.KEPT: Tone.GOOD,
    PromiseState.BROKEN: Tone.BAD,
    PromiseState.WITHDRAWN: Tone.QUIET,
}


def show() -> None:
    with st.container(horizontal=True, gap="small"):
        whose: dict[str, str] = {Kept.MINE: raw(N_("Mine")), Kept.ALL: raw(N_("All that I see"))}
        mine = pickers.switch(raw(N_("Whose")), whose, "keeper", Kept.ALL)
        which: dict[str, str] = {
            Standing.OPEN: raw(N_("Still owed")),
            Standing.CLOSED: raw(N_("Settled")),
        }
        standing = pickers.switch(raw(N_("State")), which, "standing", Standing.OPEN)
    found = fetch(promises.register, Kept(mine), Standing(standing))
    words = N_("{count} promises are open, {late} of them late")
    st.caption(_(words, count=fnumber(found.open), late=fnumber(found.late)))
    if not found.lines:
        layout.empty(
            _(N_("No promise here")),
            _(N_("What is promised with the result of a call or on a visit form stands here")),
            ":material/handshake:",
        )
    for line in found.lines:
        one(line)


def of_file(customer_id: int) -> None:
    """In a customer's file: everything that he was promised."""
    found = fetch(promises.of_customer, customer_id)
    if not found:
        layout.empty(
            _(N_("No promise here")),
            _(N_("What is promised with the result of a call or on a visit form stands here")),
            ":material/handshake:",
        )
    for line in found:
        one(line)


def one(line: PromiseLine) -> None:
    """One promise with what can be done with it."""
    with layout.card(name=line.customer or raw(N_("Without a file")), chips=_chips(line)) as place:
        with place, st.container(horizontal=True, gap="small"):
            _ways(line)
        st.markdown(plain_lines(line.what or raw(N_("Hears from us about his complaint"))))
        told = [f"{field('owner_id')} {line.owner}"] if line.owner else []
        if line.made_at is not None:
            told.append(raw(N_("promised {moment}"), moment=fmoment(line.made_at)))
            told.append(line.made_by)
        st.caption(plain(" · ".join(filter(None, told))))
        if line.told_by is not None:
            said = [choice(line.told_by), fmoment(line.told_at), line.reply]
            st.markdown(f":material/reply: {plain_lines(' · '.join(said))}")


def owed(line: PromiseLine) -> None:
    """On the screen of a contact: what he waits for."""
    words = N_("Promised by {moment}: {what}")
    said = _(words, moment=fmoment(line.due_at), what=line.what)
    (st.error if line.is_late else st.warning)(said, icon=":material/handshake:")


def _chips(line: PromiseLine) -> list[Chip]:
    chips = [Chip(choice(line.state), TONES[line.state])]
    if line.state is PromiseState.OPEN:
        tone = Tone.BAD if line.is_late else Tone.INFO
        words = f"{fmoment(line.due_at)} · {ago(line.due_at, clock.now())}"
        chips = [Chip(words, tone, ":material/schedule:")]
    elif line.is_late:
        chips.append(Chip(raw(N_("late")), Tone.WARN))
    return chips


def _ways(line: PromiseLine) -> None:
    if line.may_close and st.button(
        _(N_("Settle")), key=f"promise:{line.promise_id}:close", icon=":material/task_alt:"
    ):
        _close(line)
    if line.complaint_id is not None:
        address = f"/complaints?id={line.complaint_id}"
        st.link_button(plain(line.number), address, icon=":material/feedback:", type="tertiary")
    if line.customer_id is not None:
        address = f"/customers?id={line.customer_id}"
        st.link_button(_(N_("Customer file")), address, icon=":material/badge:", type="tertiary")


def _close(line: PromiseLine) -> None:
    @drawer(_(N_("What became of the promise")), name=line.customer)
    def draw() -> None:
        st.markdown(plain_lines(line.what))
        form = Form("promises.close", subject=line.promise_id)
        form.area("reply", height=110)
        form.choice("state", PromiseState)
        form.choice("told_by", TouchKind)
        form.moment("told_at", is_past=True)
        if confirm(_(N_("Settle")), key=form.name):
            receipt = form.send(
                promises.close, ClosePromise, promise_id=line.promise_id, version=line.version
            )
            if receipt is not None:
                done(_(N_("The promise to {name} is closed"), name=line.customer))

    draw()
