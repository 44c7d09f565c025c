"""What happens to a complaint beside its course: others are asked, papers come in, a crisis is
stood through, an idea is noted, the customer hears what was improved.

Drawn from a sequence of its own, so that the course stays as it is.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from db.demo import enclosures
from db.demo.data import table
from db.demo.delays import MINUTE, morning
from db.demo.diaries import Diary
from db.demo.dice import BESIDE, Dice
from db.demo.people import Row
from db.demo.stories import MAJOR, Story
from db.demo.world import CHINA, World, moment
from db.models import (
    ActionKind,
    Department,
    EventKind,
    Severity,
    TouchKind,
    Verdict,
)

_ASKED_AFTER, _TAKEN_AFTER, _HELPED_AFTER = (3, 15), (5, 120), (60, 2000)
_DAYS, _SLOW_DAYS = (1, 3), (1, 3)
_DAY: Final = timedelta(days=1)
_FILED_AFTER, _TICKED_AFTER = (2, 40), (4, 90)
_DUE_AFTER, _DONE_BEFORE, _CHECKED_AFTER, _TOLD_AFTER = (10, 25), (0, 4), (60, 75), (1, 6)
_LATELY: Final = timedelta(days=5)
_WAYS: Final = (TouchKind.CALL, TouchKind.WECHAT, TouchKind.CALL, TouchKind.VISIT)


class Beside:
    """`actions` are rows with ids; `ideas` come to them, numbered by `action_ids`."""

    def __init__(
        self,
        world: World,
        dice: Dice,
        story: Story,
        actions: list[Row],
        action_ids: Iterator[int],
    ) -> None:
        dice.begin(world.seed, BESIDE + story.one.order)
        self.ideas: list[Row] = []
        self.diary = Diary(story.key, story.events, world.names)
        self._world, self._dice, self._story, self._ids = world, dice, story, action_ids
        self._shares = table("beside")["shares"]
        self._now = moment(world.today, 0)
        self._triaged = self._first(EventKind.TRIAGED)
        if self._triaged is not None:
            self._end = self._ended()
            self._ask()
            self._file()
            if story.severity is Severity.L4:
                self._tick()
            self._have_idea()
        self._tell_of(actions)
        self.diary.close()

    def _first(self, kind: EventKind) -> Row | None:
        return next((row for row in self._story.events if row["kind"] == kind.value), None)

    def _ended(self) -> datetime:
        """When it was closed for the first time, or now."""
        closed = self._first(EventKind.CLOSED)
        at: datetime = closed["at"] if closed else self._now
        return at

    def _soon(self, since: datetime, minutes: tuple[int, int]) -> datetime | None:
        """Some minutes later by day, None where it has ended by then."""
        at = morning(self._dice, since + self._dice.between(*minutes) * MINUTE)
        at = self.diary.free(at)
        return at if at < self._end else None

    # ---- others are asked

    def _ask(self) -> None:
        dice, story = self._dice, self._story
        department = Department(story.topic["department"])
        if department not in self._world.guests:
            department = Department(table("beside")["touched"].get(story.topic["code"], "service"))
        if department in self._world.guests and dice.chance(self._shares["asked"]):
            self._question(department)
        counsel = self._shares["counsel"].get(story.severity.value, 0)
        if dice.chance(counsel):
            self._question(Department.LEGAL)

    def _question(self, department: Department) -> None:
        dice, triaged = self._dice, self._triaged
        words, answer = dice.pick(table("beside")["asked"][department.value])
        days = dice.between(*_DAYS)
        at = self._soon(triaged["at"], _ASKED_AFTER) if triaged else None
        if at is None:
            return
        answered = self._answered(at, days)
        is_open = self._end == self._now
        if answered is None and not is_open:
            return
        by, of = self.diary.holder(at), self._world.guests[department]
        step = self.diary.ask(department, of, at, by, words, days)
        taken = (
            self._soon(at + MINUTE, _TAKEN_AFTER) if dice.chance(self._shares["taken"]) else None
        )
        if taken is not None and (answered is None or taken < answered):
            self.diary.take(step, taken)
        if answered is not None:
            self.diary.help(step, answered, answer)

    def _answered(self, asked: datetime, days: int) -> datetime | None:
        """When the answer comes; None: not yet."""
        dice = self._dice
        is_lately = self._end == self._now and self._now - asked < _LATELY
        if dice.chance(self._shares["unanswered"]) and is_lately:
            return None
        slow = asked + (days + dice.between(*_SLOW_DAYS)) * _DAY
        is_slow = dice.chance(self._shares["slow"])
        late = self._soon(slow, _TAKEN_AFTER) if is_slow else None
        return late or self._soon(asked, _HELPED_AFTER)

    # ---- papers, a checklist

    def _file(self) -> None:
        dice, story, shares = self._dice, self._story, self._shares
        fit = enclosures.codes(story.topic["code"], story.values["channel"])
        if not fit or not dice.chance(shares["paper"]):
            return
        told = self._first(EventKind.ACKNOWLEDGED)
        at = self._soon(told["at"], _FILED_AFTER) if told else None
        first = dice.pick(fit)
        if at is not None:
            self.diary.keep(enclosures.paper(first), at, story.first)
        found, others = self._first(EventKind.FOUND), [code for code in fit if code != first]
        if found and others and dice.chance(shares["second_paper"]):
            at = self._soon(found["at"], _FILED_AFTER)
            if at is not None:
                self.diary.keep(enclosures.paper(dice.pick(others)), at, self.diary.holder(at))

    def _tick(self) -> None:
        """What a crisis asks for, one after the other."""
        manager = self._world.managers[self._story.one.store]
        told = self._first(EventKind.ACKNOWLEDGED)
        at: datetime | None = told["at"] if told else None
        for who, items in table("beside")["ticked"].items():
            for item in items:
                at = self._soon(at, _TICKED_AFTER) if at else None
                if at is None:
                    return
                by = manager if who == "manager" else self.diary.holder(at)
                self.diary.tell(EventKind.TICKED, at, by, details={"item": item, "is_done": True})

    # ---- what is learnt

    def _have_idea(self) -> None:
        dice, world, found = self._dice, self._world, self._first(EventKind.FOUND)
        if found is None or not dice.chance(self._shares["idea"]):
            return
        at = self._soon(found["at"], _FILED_AFTER)
        if at is None:
            return
        by = self.diary.holder(at)
        day = at.astimezone(CHINA).toordinal()
        due = day + dice.between(*_DUE_AFTER)
        done = due - dice.between(*_DONE_BEFORE)
        done_at = world.instant(dice, done)
        what = dice.pick(table("beside")["ideas"][self._story.one.desk.value])
        row = idea(self._story.key, what, by, due)
        row["id"] = next(self._ids)
        self.diary.tell(EventKind.ACTED, at, by, what, acted(row))
        if done <= world.last:
            note = dice.pick(table("beside")["ideas"]["done"])
            said = {**acted(row), "is_done": True}
            row["done_at"] = self.diary.tell(EventKind.ACTED, done_at, by, note, said)
        self.ideas.append(row)

    def _tell_of(self, actions: list[Row]) -> None:
        """The customer hears what was done against the cause."""
        if self._story.severity not in MAJOR:
            return
        dice, world = self._dice, self._world
        for action in actions:
            if action["done_at"] is None or not dice.chance(self._shares["told"]):
                continue
            day = action["done_at"].astimezone(CHINA).toordinal() + dice.between(*_TOLD_AFTER)
            at, way = world.instant(dice, day), dice.pick(_WAYS)
            words = dice.pick(table("beside")["told"]["words"])
            if day <= world.last and action["verdict"] != Verdict.INEFFECTIVE.value:
                self.diary.tell(
                    EventKind.TOLD, at, self._story.first, words, told(action, way, day)
                )


def idea(complaint_id: int, what: str, owner: int, due: int) -> Row:
    """A row of `cause_actions`, without its id; days are ordinals."""
    return {
        "complaint_id": complaint_id,
        "kind": ActionKind.IDEA.value,
        "what": what,
        "owner_id": owner,
        "due_on": date.fromordinal(due),
        "done_at": None,
        "check_on": date.fromordinal(due + _CHECKED_AFTER[0]),
        "checked_at": None,
        "verdict": None,
        "recurrences": 0,
    }


def acted(action: Row) -> dict[str, Any]:
    """The details of the event that an action was planned."""
    return {
        "action": action["kind"],
        "action_id": action["id"],
        "is_done": False,
        "verdict": None,
    }


def told(action: Row, way: TouchKind, day: int) -> dict[str, Any]:
    """The details of the event that the customer heard of it."""
    return {
        "action_id": action["id"],
        "told_by": way.value,
        "told_on": date.fromordinal(day).isoformat(),
        "what": action["what"],
    }
