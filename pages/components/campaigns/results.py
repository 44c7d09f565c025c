"""What came of a campaign, in tiles: each number beside what it is a part of."""

import streamlit as st

from pages.components import layout
from pages.components.words import _, fnumber
from services.campaigns import CampaignKind, CampaignLine, Results
from services.core.words import N_


def show(line: CampaignLine, found: Results) -> None:
    with layout.card(_(N_("What came of it")), _(N_("Of the customers whom you see"))):
        with layout.tiles(4):
            _contacts(found)
            if line.kind is CampaignKind.INVITATION:
                _event(found)
            else:
                note = N_("A purchase or a repair order within 30 days after the contact")
                layout.tile(
                    _(N_("Came for business")),
                    fnumber(found.converted),
                    _part(found.converted, found.reached),
                    note=_(note),
                )
        if line.kind is CampaignKind.ANNUAL_CARE:
            _goals(found)


def _part(count: int, whole: int) -> str:
    """A phrase: of how many, and which share."""
    if not whole:
        return " "
    said = N_("of {whole} ({percent} %)")
    return _(said, whole=fnumber(whole), percent=fnumber(round(100 * count / whole)))


def _contacts(found: Results) -> None:
    waiting = _(N_("{count} held by the rule of contacts"), count=fnumber(found.held))
    layout.tile(_(N_("Customers of the campaign")), fnumber(found.planned), " ")
    reached = _part(found.reached, found.planned)
    layout.tile(_(N_("Reached")), fnumber(found.reached), reached)
    layout.tile(_(N_("To be contacted still")), fnumber(found.waiting), waiting)
    layout.tile(_(N_("Not reached")), fnumber(found.lost), _part(found.lost, found.planned))


def _event(found: Results) -> None:
    people = _(N_("{count} people with them"), count=fnumber(found.people))
    layout.tile(_(N_("Accepted")), fnumber(found.accepted), people)
    layout.tile(_(N_("Undecided")), fnumber(found.undecided), " ")
    layout.tile(_(N_("Declined")), fnumber(found.declined), " ")
    note = N_(
        "Marked here, or with a kept appointment, a visit or a repair order on the day of the event"
    )
    layout.tile(_(N_("Came")), fnumber(found.came), _part(found.came, found.planned), note=_(note))
    if found.room is not None:
        waiting = _(N_("{count} wait for room"), count=fnumber(found.on_waiting))
        layout.tile(_(N_("Room left")), fnumber(found.room), waiting)


def _goals(found: Results) -> None:
    """The three goals of annual care (V26)."""
    heading = _(N_("The three goals"))
    st.markdown(f"**{heading}**")
    warm = _(N_("Warm relations: customers spoken with"))
    files = _(N_("Complete files: completed since, of those that lacked something"))
    important = _(N_("Valuable customers attended to"))
    _goal(warm, found.reached, found.planned)
    _goal(files, found.completed, found.lacking)
    _goal(important, found.important_reached, found.important)


def _goal(words: str, count: int, whole: int) -> None:
    """`words` is a phrase."""
    share = count / whole if whole else 0.0
    st.progress(min(1.0, share), text=f"{words}: {fnumber(count)} / {fnumber(whole)}")
