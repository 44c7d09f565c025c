"""How one complaint was led, from its receipt to where it stands at the end of the history."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from db.demo import delays, promises
from db.demo.data import table
from db.demo.delays import MINUTE, between
from db.demo.dice import TELLING, Dice, Weighted
from db.demo.facts import Complained
from db.demo.matters import Grievance, channels, headings, severities, topic
from db.demo.people import Row
from db.demo.world import CHINA, World, moment
from db.models import (
    ComplaintKind,
    EventKind,
    Finding,
    HeadingTree,
    Severity,
    Stage,
    Urgency,
)

MAJOR: Final = (Severity.L3, Severity.L4)
"""The director talks with these customers, and causes are removed."""

_THE_CUSTOMER: Final = "outside.customer"
_STAYS: Final = 70
"""Whoever takes a complaint is here so many days longer: until it is closed, however late."""
_WRITTEN_DOWN: Final = 2
_REOPENED_AFTER, _SURVEYED_AFTER = (1, 6), (1, 3)
_COMES_AGAIN: Final = 3
_CONTENT: Final = Weighted({5: 38, 4: 34, 3: 17, 2: 7, 1: 4})
_LESS_CONTENT: Final = Weighted({5: 8, 4: 20, 3: 32, 2: 24, 1: 16})
_JUSTIFIED: Final = Weighted({Finding.JUSTIFIED: 65, Finding.PARTLY: 35})


class Story:
    """Tells itself when it is made; what would happen after the history is not told any more.

    Every row follows from the events that were told.
    """

    def __init__(self, world: World, dice: Dice, one: Grievance, key: int) -> None:
        dice.begin(world.seed, TELLING + one.order)
        self.one, self.key = one, key
        self._world, self._dice = world, dice
        self._shares = table("complaints")["shares"]
        self._now = moment(world.today, 0)
        day = one.at.astimezone(CHINA).toordinal()
        stay = min(day + _STAYS, world.last)
        here = world.present(one.store, "everyone", day)
        self._desk = world.present(one.store, one.desk.value, day)
        self.first = self._handler = dice.pick([who for who in here if world.works(who, stay)])
        is_light = dice.chance(self._shares["light"])
        self.severity = Severity.L1 if is_light else severities().draw(dice)
        self.topic = topic(dice, one.work, self.severity, is_light=is_light)
        self._plan: delays.Plan = table("complaints")[self.severity.value]
        hasty = table("complaints")["urgent"].get(self.severity.value)
        is_urgent = hasty is not None and not is_light and dice.chance(self._shares["urgent"])
        if is_urgent:
            self._plan = hasty
        self._case: tuple[str, ...] = ()
        """What will be found, and offered."""
        self.values = self._received(is_light=is_light)
        self._found: Row = {}
        self._late: tuple[str, ...] = ()
        self._over: set[str] = set()
        self.events: list[Row] = []
        self.remedies: list[Row] = []
        self._state: Row = {
            "stage": Stage.REGISTERED.value,
            "severity": self.severity.value,
            "urgency": (Urgency.URGENT if is_urgent else Urgency.ORDINARY).value,
            "department": one.desk.value,
            "handler_id": self.first,
        }
        self._tell(EventKind.REGISTERED, one.at, recorded_at=self.values["registered_at"])
        if is_light:
            self._answered_at_once()
        else:
            self._led()

    def _received(self, *, is_light: bool) -> Row:
        """What is written down at first, and never changes."""
        dice, one, about = self._dice, self.one, self.topic
        if is_light:
            words = dice.pick(about["words"])
        else:
            words, *case = dice.pick(about["cases"])
            self._case = tuple(case)
        job = one.job.rpartition(table("complaints")["texts"]["before_job"])[2]
        return {
            "received_at": one.at,
            "registered_at": one.at + dice.between(0, _WRITTEN_DOWN) * MINUTE,
            "kind": about["kind"] if is_light else ComplaintKind.COMPLAINT.value,
            "channel": channels().draw(dice),
            "words": words.format(job=job),
            "demand": "" if is_light else dice.pick(about["demands"]),
            "category_id": headings()[HeadingTree.CATEGORY, about["code"]],
            "is_safety": self.severity is Severity.L4,
        }

    # ---- what happened

    def _tell(
        self,
        kind: EventKind,
        at: datetime,
        *,
        by: int | None = None,
        note: str = "",
        details: Row | None = None,
        ends: tuple[str, ...] = (),
        recorded_at: datetime | None = None,
        **changes: Any,
    ) -> None:
        """`changes` are of the state; `ends` are the clocks that end with it."""
        if at >= self._now:
            return
        self._state |= changes
        self._over |= set(ends)
        self.events.append(
            {
                "complaint_id": self.key,
                "seq": len(self.events) + 1,
                "at": at,
                "recorded_at": recorded_at or at,
                "actor_id": by or self.first,
                "kind": kind.value,
                "note": note,
                "details": details or {},
                **self._state,
            }
        )

    def _note(self, kind: str) -> str:
        return str(self._dice.pick(table("complaints")["notes"][kind]))

    def _answered_at_once(self) -> None:
        """An enquiry, a suggestion or a grumble: answered and closed while he is there, or late
        in every clock, when it was left lying."""
        dice, one, close = self._dice, self.one, self._plan["close"]
        self._late = delays.CLOCKS if "answer" in delays.late_clocks(dice, self._plan) else ()
        if self._late:
            at = delays.too_late(dice, one.at, close)
        else:
            at = delays.in_time(dice, one.at, self._plan["acknowledge"]["met"])
        said = dice.pick(self.topic["replies"])
        self._tell(
            EventKind.REPLIED, at, note=said, ends=delays.CLOCKS[:2], stage=Stage.REPLIED.value
        )
        self._tell(EventKind.CLOSED, at + MINUTE, ends=delays.CLOCKS[2:], stage=Stage.CLOSED.value)

    def _led(self) -> None:
        dice, one, shares = self._dice, self.one, self._shares
        is_withdrawn = dice.chance(shares["withdrawn"])
        is_reopened, again_late = dice.chance(shares["reopened"]), dice.chance(shares["again_late"])
        if not is_withdrawn:
            self._late = delays.late_clocks(dice, self._plan)
        has_time = "first" in self._plan["close"] and not again_late
        ends = delays.ends(dice, one.at, self._plan, self._late, is_early=is_reopened and has_time)
        self._tell(
            EventKind.ACKNOWLEDGED,
            ends["acknowledge"],
            note=self._note("acknowledged"),
            details={"promised_at": None},
            ends=("acknowledge",),
            stage=Stage.ACKNOWLEDGED.value,
        )
        if is_withdrawn:
            [at] = between(dice, ends["acknowledge"], ends["answer"], 1)
            note = self._note("withdrawn")
            self._tell(EventKind.WITHDRAWN, at, note=note, stage=Stage.WITHDRAWN.value)
            return
        self._sorted(ends)
        self._looked_into(ends)
        self._settled(ends)
        if is_reopened and self._found["finding"] != Finding.UNJUSTIFIED.value:
            self._reopened(ends["close"], has_time=has_time)
        elif dice.chance(shares["surveyed"]):
            self._surveyed(ends["close"], _CONTENT)

    def _sorted(self, ends: dict[str, datetime]) -> None:
        """Given to whoever works on such things, passed on perhaps, and a first answer."""
        dice = self._dice
        sorted_at, passed_at = between(dice, ends["acknowledge"], ends["answer"], 2)
        self._handler = self.first if self.first in self._desk else dice.pick(self._desk)
        self._tell(
            EventKind.TRIAGED,
            sorted_at,
            note=self._note("triaged"),
            stage=Stage.TRIAGED.value,
            department=self.topic["department"],
            handler_id=self._handler,
        )
        others = [person for person in self._desk if person != self._handler]
        if others and dice.chance(self._shares["passed_on"]):
            was, self._handler = self._handler, dice.pick(others)
            note = self._note("transferred")
            self._tell(
                EventKind.TRANSFERRED, passed_at, by=was, note=note, handler_id=self._handler
            )
        self._tell(
            EventKind.CONTACTED,
            ends["answer"],
            by=self._handler,
            note=self._note("contacted"),
            details={"was_reached": True, "is_answer": True, "by_head": False},
            ends=("answer",),
        )

    def _looked_into(self, ends: dict[str, datetime]) -> None:
        """What was found, and what the customer is offered; he may want more."""
        found_at, prepared_at = between(self._dice, ends["answer"], ends["propose"], 2)
        self._found = self._finding()
        is_none = self._found["finding"] == Finding.UNJUSTIFIED.value
        found, offer = self._case
        if is_none:
            found, offer = self._note("unjustified_found"), self._note("unjustified_offers")
        by = self._handler
        self._tell(
            EventKind.FOUND,
            found_at,
            by=by,
            note=found,
            details=self._found,
            stage=Stage.INVESTIGATING.value,
        )
        self._tell(
            EventKind.PREPARED,
            prepared_at,
            by=by,
            note=self._note("prepared").format(offer=offer),
            stage=Stage.PROPOSAL_READY.value,
        )
        self._tell(
            EventKind.PROPOSED,
            ends["propose"],
            by=by,
            note=self._note("proposed").format(offer=offer),
            ends=("propose",),
            stage=Stage.PROPOSED.value,
        )

    def _finding(self) -> Row:
        if self._dice.chance(self._shares["unjustified"]):
            finding, cause = Finding.UNJUSTIFIED, _THE_CUSTOMER
        else:
            finding, cause = _JUSTIFIED.draw(self._dice), self._dice.pick(self.topic["causes"])
        whys = self._note("whys") if self.severity in MAJOR else ""
        cause_id = headings()[HeadingTree.CAUSE, cause]
        return {"finding": finding.value, "cause_id": cause_id, "whys": whys}

    def _settled(self, ends: dict[str, datetime]) -> None:
        """Agreed, answered, accepted, closed."""
        dice, by = self._dice, self._handler
        again = dice.chance(self._shares["rejected"])
        moments = iter(between(dice, ends["propose"], ends["close"], 10 if again else 7))
        if again:
            steps = (
                (EventKind.REJECTED, "rejected", Stage.REJECTED),
                (EventKind.PREPARED, "prepared_again", Stage.PROPOSAL_READY),
                (EventKind.PROPOSED, "proposed_again", Stage.PROPOSED),
            )
            for kind, note, stage in steps:
                self._tell(kind, next(moments), by=by, note=self._note(note), stage=stage.value)
        note = self._note("agreed")
        self._tell(EventKind.AGREED, next(moments), by=by, note=note, stage=Stage.AGREED.value)
        if self._found["finding"] != Finding.UNJUSTIFIED.value:
            self._made_good(next(moments), next(moments))
        if self.severity in MAJOR:
            self._tell(
                EventKind.CONTACTED,
                next(moments),
                by=dice.pick(self._world.directors),
                note=self._note("directed"),
                details={"was_reached": True, "is_answer": False, "by_head": True},
            )
        self._answered(moments, "replied", ends["close"])

    def _made_good(self, promised: datetime, done: datetime) -> None:
        """What was agreed is promised and done."""
        manager = self._world.managers[self.one.store]
        promise = promises.promised(self._dice, handler=self._handler, manager=manager)
        by, note = promise.by, promise.words
        if promised >= self._now:
            return
        details = promise.details(is_done=False)
        self._tell(EventKind.OFFERED, promised, by=by, note=note, details=details)
        details, stage = promise.details(is_done=True), Stage.EXECUTING.value
        self._tell(EventKind.EXECUTED, done, by=by, note=note, details=details, stage=stage)
        when = done if done < self._now else None
        self.remedies.append(promise.row(self.key, promised, when))

    def _answered(self, moments: Iterator[datetime], replied: str, closed: datetime) -> None:
        """The answer, confirmed by whoever stands for the complaint where another one gave it."""
        dice, by = self._dice, self.first
        if dice.chance(self._shares["answered_by_handler"]):
            by = self._handler
        note = self._note(replied)
        self._tell(EventKind.REPLIED, next(moments), by=by, note=note, stage=Stage.REPLIED.value)
        if by != self.first:
            self._tell(EventKind.CONFIRMED, next(moments), note=self._note("confirmed"))
        self._tell(
            EventKind.ACCEPTED,
            next(moments),
            note=self._note("accepted"),
            details={"is_silent": False},
        )
        # That a complaint is unjustified is not for its handler to say.
        is_none = self._found["finding"] == Finding.UNJUSTIFIED.value
        self._tell(
            EventKind.CLOSED,
            closed,
            by=self._world.managers[self.one.store] if is_none else self._handler,
            note=self._note("closed"),
            ends=("close",),
            stage=Stage.CLOSED.value,
        )

    def _reopened(self, closed: datetime, *, has_time: bool) -> None:
        """Not content after all; the clock of closing goes on where it stood."""
        dice, again = self._dice, table("complaints")["again"]
        day = closed.astimezone(CHINA).toordinal() + dice.between(*_REOPENED_AFTER)
        at = self._world.instant(dice, day)
        if has_time:
            end = delays.in_time(dice, at, again["met"])
        else:
            end = delays.too_late(dice, at, again)
        if at >= self._now:
            return
        note = self._note("reopened")
        self._tell(EventKind.REOPENED, at, note=note, stage=Stage.INVESTIGATING.value)
        self._over.discard("close")
        if not has_time and delays.has_limit(self._plan, "close"):
            self._late = tuple(one for one in delays.CLOCKS if one in {*self._late, "close"})
        moments = iter(between(dice, at, end, 4))
        self._tell(
            EventKind.FOUND,
            next(moments),
            by=self._handler,
            note=self._note("found_again"),
            details=self._found,
        )
        self._answered(moments, "replied_again", end)
        if dice.chance(self._shares["surveyed"]):
            self._surveyed(end, _LESS_CONTENT)

    def _surveyed(self, closed: datetime, content: Weighted[int]) -> None:
        dice = self._dice
        day = closed.astimezone(CHINA).toordinal() + dice.between(*_SURVEYED_AFTER)
        satisfaction = content.draw(dice)
        would_return = satisfaction >= _COMES_AGAIN
        self._tell(
            EventKind.SURVEYED,
            self._world.instant(dice, day),
            note=self._note("surveyed"),
            details={"satisfaction": satisfaction, "would_return": would_return},
            stage=Stage.SURVEYED.value,
        )

    # ---- what came of it

    @property
    def reopened(self) -> int:
        return sum(row["kind"] == EventKind.REOPENED.value for row in self.events)

    def truth(self) -> Complained:
        late = tuple(one for one in delays.CLOCKS if one in self._over and one in self._late)
        return Complained(self.key, self.one.order, late, self.reopened)
