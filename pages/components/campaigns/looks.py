"""What campaigns look like: words and colours, wherever they appear."""

from typing import Final

from pages.components.layout import Chip, Tone
from pages.components.visits import looks
from pages.components.words import choice, fdate, fnumber, raw
from services.campaigns import CampaignKind, CampaignLine, CampaignState, Rsvp
from services.core import clock
from services.core.words import N_

ICONS: Final = {
    CampaignKind.INVITATION: ":material/event:",
    CampaignKind.NEWS: ":material/newspaper:",
    CampaignKind.OFFER: ":material/sell:",
    CampaignKind.ANNUAL_CARE: ":material/volunteer_activism:",
    CampaignKind.GREETING: ":material/celebration:",
    CampaignKind.WIN_BACK: ":material/undo:",
}
LACKING: Final = {
    "days": N_("The days from which and until which customers are contacted"),
    "script": N_("What is said to the customers"),
    "event": N_("The day of the event"),
}
"""What a draft may lack before it can be approved."""
ANSWERS: Final = {
    Rsvp.COMES: Tone.GOOD,
    Rsvp.UNDECIDED: Tone.WARN,
    Rsvp.COMES_NOT: Tone.QUIET,
}


def name(line: CampaignLine) -> str:
    return looks.told(line.name, line.name_en)


def chips(line: CampaignLine) -> list[Chip]:
    found = [_state(line), Chip(choice(line.kind), Tone.SPECIAL, ICONS[line.kind])]
    if line.is_marketing:
        found.append(Chip(raw(N_("Offer")), Tone.SPECIAL))
    return found


def _state(line: CampaignLine) -> Chip:
    today = clock.today()
    if line.state is CampaignState.DRAFT:
        return Chip(choice(line.state), Tone.INFO)
    if line.state is CampaignState.ENDED:
        return Chip(choice(line.state), Tone.BAD)
    if line.is_over(today):
        return Chip(raw(N_("Over")), Tone.QUIET)
    if line.from_on is not None and line.from_on > today:
        return Chip(raw(N_("begins on {day}"), day=fdate(line.from_on)), Tone.INFO)
    return Chip(raw(N_("Under way")), Tone.GOOD)


def about(line: CampaignLine) -> str:
    """Whose it is, who contacts the customers and how, when; a text."""
    told = [line.store or raw(N_("The whole group")), choice(line.desk), choice(line.channel)]
    if line.from_on is not None and line.until_on is not None:
        span = N_("from {day} to {end}")
        told.append(raw(span, day=fdate(line.from_on), end=fdate(line.until_on)))
    if line.event_on is not None:
        told.append(raw(N_("event on {day}"), day=fdate(line.event_on)))
    return " · ".join(told)


def audience(line: CampaignLine) -> str:
    """To whom it speaks; a text."""
    told = [choice(one) for one in (line.lifecycle, line.value_class) if one is not None]
    if line.quiet_days is not None:
        told.append(raw(N_("not spoken with for {days} days"), days=fnumber(line.quiet_days)))
    if line.lacks_fields:
        told.append(raw(N_("whose file lacks something")))
    return " · ".join(told) or raw(N_("All customers"))
