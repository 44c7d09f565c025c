"""Charts of two things at once: which cause with which car, and who hands complaints to whom."""

import datetime as dt

from pages.components import charts, layout
from pages.components.complaints.colours import name
from pages.components.frame import fetch
from pages.components.words import _, choice, fnumber, raw
from services import complaints
from services.complaints import Crossing, Handovers
from services.core.words import N_


def cars(since: dt.date, until: dt.date, store_id: int | None) -> None:
    """Causes by cars."""
    found = fetch(complaints.causes_by_model, since, until, store_id)
    if not found.crossed:
        layout.empty(
            _(N_("No cause is known of any car in this time")),
            _(N_("Choose a longer time, or another store")),
            ":material/grid_on:",
        )
        return
    causes = [name(heading) for heading in found.causes]
    others = raw(N_("Others"))
    charts.draw(
        charts.heat(
            [*causes, others][: len(found.counts)],
            [*found.models, others][: len(found.counts[0])],
            found.counts,
        ),
        key="complaints:figures:cars",
        reading=_what_stands_out(found, causes),
        about=raw(
            N_("Complaints by cause and car; {count} have no cause or no car yet"),
            count=fnumber(found.left_out),
        ),
    )


def _what_stands_out(found: Crossing, causes: list[str]) -> str:
    loud = found.loudest
    if loud is None:
        return raw(N_("No cause stands out with any car beyond what chance makes"))
    return raw(
        N_("{cause} stands out with {car}: {count}, where {expected} were to be expected"),
        cause=causes[loud.row],
        car=found.models[loud.column],
        count=fnumber(loud.count),
        expected=fnumber(round(loud.expected, 1)),
    )


def ways(since: dt.date, until: dt.date, store_id: int | None) -> None:
    """Who hands to whom."""
    found = fetch(complaints.handovers, since, until, store_id)
    if not found.ways:
        layout.empty(
            _(N_("No complaint was handed over in this time")),
            _(N_("Choose a longer time, or another store")),
            ":material/swap_horiz:",
        )
        return
    charts.draw(
        charts.flow(
            [(choice(way.source), choice(way.target), way.count) for way in found.ways],
            source_name=raw(N_("Handed over by")),
            target_name=raw(N_("Taken over by")),
        ),
        key="complaints:figures:ways",
        reading=_who_hands_most(found),
        about=raw(
            N_("Handovers: {count}; complaints: {complaints}"),
            count=fnumber(found.count),
            complaints=fnumber(found.complaints),
        ),
    )


def _who_hands_most(found: Handovers) -> str:
    most = found.ways[0]
    return raw(
        N_("{source} hands most to {target}: {count} of {whole} times"),
        source=choice(most.source),
        target=choice(most.target),
        count=fnumber(most.count),
        whole=fnumber(found.count),
    )
