"""What is wrong with customers' files: in the file, at a call, and all that is open."""

import streamlit as st

from pages.components.drawers import drawer
from pages.components.forms import Form, send_button
from pages.components.frame import done, fetch
from pages.components.words import _, choice, fmoment, fnumber, plain
from services import file_issues
from services.core import clock
from services.core.access import Actor, Permission
from services.core.words import N_
from services.file_issues import IssueKind, IssueLine


def on_file(customer_id: int) -> None:
    """A warning for each, with the deed that closes it by hand."""
    for one in fetch(file_issues.of_file, customer_id):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.warning(_words(one), icon=":material/report:")
            if one.may_close and st.button(
                _(N_("Close the issue")), key=f"issue:{one.id}", type="tertiary"
            ):
                close(one)


def on_call(customer_id: int) -> None:
    """What a caller should know of the number."""
    for one in fetch(file_issues.of_file, customer_id):
        if one.kind is not IssueKind.MISSING:
            st.warning(_words(one), icon=":material/report:")


def overview(actor: Actor) -> None:
    """How many are open; opens the list of them."""
    if not actor.may(Permission.CUSTOMERS_EDIT):
        return
    counts = fetch(file_issues.counted)
    total = sum(counts.values())
    if total and st.button(
        _(N_("File issues: {count}"), count=fnumber(total)), icon=":material/report:"
    ):
        _list(counts)


def _list(counts: dict[IssueKind, int]) -> None:
    @drawer(_(N_("File issues")), width="medium", is_list=True)
    def draw() -> None:
        told = (f"{choice(kind)}: {fnumber(count)}" for kind, count in counts.items())
        st.caption(plain(" · ".join(told)))
        for one in fetch(file_issues.page):
            days = (clock.today() - clock.day_of(one.opened_at)).days
            words = _(
                N_("{name} ({number}), {store}: {what}, for {days} days"),
                name=one.customer,
                number=one.number,
                store=one.store,
                what=choice(one.kind),
                days=fnumber(days),
            )
            st.link_button(words, f"/customers?id={one.customer_id}", type="tertiary")

    draw()


def close(one: IssueLine) -> None:
    @drawer(_(N_("Close the issue")), name=one.customer)
    def draw() -> None:
        st.caption(_(N_("A new number in the file closes it by itself")))
        form = Form("file_issues.close", subject=one.id)
        form.text("note", needed=True)
        if send_button(_(N_("Close the issue")), key=f"{form.name}:send"):
            sent = form.send(
                file_issues.close, file_issues.CloseIssue, issue_id=one.id, version=one.version
            )
            if sent is not None:
                done(_(N_("The issue is closed")))

    draw()


def _words(one: IssueLine) -> str:
    said = N_("{what}: found on {moment} by {person}")
    if not one.opened_by:
        return _(
            N_("{what}: found on {moment}"), what=choice(one.kind), moment=fmoment(one.opened_at)
        )
    return _(said, what=choice(one.kind), moment=fmoment(one.opened_at), person=one.opened_by)
