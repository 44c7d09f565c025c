"""What is done with a week's plan: written, filled, handed in, agreed to, summed up, reviewed."""

import datetime as dt
from typing import Final

import streamlit as st

from pages.components import pickers
from pages.components.drawers import confirm, drawer
from pages.components.forms import Form
from pages.components.frame import ask, done, fetch, request_id, submit
from pages.components.words import _, plain, raw
from services import customers, visit_plans
from services.core import clock
from services.core.words import N_
from services.visit_plans import (
    AddVisit,
    DecidePlan,
    PlanView,
    RepWeek,
    ReviewPlan,
    SubmitPlan,
    SummarisePlan,
    WritePlan,
)

WEEK: Final = dt.timedelta(days=7)
SAVED: Final = N_("The plan is saved")


def ways(week_on: dt.date) -> None:
    """To the week before and after, and to one's own plan of the week that is shown."""
    before, after = _(N_("Week before")), _(N_("Week after"))
    _turning(before, ":material/chevron_left:", week_on - WEEK)
    _turning(after, ":material/chevron_right:", week_on + WEEK)
    own = fetch(visit_plans.plan_of, week_on)
    is_over = week_on + WEEK <= clock.today()
    if (
        own is None
        and not is_over
        and st.button(
            _(N_("Write my plan")),
            icon=":material/edit_calendar:",
            type="primary",
            key="plans:write",
        )
    ):
        _write(week_on, None)


def _turning(label: str, icon: str, day: dt.date) -> None:
    """`label` is a phrase."""
    key = f"plans:{icon}"
    st.button(label, icon=icon, key=key, type="tertiary", on_click=_turn, args=(day,))


def _turn(day: dt.date) -> None:
    st.query_params["week"] = day.isoformat()
    st.session_state.pop("week", None)


def deeds(one: RepWeek, plan: PlanView) -> None:
    """What the reader may do with this plan now."""
    with st.container(horizontal=True, gap="small"):
        if plan.may_write and st.button(_(N_("Change")), key="plan:write", icon=":material/edit:"):
            _write(plan.week_on, plan)
        if plan.may_add and st.button(
            _(N_("Add a customer")), key="plan:add", icon=":material/person_add:"
        ):
            _add(plan)
        if plan.may_write and st.button(
            _(N_("Hand in")), key="plan:submit", icon=":material/send:", type="primary"
        ):
            _submit(plan)
        if plan.may_decide and st.button(
            _(N_("Decide")), key="plan:decide", icon=":material/approval:", type="primary"
        ):
            _decide(one, plan)
        if plan.may_sum_up and st.button(
            _(N_("Sum up the week")), key="plan:sum", icon=":material/summarize:"
        ):
            _sum_up(plan)
        if plan.may_review and st.button(
            _(N_("Review")), key="plan:review", icon=":material/fact_check:", type="primary"
        ):
            _review(one, plan)


def _write(week_on: dt.date, plan: PlanView | None) -> None:
    @drawer(_(N_("Weekly visit plan")))
    def draw() -> None:
        begin = {} if plan is None else {"area": plan.area, "focus": plan.focus}
        form = Form("visit_plans.write", subject=week_on, values=begin)
        if plan is not None:
            form.suppose("target", plan.target)
        form.text("area", needed=True)
        form.number("target", 100)
        form.area("focus", height=110)
        if confirm(_(N_("Save")), key=form.name):
            saved = form.send(
                visit_plans.write,
                WritePlan,
                week_on=week_on,
                version=plan.version if plan else None,
            )
            if saved is not None:
                done(_(SAVED))

    draw()


def _add(plan: PlanView) -> None:
    @drawer(_(N_("Add a customer")), width="large")
    def draw() -> None:
        form = Form("visit_plans.add_visit", subject=plan.id)
        sought = pickers.search_box("plan:customer", raw(N_("Name, phone, plate or number")))
        found = ask(customers.find, sought) if sought else []
        pairs = [(row.id, f"{row.name} · {row.number}") for row in found or []]
        form.pair("customer_id", pairs, of=sought)
        form.text("purpose", needed=True)
        form.day("due_on", earliest=clock.today())
        if confirm(_(N_("Save")), key=form.name):
            added = form.send(
                visit_plans.add_visit, AddVisit, plan_id=plan.id, version=plan.version
            )
            if added is not None:
                done(_(N_("The visit is planned")))

    draw()


def _submit(plan: PlanView) -> None:
    form = f"visit_plans.submit:{plan.id}"
    sent = submit(
        visit_plans.submit,
        SubmitPlan,
        form=form,
        request_id=request_id(form),
        plan_id=plan.id,
        version=plan.version,
    )
    if sent is not None:
        done(_(N_("The plan is handed in")))


def _decide(one: RepWeek, plan: PlanView) -> None:
    @drawer(_(N_("Decide")), name=one.name)
    def draw() -> None:
        form = Form("visit_plans.decide", subject=plan.id)
        st.markdown(plain(f"{plan.area} · {plan.target} · {plan.focus}"))
        form.area("note", height=110)
        with st.container(horizontal=True, gap="small"):
            agrees = st.button(_(N_("Agree")), type="primary", key=f"{form.name}:yes")
            returns = st.button(_(N_("Send back")), key=f"{form.name}:no")
        if agrees or returns:
            decided = form.send(
                visit_plans.decide,
                DecidePlan,
                plan_id=plan.id,
                version=plan.version,
                is_granted=agrees,
            )
            if decided is not None:
                words = N_("The plan is agreed to") if agrees else N_("The plan is sent back")
                done(_(words))

    draw()


def _sum_up(plan: PlanView) -> None:
    @drawer(_(N_("Sum up the week")))
    def draw() -> None:
        form = Form("visit_plans.summarise", subject=plan.id, values={"summary": plan.summary})
        form.area("summary", height=160)
        if confirm(_(N_("Save")), key=form.name):
            saved = form.send(
                visit_plans.summarise, SummarisePlan, plan_id=plan.id, version=plan.version
            )
            if saved is not None:
                done(_(N_("The week is summed up")))

    draw()


def _review(one: RepWeek, plan: PlanView) -> None:
    @drawer(_(N_("Review")), name=one.name)
    def draw() -> None:
        st.caption(_(N_("{made} of {planned} visits made"), made=one.made, planned=one.planned))
        form = Form("visit_plans.review", subject=plan.id)
        form.area("verdict", height=110)
        if confirm(_(N_("Save")), key=form.name):
            saved = form.send(visit_plans.review, ReviewPlan, plan_id=plan.id, version=plan.version)
            if saved is not None:
                done(_(N_("The week is reviewed")))

    draw()
