"""Weekly visit plans: one's own, and everybody's side by side for whoever leads."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components import layout, pickers, tables
from pages.components.frame import fetch
from pages.components.layout import Chip, Tone
from pages.components.tables import Column, Kind
from pages.components.visits import plan_deeds
from pages.components.visits.form_view import points, tone_of
from pages.components.words import _, choice, fdate, field, fmoment, fnumber, plain, raw
from services import visit_plans
from services.core import clock
from services.core.words import N_
from services.visit_plans import PlanState, PlanView, RepWeek, Week
from services.visits import TaskState

WEEK: Final = dt.timedelta(days=7)
TONES: Final = {
    PlanState.DRAFT: Tone.QUIET,
    PlanState.SUBMITTED: Tone.WARN,
    PlanState.RETURNED: Tone.BAD,
    PlanState.APPROVED: Tone.INFO,
    PlanState.RUNNING: Tone.INFO,
    PlanState.REVIEWED: Tone.GOOD,
}
NOTHING: Final = N_("not handed in")


@dataclass(frozen=True)
class Line:
    """One person's week as it is shown."""

    id: int
    name: str
    store: str
    state: str
    tone: Tone
    area: str
    target: int | None
    planned: int
    made: int
    late: int
    forms: int
    quality: str
    quality_tone: Tone
    followed: float | None


def show() -> None:
    today = clock.today()
    day = pickers.filter_day(raw(N_("A day of the week")), "week", today, width=220)
    found = fetch(visit_plans.week, day)
    last = found.week_on + WEEK - dt.timedelta(days=1)
    words = N_("{first} to {last}. Plans are due {moment}")
    said = _(words, first=fdate(found.week_on), last=fdate(last), moment=fmoment(found.due_at))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(said)
        plan_deeds.ways(found.week_on)
    own = fetch(visit_plans.plan_of, day)
    _tiles(found)
    lines = [_line(one) for one in found.reps]
    picked = tables.rows_table(
        lines, _columns(lines), key="visits:week", on_select="rerun", alt=raw(N_("Weekly plans"))
    )
    chosen = next((one for one in found.reps if one.id == picked), None)
    if chosen is None and own is not None:
        chosen = next(
            (one for one in found.reps if one.plan is not None and one.plan.id == own.id), None
        )
    if chosen is not None and chosen.plan is not None:
        _plan(chosen, chosen.plan)


def _tiles(found: Week) -> None:
    reps = found.reps
    period = raw(N_("of all whom you see"))
    with layout.tiles(4):
        handed = sum(one.plan is not None and one.plan.submitted_at is not None for one in reps)
        layout.tile(raw(N_("Plans handed in")), _of(handed, len(reps)), period)
        made, planned = sum(one.made for one in reps), sum(one.planned for one in reps)
        layout.tile(raw(N_("Visits made")), _of(made, planned), period)
        layout.tile(raw(N_("Late")), fnumber(sum(one.late for one in reps)), period)
        followed, due = sum(one.followed for one in reps), sum(one.due for one in reps)
        layout.tile(raw(N_("Improved by their day")), _of(followed, due), period)


def _of(part: int, whole: int) -> str:
    return raw(N_("{done} of {total}"), done=fnumber(part), total=fnumber(whole))


def _line(one: RepWeek) -> Line:
    plan = one.plan
    state, tone = raw(NOTHING), Tone.BAD if one.is_missing else Tone.QUIET
    if plan is not None:
        state, tone = choice(plan.state), TONES[plan.state]
    return Line(
        id=one.id,
        name=one.name,
        store=one.store,
        state=state,
        tone=tone,
        area=plan.area if plan is not None else "",
        target=plan.target if plan is not None else None,
        planned=one.planned,
        made=one.made,
        late=one.late,
        forms=one.forms,
        quality="" if one.quality is None else points(one.quality),
        quality_tone=Tone.QUIET if one.quality is None else tone_of(one.quality),
        followed=one.followed / one.due if one.due else None,
    )


def _columns(lines: list[Line]) -> list[Column]:
    states = {line.state: line.tone for line in lines}
    quality = {line.quality: line.quality_tone for line in lines}
    return [
        Column("name", field("user_id"), width=90),
        Column("store", field("store_id"), width=110),
        Column("state", raw(N_("Plan")), Kind.BADGE, tones=states, width=100),
        Column("area", field("area"), width=170),
        Column("target", raw(N_("Aim")), Kind.NUMBER, width=60),
        Column("planned", raw(N_("Planned")), Kind.NUMBER, width=70),
        Column("made", raw(N_("Made")), Kind.NUMBER, width=70),
        Column("late", raw(N_("Late")), Kind.NUMBER, width=60),
        Column("forms", raw(N_("Visit forms")), Kind.NUMBER, width=80),
        Column("quality", raw(N_("Quality")), Kind.BADGE, tones=quality, width=100),
        Column("followed", raw(N_("Followed through")), Kind.PROGRESS, width=120),
    ]


def _plan(one: RepWeek, plan: PlanView) -> None:
    chips = [Chip(choice(plan.state), TONES[plan.state])]
    if plan.submitted_at is not None and plan.is_late:
        chips.append(Chip(raw(N_("handed in late")), Tone.WARN, ":material/schedule:"))
    with layout.card(_(N_("Weekly visit plan")), name=one.name, chips=chips):
        plan_deeds.deeds(one, plan)
        known: dict[str, object] = {
            field("area"): plan.area,
            field("target"): plan.target,
            field("focus"): plan.focus,
            raw(N_("Handed in")): plan.submitted_at,
            raw(N_("What whoever leads says")): plan.note,
            field("summary"): plan.summary,
            field("verdict"): plan.verdict,
        }
        layout.facts({label: value for label, value in known.items() if value})
        if not plan.visits:
            st.caption(_(N_("No customer is planned yet")))
        for line in plan.visits:
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                tone = Tone.GOOD if line.state is TaskState.DONE else Tone.QUIET
                if line.is_late:
                    tone = Tone.WARN
                layout.chips([Chip(choice(line.state), tone)])
                st.markdown(plain(f"{fdate(line.due_on)} · {line.customer} · {line.purpose}"))
                if line.form_id is not None:
                    address = f"/fieldwork?form={line.form_id}"
                    st.link_button(_(N_("Visit form")), address, type="tertiary")
