"""What happens to a complaint beside its course, put among its events: it moves no clock and
changes no state."""

from datetime import datetime
from typing import Any, Final

from db.demo.delays import MINUTE
from db.demo.people import Row
from db.demo.world import CHINA, moment
from db.models import Department, EventKind, PartIn

STATE: Final = ("stage", "severity", "urgency", "department", "handler_id")
_ENDING: Final = frozenset({EventKind.CLOSED.value, EventKind.WITHDRAWN.value})


class Diary:
    """Of one complaint; `steps`, `files` and `people` are rows of their tables, without ids."""

    def __init__(self, complaint_id: int, events: list[Row], names: dict[int, str]) -> None:
        self._id, self._events, self._names = complaint_id, events, names
        self._moments = {row["at"] for row in events}
        self._was = len(events)
        self.steps: list[Row] = []
        self.files: list[Row] = []
        self.people: list[Row] = []

    def free(self, at: datetime) -> datetime:
        """The moment itself, or the first one after it at which nothing happens yet."""
        while at in self._moments:
            at += MINUTE
        return at

    def holder(self, at: datetime) -> int:
        """In whose hands it is at a moment."""
        before = [row for row in self._events if row["at"] <= at and "handler_id" in row]
        return int(before[-1]["handler_id"])

    def tell(
        self,
        kind: EventKind,
        at: datetime,
        by: int,
        note: str = "",
        details: Row | None = None,
        **changes: Any,
    ) -> datetime:
        """Returns when it happened: a minute later where something else happened just then.
        `changes` are of the state, where there are any after all."""
        at = self.free(at)
        self._moments.add(at)
        self._events.append(
            {
                "complaint_id": self._id,
                "at": at,
                "recorded_at": at,
                "actor_id": by,
                "kind": kind.value,
                "note": note,
                "details": details or {},
                **changes,
            }
        )
        return at

    def ask(
        self, department: Department, of: int, at: datetime, by: int, words: str, days: int
    ) -> Row:
        """Ask somebody of another department; he has so many days. Returns the step."""
        at = self.tell(EventKind.ASKED, at, by, words, self._about(department, of))
        day = at.astimezone(CHINA).toordinal() + days
        step: Row = {
            "complaint_id": self._id,
            "department": department.value,
            "question": words,
            "asked_by_id": by,
            "asked_of_id": of,
            "asked_at": at,
            "due_at": moment(day + 1, 0) - MINUTE,
            "is_errand": False,
            "taken_at": None,
            "done_at": None,
            "done_by_id": None,
            "result": "",
        }
        self.steps.append(step)
        self._let_in(of, PartIn.ASKED, at)
        return step

    def take(self, step: Row, at: datetime) -> None:
        """Whoever was asked is on it."""
        of = step["asked_of_id"]
        about = self._about(Department(step["department"]), of, is_taken=True)
        step["taken_at"] = self.tell(EventKind.NOTED, at, of, details=about)

    def help(self, step: Row, at: datetime, words: str) -> None:
        """He answers."""
        of = step["asked_of_id"]
        about = self._about(Department(step["department"]), of)
        step["done_at"] = self.tell(EventKind.HELPED, at, of, words, about)
        step["done_by_id"], step["result"] = of, words

    def name(self, person: int, at: datetime) -> None:
        """Somebody sees it as a legal case."""
        self._let_in(person, PartIn.NAMED, at)

    def keep(self, paper: Row, at: datetime, by: int) -> None:
        """A paper (name, media_type, size, sha256) is added."""
        about = {"sha256": paper["sha256"]}
        at = self.tell(EventKind.FILED, at, by, paper["name"], about)
        self.files.append(
            {"complaint_id": self._id, **paper, "added_at": at, "added_by_id": by},
        )

    def close(self) -> None:
        """Nothing more happens: the events get their order, and the state that each left; whoever
        was asked about a complaint that has ended sees it no more."""
        if len(self._events) == self._was:
            return
        self._events.sort(key=_at)
        state: Row = {}
        for seq, row in enumerate(self._events, 1):
            row["seq"] = seq
            state = {name: row.get(name, state.get(name)) for name in STATE}
            row.update(state)
        ends = [row["at"] for row in self._events if row["kind"] in _ENDING]
        if ends:
            self.people = [
                one
                for one in self.people
                if one["part"] == PartIn.NAMED.value or one["since"] > ends[-1]
            ]
        self.people.sort(key=lambda one: (one["user_id"], one["part"]))

    def _about(self, department: Department, of: int, *, is_taken: bool = False) -> Row:
        return {"of": department.value, "person": self._names[of], "is_taken": is_taken}

    def _let_in(self, person: int, part: PartIn, at: datetime) -> None:
        if any(one["user_id"] == person and one["part"] == part.value for one in self.people):
            return
        self.people.append(
            {"complaint_id": self._id, "user_id": person, "part": part.value, "since": at}
        )


def _at(row: Row) -> datetime:
    at: datetime = row["at"]
    return at
