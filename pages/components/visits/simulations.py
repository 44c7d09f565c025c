"""What a rule would mean, beside what holds already; and what came of its versions."""

import streamlit as st

from pages.components import charts, layout
from pages.components.charts import Series
from pages.components.frame import fetch
from pages.components.words import _, choice, fnumber, plain, raw
from services import visits
from services.core.words import N_
from services.visits import CadenceLine, Outcome, Simulation


def show(line: CadenceLine) -> None:
    """The coming four weeks, when somebody asks: it looks at much of the data."""
    with layout.card(
        _(N_("What it would mean")),
        _(N_("An estimate of the coming 28 days, from what is known and what happened lately")),
    ):
        key = f"visits:simulate:{line.id}.{line.version}"
        if st.button(_(N_("Estimate")), key=key, icon=":material/query_stats:"):
            st.session_state[f"{key}:asked"] = True
        if st.session_state.get(f"{key}:asked"):
            _draw(fetch(visits.simulated, line.id))


def _draw(found: Simulation) -> None:
    figure = charts.stacked(
        found.days,
        [
            Series(raw(N_("The rules in force")), [round(one, 1) for one in found.others]),
            Series(raw(N_("This rule")), [round(one, 1) for one in found.rule]),
        ],
    )
    charts.draw(figure, key="visits:simulation", reading=reading(found), about=_budget(found))
    if len(found.places) > 1:
        for one in found.places:
            words = N_(
                "{store}: {rule} a day, {all} with the others; people at the desk: {people}, who "
                "can make {most}"
            )
            st.caption(
                _(
                    words,
                    store=one.store,
                    rule=fnumber(round(one.rule, 1)),
                    all=fnumber(round(one.rule + one.others, 1)),
                    people=fnumber(one.people),
                    most=fnumber(one.capacity),
                )
            )


def reading(found: Simulation) -> str:
    """The sentence that the chart proves; a text."""
    said = N_(
        "This rule makes {count} contacts a day for {people} people ({desk}), who can make "
        "{capacity}; with the rules in force it is {all}"
    )
    return raw(
        said,
        count=fnumber(round(found.mean, 1)),
        people=fnumber(found.people),
        desk=choice(found.desk),
        capacity=fnumber(found.capacity),
        all=fnumber(round(found.mean + found.mean_of_others, 1)),
    )


def _budget(found: Simulation) -> str:
    if found.kept is None:
        return raw(
            N_("The budget of contacts is not taken off: there is too little experience with it")
        )
    said = N_(
        "Before the budget of contacts: of those of the last 90 days it left {percent} % to be "
        "made alone, which would be {count} a day"
    )
    return raw(
        said,
        percent=fnumber(round(100 * found.kept)),
        count=fnumber(round(found.mean * found.kept, 1)),
    )


def outcomes(found: list[Outcome]) -> None:
    """What came of the contacts of each version."""
    if not any(one.made for one in found):
        return
    with layout.card(_(N_("What came of it")), _(N_("Shares of the contacts that came to an end"))):
        for one in found:
            said = N_("Version {number}: {made} contacts, {ended} ended")
            words = _(said, number=one.number, made=fnumber(one.made), ended=fnumber(one.ended))
            st.markdown(f"**{words}**")
            if one.ended:
                st.markdown(plain(" · ".join(_shares(one))))


def _shares(one: Outcome) -> list[str]:
    def share(count: int) -> str:
        return fnumber(round(100 * count / one.ended))

    return [
        raw(N_("reached {percent} %"), percent=share(one.reached)),
        raw(N_("made {percent} %"), percent=share(one.done)),
        raw(N_("declined {percent} %"), percent=share(one.declined)),
        raw(N_("not reachable {percent} %"), percent=share(one.unreachable)),
        raw(N_("missed {percent} %"), percent=share(one.missed)),
    ]
