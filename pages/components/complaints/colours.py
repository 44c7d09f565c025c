"""What a complaint's states look like: one word, colour and icon each, wherever they appear."""

from datetime import datetime
from typing import Final

from pages.components.layout import Chip, Tone
from pages.components.words import ago, choice, field, fmoment, language, raw
from services.complaints import (
    CLOCKS,
    Clock,
    ClockState,
    EventKind,
    Heading,
    Mark,
    Severity,
    Urgency,
)
from services.core.clock import day_of
from services.core.words import N_

SEVERITIES: Final[dict[Severity, Tone]] = {
    Severity.L1: Tone.QUIET,
    Severity.L2: Tone.INFO,
    Severity.L3: Tone.WARN,
    Severity.L4: Tone.BAD,
}
MARKS: Final[dict[Mark, Tone]] = {
    Mark.SAFETY: Tone.BAD,
    Mark.MEDIA: Tone.BAD,
    Mark.DISPUTE: Tone.WARN,
    Mark.LEGAL: Tone.BAD,
}
STATES: Final[dict[ClockState, tuple[str, Tone]]] = {
    ClockState.NONE: (N_("No limit"), Tone.QUIET),
    ClockState.RUNNING: (N_("Running"), Tone.GOOD),
    ClockState.PAUSED: (N_("Stands still"), Tone.QUIET),
    ClockState.LATE: (N_("Late"), Tone.BAD),
    ClockState.MET: (N_("Met"), Tone.GOOD),
    ClockState.MISSED: (N_("Missed"), Tone.BAD),
    ClockState.STOPPED: (N_("Ended"), Tone.QUIET),
}
EVENT_ICONS: Final[dict[EventKind, str]] = {
    EventKind.REGISTERED: ":material/add_comment:",
    EventKind.CONTACTED: ":material/call:",
    EventKind.REPLIED: ":material/forward_to_inbox:",
    EventKind.CLOSED: ":material/task_alt:",
    EventKind.REOPENED: ":material/replay:",
    EventKind.PAUSED: ":material/pause_circle:",
    EventKind.RESUMED: ":material/play_circle:",
    EventKind.TRANSFERRED: ":material/move_up:",
    EventKind.LEVELLED: ":material/priority_high:",
    EventKind.FILED: ":material/attach_file:",
    EventKind.FOUND: ":material/search:",
    EventKind.MERGED: ":material/merge:",
    EventKind.MET: ":material/groups:",
    EventKind.TICKED: ":material/checklist:",
    EventKind.TOLD: ":material/campaign:",
}
OTHER_EVENT: Final = ":material/radio_button_checked:"
HALF: Final = 0.5


def clock_tone(clock: Clock) -> Tone:
    """The colour of a clock: a running one warns from the half of its time on."""
    if clock.state is ClockState.RUNNING and clock.share is not None and clock.share >= HALF:
        return Tone.WARN
    return STATES[clock.state][1]


def level_chip(severity: Severity, urgency: Urgency) -> Chip:
    words = choice(severity)
    if urgency is Urgency.URGENT:
        words = f"{words} · {choice(urgency)}"
    return Chip(words, SEVERITIES[severity])


def mark(one: Mark) -> str:
    """What a complaint is marked with, in words."""
    return field(f"is_{one}")


def due_in(clock: Clock | None, now: datetime) -> str:
    """Which clock is due when, in words: "First answer in 2 hours"; nothing where none runs."""
    if clock is None or clock.due_at is None:
        return ""
    name = raw(CLOCKS[clock.kind])
    return f"{name} · {ago(clock.due_at, now)}"


def promised(at: datetime, now: datetime) -> Chip:
    """By when a customer was promised to hear from us; red when he waits in vain."""
    words = raw(N_("promised {moment}"), moment=soon(at, now))
    return Chip(words, Tone.BAD if at < now else Tone.INFO, ":material/schedule_send:")


def soon(at: datetime, now: datetime) -> str:
    """A moment near by, short: the time of today, else the day too."""
    is_today = day_of(at) == day_of(now)
    return fmoment(at)[len("2026-01-01 ") if is_today else len("2026-") :]


def path(heading: Heading) -> str:
    """A node with what it belongs to, in the reader's language."""
    return " / ".join(heading.path_en if language() == "en" else heading.path)


def name(heading: Heading) -> str:
    """The node alone."""
    return (heading.path_en if language() == "en" else heading.path)[-1]
