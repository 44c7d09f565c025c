"""Which deed may follow on which, and to where it leads: the stages of a complaint (C11, spec 3.3).

What else a deed needs (a reply before closing, a second person for money) its command asks.
"""

from typing import Final

from db.models import EventKind, Stage
from services.core.choices import choice_label
from services.core.errors import Conflict
from services.core.words import N_

S = Stage
OPEN: Final = frozenset(Stage) - {S.CLOSED, S.SURVEYED, S.MERGED, S.WITHDRAWN}
"""Somebody still has something to do for the customer."""

Moves = dict[Stage, Stage]


def _stays(*stages: Stage) -> Moves:
    return {stage: stage for stage in stages}


_ANYWHERE: Final = _stays(*OPEN)
_ONGOING: Final = _stays(S.TRIAGED, S.INVESTIGATING, S.REJECTED)
LOOKED_INTO: Final = _stays(S.PROPOSAL_READY, S.PROPOSED, S.AGREED, S.EXECUTING, S.REPLIED)
"""The facts may be added to, which leads nowhere: a cause is often found by repairing."""
MOVES: Final[dict[EventKind, Moves]] = {
    EventKind.ACKNOWLEDGED: {S.REGISTERED: S.ACKNOWLEDGED} | _ONGOING,
    EventKind.TRIAGED: {S.REGISTERED: S.TRIAGED, S.ACKNOWLEDGED: S.TRIAGED},
    EventKind.FOUND: {
        S.TRIAGED: S.INVESTIGATING,
        S.INVESTIGATING: S.INVESTIGATING,
        S.REJECTED: S.INVESTIGATING,
    }
    | LOOKED_INTO,
    EventKind.PREPARED: {
        S.INVESTIGATING: S.PROPOSAL_READY,
        S.PROPOSAL_READY: S.PROPOSAL_READY,
        S.REJECTED: S.PROPOSAL_READY,
    },
    EventKind.PROPOSED: {S.PROPOSAL_READY: S.PROPOSED},
    EventKind.AGREED: {S.PROPOSED: S.AGREED},
    EventKind.REJECTED: {S.PROPOSED: S.REJECTED, S.REPLIED: S.REJECTED},
    EventKind.EXECUTED: _ANYWHERE | {S.AGREED: S.EXECUTING},
    EventKind.REPLIED: {
        S.INVESTIGATING: S.REPLIED,
        S.AGREED: S.REPLIED,
        S.EXECUTING: S.REPLIED,
    },
    EventKind.CONFIRMED: _stays(S.REPLIED),
    EventKind.ACCEPTED: _stays(S.REPLIED),
    EventKind.CLOSED: {S.REPLIED: S.CLOSED},
    EventKind.SURVEYED: {S.CLOSED: S.SURVEYED},
    EventKind.REOPENED: {S.CLOSED: S.INVESTIGATING, S.SURVEYED: S.INVESTIGATING},
    EventKind.MERGED: dict.fromkeys(OPEN, S.MERGED),
    EventKind.WITHDRAWN: dict.fromkeys(OPEN, S.WITHDRAWN),
    **dict.fromkeys(
        (
            EventKind.LEVELLED,
            EventKind.TRANSFERRED,
            EventKind.COVERED,
            EventKind.ASKED,
            EventKind.HELPED,
            EventKind.PAUSED,
            EventKind.RESUMED,
            EventKind.OFFERED,
        ),
        _ANYWHERE,
    ),
    EventKind.TICKED: _ANYWHERE,
    **dict.fromkeys(
        (EventKind.ACTED, EventKind.FLAGGED, EventKind.NAMED, EventKind.TOLD), _stays(*Stage)
    ),
    **dict.fromkeys(
        (EventKind.NOTED, EventKind.CONTACTED, EventKind.FILED, EventKind.MET),
        _ANYWHERE | _stays(S.CLOSED, S.SURVEYED),
    ),
}
ONWARD: Final = (
    EventKind.ACKNOWLEDGED,
    EventKind.TRIAGED,
    EventKind.FOUND,
    EventKind.PREPARED,
    EventKind.PROPOSED,
    EventKind.AGREED,
    EventKind.EXECUTED,
    EventKind.REPLIED,
    EventKind.ACCEPTED,
    EventKind.CLOSED,
    EventKind.SURVEYED,
)
"""What leads a complaint on, in the usual order."""
AT_ONCE: Final[Moves] = dict.fromkeys(
    (S.REGISTERED, S.ACKNOWLEDGED, S.TRIAGED, S.INVESTIGATING), S.REPLIED
)
"""An enquiry, a suggestion or a grumble may be answered while the customer is still there (C35)."""


class NotNext(Conflict):
    msgid = N_("A complaint at the stage “{stage}” does not allow this")


def after(kind: EventKind, stage: Stage, *, is_light: bool = False) -> Stage:
    """The stage to which a deed leads; `is_light`: of an enquiry, a suggestion or a grumble.

    Raises NotNext.
    """
    if not allows(kind, stage, is_light=is_light):
        raise NotNext(stage=[choice_label(stage)])
    return _moves(kind, is_light=is_light)[stage]


def allows(kind: EventKind, stage: Stage, *, is_light: bool = False) -> bool:
    """Whether a deed may follow at a stage."""
    return stage in _moves(kind, is_light=is_light)


def _moves(kind: EventKind, *, is_light: bool) -> Moves:
    at_once = AT_ONCE if is_light and kind is EventKind.REPLIED else {}
    return at_once | MOVES.get(kind, {})
