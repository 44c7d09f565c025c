"""Requests for approval: their table, and the drawer in which one is answered."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form
from pages.components.frame import done, fetch
from pages.components.layout import Chip, Tone, chips, facts
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import _, choice, field, fmoment, fmoney, raw
from services import approvals
from services.approvals import ApprovalLine
from services.core.approvals import ApprovalState, Phrase
from services.core.words import N_

TONES: Final = {
    ApprovalState.OPEN: Tone.INFO,
    ApprovalState.GRANTED: Tone.GOOD,
    ApprovalState.REFUSED: Tone.BAD,
    ApprovalState.WITHDRAWN: Tone.QUIET,
    ApprovalState.EXPIRED: Tone.WARN,
}
GROUP: Final = N_("The whole group")
DECIDE: Final = "approvals.decide"
WITHDRAW: Final = "approvals.withdraw"


def approvals_table(found: Sequence[ApprovalLine]) -> None:
    """Requests, newest first; a click opens one."""
    if not found:
        return
    chosen = rows_table(
        [
            (
                one.id,
                raw(one.label),
                _shown("what", one.what),
                one.state,
                one.person,
                one.store or raw(GROUP),
                one.reason,
                one.asked_at,
                one.expires_at,
                one.decided_by,
            )
            for one in found
        ],
        [
            Column("what", raw(N_("Request"))),
            Column("about", raw(N_("About")), width="medium"),
            Column("state", field("status"), Kind.BADGE, tones=TONES),
            Column("person", raw(N_("Asked by"))),
            Column("store", field("store")),
            Column("reason", field("reason"), width="medium"),
            Column("asked_at", raw(N_("Asked at")), Kind.MOMENT),
            Column("expires_at", raw(N_("Answer until")), Kind.MOMENT),
            Column("decided_by", raw(N_("Answered by"))),
        ],
        key="approvals",
        on_select="once",
    )
    if chosen is not None:
        st.query_params["approval"] = str(chosen)
        st.rerun()


def _shown(name: str, value: Any) -> Any:
    """A value of a request: a phrase and a choice in the reader's words, a sum in yuan."""
    if isinstance(value, Phrase):
        return raw(value.msgid)
    if name.endswith("_fen"):
        return fmoney(value)
    return choice(value) if isinstance(value, StrEnum) else value


def open_drawer(one: ApprovalLine) -> None:
    """One request with what it says, and the answer of whoever may give it."""
    drawer(_(one.label), name=one.person, on_close=_forget)(_draw)(one)


def _forget() -> None:
    st.query_params.pop("approval", None)


def _draw(one: ApprovalLine) -> None:
    place = st.empty()
    with place.container():
        _request(one)
        if one.may_decide:
            _decide(one)
        elif one.may_withdraw:
            _withdraw(one)
    if _came_late(one):  # what came of it stands where one would have answered
        place.empty()
        st.warning(_(approvals.NotOpen.msgid))
        _request(fetch(approvals.line, one.id))


def _came_late(one: ApprovalLine) -> bool:
    """Whether somebody else answered while this reader looked at the request."""
    forms = (f"{DECIDE}:{one.id}", f"{WITHDRAW}:{one.id}")
    refused = (st.session_state.get(f"refused:{form}") for form in forms)
    return any(isinstance(error, approvals.NotOpen) for error in refused)


def _request(one: ApprovalLine) -> None:
    """What is asked, and the answer where there is one."""
    chips([Chip(choice(one.state), TONES[one.state])])
    facts(
        {field(name): _shown(name, value) for name, value in one.facts}
        | {
            raw(N_("Asked by")): one.person,
            field("reason"): one.reason,
            raw(N_("Asked at")): one.asked_at,
            raw(N_("Answer until")): one.expires_at,
        }
        | _answered(one)
    )


def _answered(one: ApprovalLine) -> dict[str, Any]:
    if one.decided_at is None:
        return {}
    return {
        raw(N_("Answered by")): one.decided_by,
        raw(N_("Answered at")): fmoment(one.decided_at),
        raw(N_("Answer")): one.answer,
    }


def _decide(one: ApprovalLine) -> None:
    form = Form(DECIDE, subject=one.id)
    form.area("answer")
    with st.container(horizontal=True, gap="small"):
        # Without Ctrl+Enter: whoever has just typed why he refuses would agree by habit.
        grants = st.button(
            _(N_("Agree")), key=f"{form.name}:yes", type="primary", icon=":material/check:"
        )
        refuses = st.button(_(N_("Refuse")), key=f"{form.name}:no", icon=":material/close:")
    if not (grants or refuses):
        return
    sent = form.send(
        approvals.decide, approvals.DecideApproval, approval_id=one.id, is_granted=grants
    )
    if sent is not None:
        _forget()
        done(raw(N_("Agreed. It is done")) if grants else raw(N_("Refused. Whoever asked is told")))


def _withdraw(one: ApprovalLine) -> None:
    st.caption(_(N_("You asked for this. Somebody else answers it.")))
    form = Form(WITHDRAW, subject=one.id)
    wanted = st.button(
        _(N_("Take the request back")), key=f"{form.name}:send", icon=":material/undo:"
    )
    if not wanted:
        return
    sent = form.send(approvals.withdraw, approvals.WithdrawApproval, approval_id=one.id)
    if sent is not None:
        _forget()
        done(raw(N_("The request was taken back")))
