"""What a customer's states look like: one colour and one icon each, wherever they appear."""

from typing import Final

from pages.components.layout import Chip, Tone
from pages.components.words import fdate, raw
from services.core.words import N_
from services.customers import Label, NextAction, Urgency

LABELS: Final[dict[Label, tuple[str, Tone, str]]] = {
    Label.LOST: (N_("Lost"), Tone.QUIET, ":material/person_off:"),
    Label.POTENTIAL: (N_("Potential"), Tone.INFO, ":material/person_search:"),
    Label.IMPORTANT: (N_("Important"), Tone.SPECIAL, ":material/star:"),
    Label.EXISTING: (N_("Existing"), Tone.GOOD, ":material/person_check:"),
}
URGENCIES: Final[dict[Urgency, tuple[str, Tone]]] = {
    Urgency.OVERDUE: (N_("Overdue"), Tone.BAD),
    Urgency.SOON: (N_("Soon"), Tone.WARN),
    Urgency.LATER: (N_("Later"), Tone.QUIET),
}
TOUCH_ICONS: Final[dict[str, str]] = {
    "call": ":material/call:",
    "visit": ":material/directions_car:",
    "wechat": ":material/chat:",
    "sms": ":material/sms:",
    "email": ":material/mail:",
    "walk_in": ":material/storefront:",
    "event": ":material/celebration:",
    "sale": ":material/sell:",
    "repair": ":material/build:",
    "consent": ":material/verified_user:",
}


def label_chip(label: Label) -> Chip:
    words, tone, icon = LABELS[label]
    return Chip(raw(words), tone, icon)


def urgency_chip(action: NextAction) -> Chip:
    """When it is due, in the colour of its urgency; without a day, the urgency itself."""
    words, tone = URGENCIES[action.urgency]
    if action.due_on is None:
        return Chip(raw(words), tone)
    day = fdate(action.due_on)
    if action.urgency is Urgency.OVERDUE:
        return Chip(raw(N_("Overdue since {day}"), day=day), tone)
    return Chip(day, tone)
