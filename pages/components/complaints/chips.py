"""What an event of a complaint tells beside its words: one short chip."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from pages.components.complaints.colours import level_chip
from pages.components.layout import Chip, Tone
from pages.components.words import choice, fdate, fmoment, fmoney, raw
from services.complaints import (
    CONTENT,
    ActionKind,
    Department,
    EventKind,
    EventLine,
    RemedyKind,
    RemedyState,
    TouchKind,
    Verdict,
)
from services.core.words import N_

REMEDIES: Final[dict[RemedyState, Tone]] = {
    RemedyState.PLANNED: Tone.INFO,
    RemedyState.WAITING: Tone.WARN,
    RemedyState.APPROVED: Tone.INFO,
    RemedyState.REFUSED: Tone.BAD,
    RemedyState.DONE: Tone.GOOD,
    RemedyState.DROPPED: Tone.QUIET,
}
HALFWAY: Final = 3
"""Of 5: below it the colour is a bad one."""
FLAGS: Final = {
    "is_safety": N_("Touches safety"),
    "is_media": N_("Touches the media"),
    "is_dispute": N_("Dispute"),
    "is_legal": N_("Legal case"),
}
RAISED: Final = {
    "repeats": N_("{count} complaints of this customer lately"),
    "alike": N_("{count} complaints of this cause and model lately"),
}
"""Why the level rose by itself."""
OTHERS: Final = {
    "merged": N_("{number} was merged into this one"),
    "into": N_("Goes on as {number}"),
    "followed_by": N_("Goes on as {number}"),
}
"""Another complaint, by its number."""
Details = Mapping[str, Any]


def of_event(event: EventLine) -> Chip | None:
    if event.kind in {EventKind.TRANSFERRED, EventKind.TRIAGED}:
        return Chip(f"{choice(event.department)} · {event.handler}")
    if event.kind is EventKind.LEVELLED:
        return _level(event)
    telling = (speak for name, speak in _TELLING.items() if name in event.details)
    return next((speak(event.details) for speak in telling), None)


def _level(event: EventLine) -> Chip:
    why = event.details.get("why")
    if why is None:
        return level_chip(event.severity, event.urgency)
    said = raw(RAISED[why], count=event.details["count"])
    return Chip(" · ".join([choice(event.severity), said]), Tone.WARN)


def of_verdict(verdict: Verdict) -> Chip:
    return Chip(choice(verdict), Tone.GOOD if verdict is Verdict.EFFECTIVE else Tone.BAD)


def _remedy(details: Details) -> Chip:
    words = [choice(RemedyKind(details["remedy"]))]
    if details.get("amount_fen"):
        words.append(fmoney(details["amount_fen"]))
    if details.get("is_paid"):
        return Chip(" · ".join([*words, raw(N_("Paid"))]), Tone.GOOD)
    state = RemedyState(details["state"])
    words.append(choice(state))
    if details.get("agreed_by"):
        words.append(raw(N_("agreed to by {person}"), person=details["agreed_by"]))
    return Chip(" · ".join(words), REMEDIES[state])


def _action(details: Details) -> Chip:
    if details.get("verdict"):
        return of_verdict(Verdict(details["verdict"]))
    done = [raw(N_("done"))] if details.get("is_done") else []
    return Chip(" · ".join([choice(ActionKind(details["action"])), *done]))


def _step(details: Details) -> Chip:
    if details.get("is_taken"):
        words = raw(N_("{person} is on it"), person=details["person"])
        return Chip(words, Tone.GOOD, ":material/directions_run:")
    return Chip(f"{choice(Department(details['of']))} · {details['person']}")


def _letter(_details: Details) -> Chip:
    return Chip(raw(N_("Letter to the customer")), Tone.INFO, ":material/mail:")


def _receipt(_details: Details) -> Chip:
    return Chip(raw(N_("Receipt of finance")), Tone.INFO, ":material/receipt_long:")


def _sight(details: Details) -> Chip:
    words = N_("Sees it: {person}") if details["is_in"] else N_("Sees it no more: {person}")
    return Chip(raw(words, person=details["person"]))


def _talk(details: Details) -> Chip | None:
    by_head = raw(N_("By the head of department")) if details.get("by_head") else ""
    if details.get("is_answer"):
        words = filter(None, (raw(N_("First answer")), by_head))
        return Chip(" · ".join(words), Tone.GOOD)
    if by_head:
        return Chip(by_head, Tone.INFO, ":material/supervisor_account:")
    return None if details["was_reached"] else Chip(raw(N_("Not reached")), Tone.WARN)


def _meeting(details: Details) -> Chip:
    at = fmoment(datetime.fromisoformat(details["held_at"]))
    return Chip(raw(N_("held {moment}"), moment=at), Tone.INFO)


def _told(details: Details) -> Chip:
    day = fdate(date.fromisoformat(details["told_on"]))
    return Chip(f"{choice(TouchKind(details['told_by']))} · {day}", Tone.GOOD)


def _content(details: Details) -> Chip:
    score = details["satisfaction"]
    tone = Tone.GOOD if score >= CONTENT else Tone.BAD if score < HALFWAY else Tone.WARN
    return Chip(raw(N_("Satisfaction: {score} of 5"), score=score), tone)


def _flags(details: Details) -> Chip | None:
    words = [raw(phrase) for name, phrase in FLAGS.items() if details.get(name)]
    return Chip(" · ".join(words), Tone.BAD) if words else None


def _promise(details: Details) -> Chip | None:
    if not details["promised_at"]:
        return None
    at = fmoment(datetime.fromisoformat(details["promised_at"]))
    if details.get("takes_longer"):
        words = raw(N_("promised {moment}, later than the clock allows"), moment=at)
        return Chip(words, Tone.WARN)
    return Chip(raw(N_("promised {moment}"), moment=at), Tone.INFO)


def _other(name: str) -> Callable[[Details], Chip]:
    return lambda details: Chip(raw(OTHERS[name], number=details[name]), icon=":material/link:")


_TELLING: Final[Mapping[str, Callable[[Details], Chip | None]]] = {
    "remedy": _remedy,
    "is_letter": _letter,
    "is_receipt": _receipt,
    "held_at": _meeting,
    "told_on": _told,
    "action": _action,
    "of": _step,
    "is_in": _sight,
    "is_legal": _flags,
    "promised_at": _promise,
    "was_reached": _talk,
    "satisfaction": _content,
    **{name: _other(name) for name in OTHERS},
}
"""What stands in an event's details -> how it is told."""
