"""What happened to a complaint of another system, as events of ours: from the few dates that a list
has to the stage at which it goes on here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from db.models import EventKind, RemedyKind, RemedyState, Stage
from services.complaints.bringing import Happened
from services.core import clock

ENDED: Final = frozenset({Stage.CLOSED, Stage.WITHDRAWN})
_SAYING: Final = frozenset(
    {EventKind.CONTACTED, EventKind.REPLIED, EventKind.CLOSED, EventKind.WITHDRAWN, EventKind.NOTED}
)
"""The first of these holds what the customer was told."""


@dataclass(slots=True)
class Course:
    """`status` is what the list says, `at` its moments (field -> instant), `found` what of finding
    and cause it has, `is_light`: no complaint but an enquiry, a suggestion or a grumble."""

    status: Stage
    at: Mapping[str, datetime]
    by: int | None = None
    answer: str = ""
    found: Mapping[str, Any] = field(default_factory=dict)
    paid_fen: int | None = None
    is_light: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether its last answer stands. A complaint's does only with finding and cause: without
        them it could never be closed here, so it is still being looked into."""
        is_whole = self.is_light or len(self.found) == len(("finding", "cause_id"))
        return self.status is Stage.CLOSED or (self.status is Stage.REPLIED and is_whole)

    def events(self) -> list[Happened]:
        """In their order."""
        answer, stage, told = self.answer, Stage.REGISTERED, []
        for kind, moment, leads, details in self._steps():
            stage = leads or stage
            note = answer if kind in _SAYING else ""
            answer = "" if note else answer
            told.append(Happened(kind, moment, stage, self.by, note, details))
        if answer:
            told.append(Happened(EventKind.NOTED, clock.now(), stage, self.by, answer))
        return told

    def _steps(self) -> Iterator[tuple[EventKind, datetime, Stage | None, Mapping[str, Any]]]:
        """What happened, when, to which stage it led (None: it stayed), and the details."""
        at, answered = self.at, self.at.get("answered_at")
        yield EventKind.REGISTERED, at["received_at"], None, {}
        if "acknowledged_at" in at:
            yield EventKind.ACKNOWLEDGED, at["acknowledged_at"], Stage.ACKNOWLEDGED, {}
        if self.is_answered:
            if self.found:
                yield self._finding(answered or at["closed_at"])
            if answered:
                yield EventKind.REPLIED, answered, Stage.REPLIED, {}
        elif answered:
            yield EventKind.CONTACTED, answered, None, {"was_reached": True, "is_answer": True}
        if self.status in ENDED:
            yield from self._ends(at["closed_at"])
        elif not self.is_answered and (self.status is not Stage.REGISTERED or self.found):
            yield EventKind.TRIAGED, clock.now(), Stage.TRIAGED, {}
            if self.found:
                yield self._finding(clock.now())

    def _finding(self, at: datetime) -> tuple[EventKind, datetime, Stage, Mapping[str, Any]]:
        return EventKind.FOUND, at, Stage.INVESTIGATING, self.found

    def _ends(
        self, at: datetime
    ) -> Iterator[tuple[EventKind, datetime, Stage | None, Mapping[str, Any]]]:
        if self.paid_fen:
            details = {
                "remedy": RemedyKind.COMPENSATION.value,
                "amount_fen": self.paid_fen,
                "state": RemedyState.DONE.value,
                "is_paid": True,
            }
            yield EventKind.EXECUTED, at, None, details
        if self.status is Stage.CLOSED:
            yield EventKind.CLOSED, at, Stage.CLOSED, {}
        else:
            yield EventKind.WITHDRAWN, at, Stage.WITHDRAWN, {}
