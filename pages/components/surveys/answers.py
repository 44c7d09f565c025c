"""The answered surveys behind a figure, and one of them: from there to the file, the call, the
complaint."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from pages.components import layout, tables
from pages.components.drawers import drawer
from pages.components.frame import done, fetch, request_id, submit
from pages.components.layout import Chip, Tone
from pages.components.surveys.wording import answered, named, short
from pages.components.tables import Column, Kind
from pages.components.words import _, choice, fdate, field, fmoment, fnumber, raw
from services import surveys
from services.core.words import N_
from services.surveys import Part, RaiseComplaint, ResponseRow, ResponseView


def open_rows(part: Part, name: str | None = None, *, low_only: bool = False) -> None:
    """`name` is whose they are."""
    title = _(N_("Bad answers")) if low_only else _(N_("Answered surveys"))
    drawer(title, name=name, width="large", is_list=True)(_rows)(part, low_only=low_only)


def open_one(response_id: int) -> None:
    drawer(_(N_("Answered survey")), width="medium", is_list=True)(_one)(response_id)


@dataclass(frozen=True)
class Row:
    """One answered survey as shown."""

    id: int
    at: datetime
    customer: str
    store: str
    person: str
    channel: str
    score: float | None
    nps: int | None
    low: str
    complaint: str


def _rows(part: Part, *, low_only: bool) -> None:
    key = f"surveys:rows:{part.code}:{part.since}:{part.until}:{part.store_id}:{part.user_id}"
    opened = f"{key}:one"
    if st.session_state.get(opened):
        if st.button(_(N_("Back")), icon=":material/arrow_back:", key=f"{key}:back"):
            st.session_state.pop(opened)
            st.rerun(scope="fragment")
        _one(st.session_state[opened])
        return
    page = st.session_state.get(f"{key}:{low_only}", 1)
    found = fetch(surveys.responses, part, low_only=low_only, page=page)
    between = N_("From {first} to {last}")
    st.caption(_(between, first=fdate(part.since), last=fdate(part.until)))
    st.caption(_(N_("{count} answered surveys"), count=fnumber(found.total)))
    picked = tables.rows_table(
        [_row(one) for one in found.rows],
        _columns(),
        key=f"{key}:{low_only}:{found.page}",
        on_select="once",
        height=tables.ROW_PX * 16,
        alt=raw(N_("Answered surveys")),
    )
    if found.pages > 1:
        st.pagination(found.pages, key=f"{key}:{low_only}")
    if picked is not None:
        st.session_state[opened] = picked
        st.rerun(scope="fragment")


def _row(one: ResponseRow) -> Row:
    return Row(
        id=one.id,
        at=one.at,
        customer=one.customer,
        store=one.store,
        person=one.person,
        channel=choice(one.channel),
        score=one.score,
        nps=one.nps,
        low=raw(N_("Bad")) if one.is_low else "",
        complaint=one.complaint,
    )


def _columns() -> list[Column]:
    return [
        Column("at", raw(N_("Moment")), Kind.MOMENT, width=140),
        Column("customer", field("customer_id"), width=110),
        Column("score", raw(N_("Score")), Kind.NUMBER, width=70),
        Column("nps", raw(N_("NPS")), Kind.NUMBER, width=80),
        Column("low", "", Kind.BADGE, width=70, tones={raw(N_("Bad")): Tone.BAD}),
        Column("complaint", raw(N_("Complaint")), width=130),
        Column("channel", field("survey_channel"), width=90),
        Column("person", raw(N_("Surveyed by")), width=90),
        Column("store", field("store_id"), width=110),
    ]


def _one(response_id: int) -> None:
    view = fetch(surveys.response, response_id)
    row = view.row
    chips = [Chip(choice(row.channel))]
    if row.is_low:
        chips.append(Chip(raw(N_("Bad")), Tone.BAD))
    about = f"{named(view.survey, view.survey_en)} · {fnumber(view.survey_number)}"
    with layout.card(None, name=row.customer or row.store, chips=chips):
        facts: dict[str, object] = {
            raw(N_("Survey")): about,
            raw(N_("Moment")): fmoment(row.at),
            raw(N_("Surveyed by")): row.person,
            field("store_id"): row.store,
            raw(N_("Score")): None if row.score is None else fnumber(row.score),
        }
        layout.facts(facts)
        _ways(view)
    layout.facts(
        {short(line.item): answered(line.item, line.value, line.words) for line in view.answers}
    )


def _ways(view: ResponseView) -> None:
    """Where one goes from here."""
    row = view.row
    with st.container(horizontal=True, gap="small"):
        if row.customer_id is not None:
            st.link_button(_(N_("Customer file")), f"/customers?id={row.customer_id}")
        if row.task_id is not None:
            st.link_button(_(N_("The call")), f"/visits?task={row.task_id}")
        if row.complaint:
            st.link_button(_(N_("Open the complaint")), f"/complaints?id={row.complaint_id}")
        if view.may_raise and st.button(
            _(N_("Register a complaint")), key=f"surveys:raise:{row.id}", icon=":material/feedback:"
        ):
            form = f"surveys.raise:{row.id}"
            raised = submit(
                surveys.raise_complaint,
                RaiseComplaint,
                form=form,
                request_id=request_id(form),
                response_id=row.id,
            )
            if raised is not None:
                done(_(N_("Complaint {number} is yours"), number=raised.number))
