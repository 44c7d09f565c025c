"""Crises, a dispute and a legal case, told out line by line in `crises.toml`: what the first page
of whoever leads is about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any, Final

from db.demo import enclosures
from db.demo.beside import acted, idea
from db.demo.data import table
from db.demo.delays import MINUTE
from db.demo.diaries import Diary
from db.demo.dice import CRISES, Dice
from db.demo.facts import Complained
from db.demo.matters import Grievance, headings
from db.demo.people import Row
from db.demo.promises import Promise
from db.demo.world import CHINA, World, moment
from db.models import (
    ComplaintKind,
    Department,
    EventKind,
    HeadingTree,
    RemedyKind,
    Severity,
    Stage,
    Urgency,
    WaitingFor,
)

_STAGES: Final = {
    EventKind.ACKNOWLEDGED: Stage.ACKNOWLEDGED,
    EventKind.TRIAGED: Stage.TRIAGED,
    EventKind.FOUND: Stage.INVESTIGATING,
    EventKind.PREPARED: Stage.PROPOSAL_READY,
    EventKind.PROPOSED: Stage.PROPOSED,
    EventKind.REJECTED: Stage.REJECTED,
    EventKind.AGREED: Stage.AGREED,
    EventKind.EXECUTED: Stage.EXECUTING,
    EventKind.REPLIED: Stage.REPLIED,
}
_HOUR: Final = 60
_LATELY: Final = 40
"""Days before a crisis within which the order lies that it is about."""
_SPARED: Final = 400
"""Orders of a store that are kept to choose from."""

Told = Mapping[str, Any]
"""A case of `crises.toml`, or a line of it."""


class Spared:
    """Lately ordered and not complained of: a crisis may be about it."""

    def __init__(self, world: World) -> None:
        self._world = world
        stores = {store.code: store.id for store in world.stores.values()}
        self._cases = [one for one in table("crises")["cases"] if one["store"] in stores]
        self._stores = stores
        self._found: dict[int, list[tuple[int, Grievance]]] = {
            stores[one["store"]]: [] for one in self._cases
        }
        self.since = world.today - _LATELY
        """The first day of which orders are kept."""

    def keep(self, one: Grievance, day: int) -> None:
        """An order of that day."""
        found = self._found.get(one.store)
        if found is not None and len(found) < _SPARED:
            found.append((day, one))

    def chosen(self) -> Iterator[Grievance]:
        """One for each case, where there is one that fits."""
        dice, taken = Dice(), set[int]()
        for place, told in enumerate(self._cases):
            day = self._world.last - told["ago"]
            fit = [
                one
                for ordered, one in self._found[self._stores[told["store"]]]
                if ordered < day and one.work in told["of"] and one.order not in taken
            ]
            if fit:
                dice.begin(self._world.seed, CRISES - 1 - place)
                one = dice.pick(fit)
                taken.add(one.order)
                yield replace(one, at=_moment(day, told["at"]), crisis=told)


class Crisis:
    """Like a `Story`, but what happens is given."""

    def __init__(
        self, world: World, dice: Dice, one: Grievance, key: int, action_ids: Iterator[int]
    ) -> None:
        dice.begin(world.seed, CRISES + one.order)
        told: Told = one.crisis or {}
        self.one, self.key, self.severity = one, key, Severity(told["severity"])
        self.actions = {kind: told[kind] for kind in _AGAINST if kind in told}
        self._day = one.at.astimezone(CHINA).toordinal()
        self._now = moment(world.today, 0)
        desk = world.present(one.store, one.desk.value, self._day)
        self.first, self._handler = dice.pick(desk), dice.pick(desk)
        self._people = {
            "first": self.first,
            "handler": self._handler,
            "manager": world.managers[one.store],
            "director": world.directors[0],
            **{department.value: person for department, person in world.guests.items()},
        }
        self._names = world.names
        self._steps: dict[str, Row] = {}
        self._ids = action_ids
        self.values = self._received(told)
        self._flags = {f"is_{flag}": False for flag in _FLAGS} | {"legal_stage": ""}
        self._promises: dict[str, tuple[Promise, datetime]] = {}
        self._remedies: dict[str, Row] = {}
        self.ideas: list[Row] = []
        self.events: list[Row] = []
        self.diary = Diary(key, self.events, world.names)
        self.diary.tell(
            EventKind.REGISTERED,
            one.at,
            self.first,
            recorded_at=self.values["registered_at"],
            stage=Stage.REGISTERED.value,
            severity=self.severity.value,
            urgency=Urgency.ORDINARY.value,
            department=one.desk.value,
            handler_id=self.first,
        )
        for line in told["events"]:
            self._happen(line, told)
        self.diary.close()

    def _received(self, told: Told) -> Row:
        """What is written down of it; marks and a spokesperson come later."""
        return {
            "received_at": self.one.at,
            "registered_at": self.one.at + MINUTE,
            "kind": ComplaintKind.COMPLAINT.value,
            "channel": told["channel"],
            "words": told["words"],
            "demand": told["demand"],
            "demand_kind": told["demand_kind"],
            "link": told.get("link"),
            "category_id": headings()[HeadingTree.CATEGORY, told["code"]],
            "is_safety": False,
            **told["flags"],
        }

    # ---- what happened

    def _happen(self, line: Told, told: Told) -> None:
        day, _, clock = line["at"].partition(" ")
        at = _moment(self._day + int(day), clock)
        if at >= self._now:
            return
        if line["kind"] in _OF_OTHERS:
            self._of_others(line, at)
            return
        by = self._people[line["by"]]
        if line["kind"] == "filed":
            self.diary.keep(enclosures.paper(line["paper"]), at, by)
        elif line["kind"] == "idea":
            self._idea(line, at, by)
        elif "remedy" in line:
            self._make_good(EventKind(line["kind"]), line, at, by)
        else:
            self._tell(EventKind(line["kind"]), line, at, by, told)

    def _of_others(self, line: Told, at: datetime) -> None:
        """A department was asked, is on it, or answers."""
        of = line["of"]
        if line["kind"] == "asked":
            person, by = self._people[of], self._people[line["by"]]
            self._steps[of] = self.diary.ask(
                Department(of), person, at, by, line["note"], line["days"]
            )
        elif line["kind"] == "taken":
            self.diary.take(self._steps[of], at)
        else:
            self.diary.help(self._steps[of], at, line["note"])

    def _idea(self, line: Told, at: datetime, by: int) -> None:
        due = at.astimezone(CHINA).toordinal() + line["days"]
        row = {"id": next(self._ids), **idea(self.key, line["note"], by, due)}
        self.diary.tell(EventKind.ACTED, at, by, line["note"], acted(row))
        self.ideas.append(row)

    def _make_good(self, kind: EventKind, line: Told, at: datetime, by: int) -> None:
        """Something is promised, or done."""
        code, is_done = line["remedy"], kind is EventKind.EXECUTED
        if not is_done:
            promise = Promise(RemedyKind(code), line.get("yuan", 0), by, line["note"])
            self._promises[code] = promise, at
        promise, promised_at = self._promises[code]
        changes: Row = {"stage": _STAGES[kind].value} if is_done else {}
        details = promise.details(is_done=is_done)
        self.diary.tell(kind, at, by, line["note"], details, **changes)
        self._remedies[code] = promise.row(self.key, promised_at, at if is_done else None)

    def _tell(self, kind: EventKind, line: Told, at: datetime, by: int, told: Told) -> None:
        changes: Row = {"stage": _STAGES[kind].value} if kind in _STAGES else {}
        if kind is EventKind.TRIAGED:
            changes |= {"department": told["department"], "handler_id": self._handler}
        if kind is EventKind.FLAGGED:
            self._flag(line, at, by)
        if kind is EventKind.NAMED:
            self.diary.name(self._people[line["person"]], at)
        if kind is EventKind.PAUSED:
            self.values["waiting_for"] = WaitingFor.OUTSIDE.value
        self.diary.tell(kind, at, by, line.get("note", ""), self._details(kind, line), **changes)

    def _flag(self, line: Told, at: datetime, by: int) -> None:
        """A legal case is seen by whoever marks it, those in whose hands it is, and directors."""
        self._flags |= dict.fromkeys(self._flags, False) | {"legal_stage": ""}
        self._flags |= line["flags"] | {"legal_stage": line.get("legal_stage", "")}
        self.values |= self._flags
        if "speaker" in line:
            self.values["spokesperson_id"] = self._people[line["speaker"]]
        if line["flags"].get("is_legal"):
            for person in (by, self.first, self._handler, self._people["director"]):
                self.diary.name(person, at)

    def _details(self, kind: EventKind, line: Told) -> Row:
        """As the ledger writes them down."""
        known: dict[EventKind, Callable[[Told], Row]] = {
            EventKind.ACKNOWLEDGED: lambda _: {"promised_at": None},
            EventKind.CONTACTED: _talk,
            EventKind.FLAGGED: lambda _: dict(self._flags),
            EventKind.FOUND: _finding,
            EventKind.MET: self._minutes,
            EventKind.NAMED: self._named,
            EventKind.PAUSED: lambda _: {"waiting_for": WaitingFor.OUTSIDE.value},
            EventKind.TICKED: lambda _: {"item": line["item"], "is_done": True},
        }
        return known[kind](line) if kind in known else {}

    def _named(self, line: Told) -> Row:
        return {"person": self._names[self._people[line["person"]]], "is_in": True}

    def _minutes(self, line: Told) -> Row:
        day, _, clock = line["held"].partition(" ")
        met = dict.fromkeys(self._people[who] for who in line["people"])
        return {
            "held_at": _moment(self._day + int(day), clock).isoformat(),
            "people": [self._names[person] for person in met],
            "outsiders": line.get("outsiders", ""),
            "decided": line.get("decided", ""),
        }

    # ---- what came of it

    @property
    def remedies(self) -> list[Row]:
        return list(self._remedies.values())

    def truth(self) -> Complained:
        """What of its clocks has ended was in time."""
        return Complained(self.key, self.one.order, (), 0)


_OF_OTHERS: Final = frozenset({"asked", "taken", "helped"})
_HEADS: Final = frozenset({"manager", "director"})
_AGAINST: Final = ("corrective", "preventive")
_FLAGS: Final = ("safety", "media", "dispute", "legal")


def _talk(line: Told) -> Row:
    is_answer = line.get("is_answer", False)
    return {"was_reached": True, "is_answer": is_answer, "by_head": line["by"] in _HEADS}


def _finding(line: Told) -> Row:
    cause = line.get("cause")
    return {
        "finding": line.get("finding"),
        "cause_id": headings()[HeadingTree.CAUSE, cause] if cause else None,
        "whys": line.get("whys", ""),
    }


def _moment(day: int, clock: str) -> datetime:
    at = time.fromisoformat(clock)
    return moment(day, at.hour * _HOUR + at.minute)
