"""The last weeks of visits: the form that sales people wrote of each, what they promised there, the
plan of each of their weeks. Some write little, one copies himself, some hand in late."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from db.demo.data import table
from db.demo.dice import CRISES, STAFF, Dice
from db.demo.enclosures import paper
from db.demo.people import Row
from db.demo.world import CHINA, World
from db.demo.writers import table_of
from db.models import (
    CallAttempt,
    CallResult,
    Counter,
    Customer,
    Desk,
    FeedbackCode,
    PlannedVisit,
    PlanState,
    Promise,
    PromiseState,
    TaskState,
    Touch,
    TouchKind,
    Trigger,
    User,
    VisitForm,
    VisitKind,
    VisitPaper,
    VisitPlan,
    VisitTask,
)

MODELS: Final = (
    *(VisitTask, CallAttempt, VisitForm, VisitPaper, Promise, VisitPlan, PlannedVisit),
)
ANSWERS: Final = ("needs", "rivals", "gap", "improvement", "feedback", "strategy")
_KINDS: Final = {
    TouchKind.VISIT.value: VisitKind.VISIT,
    TouchKind.WALK_IN.value: VisitKind.RECEPTION,
}
_WEEK: Final = timedelta(days=7)
_WEEKS: Final = 8
_WEAK_ONE_IN, _COPIES_ONE_IN = 5, 7
"""Every so many of the writers."""
_STEPS: Final = (3, 5)
"""By which beginnings and endings take turns: eight of each, so that none comes back soon."""


def write_visits(connection: Connection, world: World) -> None:
    """Of every visit and reception of the last weeks that sales people had. Reads what was loaded,
    in the order of its ids, so that the same dealer has the same forms."""
    since = world.as_of - timedelta(days=world.as_of.weekday()) - _WEEKS * _WEEK
    touches = _touches(connection, since)
    by_writer: dict[int, list[Row]] = defaultdict(list)
    for one in touches:
        by_writer[one["user_id"]].append(one)
    made = _Made(world, _next_ids(connection))
    for nth, (writer, own) in enumerate(sorted(by_writer.items())):
        made.book(nth, writer, own)
        made.weeks(nth, writer, own[0]["store_id"], since)
    for model in MODELS:
        if rows := made.rows[model]:
            connection.execute(insert(table_of(model)), rows)
    if made.books:
        connection.execute(insert(table_of(Counter)), made.books)


def _touches(connection: Connection, since: date) -> list[Row]:
    touch, user, customer = table_of(Touch).c, table_of(User).c, table_of(Customer).c
    query = (
        select(
            *(touch.id, touch.customer_id, touch.store_id, touch.owner_id, touch.user_id),
            *(touch.at, touch.kind, touch.next_contact_on),
        )
        .join(table_of(User), user.id == touch.user_id)
        .join(table_of(Customer), customer.id == touch.customer_id)
        .where(
            touch.at >= datetime.combine(since, time(), tzinfo=CHINA),
            touch.kind.in_([TouchKind.VISIT, TouchKind.WALK_IN]),
            user.desk == Desk.SALES,
            user.is_active,
            customer.merged_into_id.is_(None),
        )
        .order_by(touch.at, touch.id)
    )
    return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - its way


def _next_ids(connection: Connection) -> dict[Any, int]:
    """Where each table's ids go on: others may have filled it before."""
    keyed = [model for model in MODELS if model is not PlannedVisit]
    return {
        model: (connection.execute(select(func.max(table_of(model).c.id))).scalar() or 0) + 1
        for model in keyed
    }


class _Made:
    """Rows as they are made, writer by writer."""

    def __init__(self, world: World, ids: Mapping[Any, int]) -> None:
        self.rows: dict[Any, list[Row]] = {model: [] for model in MODELS}
        self.books: list[Row] = []
        self._world, self._ids, self._dice = world, dict(ids), Dice()
        self._now = datetime.combine(world.as_of, time(), tzinfo=CHINA).astimezone(UTC)
        self._tasks: dict[tuple[int, date], list[int]] = defaultdict(list)

    def _add(self, model: Any, row: Row) -> int:
        key: int = self._ids[model]
        self._ids[model] += 1
        stamps = {"version": 1, "created_at": self._now, "updated_at": self._now}
        known = table_of(model).columns
        self.rows[model].append(
            {name: value for name, value in stamps.items() if name in known} | {"id": key} | row
        )
        return key

    def book(self, nth: int, writer: int, touches: Sequence[Row]) -> None:
        """One person's forms, in the order in which he wrote them."""
        self._dice.begin(self._world.seed, STAFF + CRISES + writer)
        for place, touch in enumerate(touches):
            self._form(nth, writer, place, touch)
        last = {"series": f"visit_forms:{writer}", "value": len(touches), "details": None}
        self.books.append(last)

    def _form(self, nth: int, writer: int, place: int, touch: Row) -> None:
        dice, at = self._dice, touch["at"]
        day = at.astimezone(CHINA).date()
        scope = {
            "customer_id": touch["customer_id"],
            "store_id": touch["store_id"],
            "owner_id": writer,
        }
        lag = timedelta(hours=dice.between(1, 6))
        if dice.chance(0.12):
            lag = timedelta(days=dice.between(2, 4))
        written = min(at + lag, self._now)
        next_on = touch["next_contact_on"]
        task = self._add(VisitTask, _task(touch, scope, day, written, writer))
        self._tasks[writer, day - timedelta(days=day.weekday())].append(task)
        self._add(CallAttempt, _attempt(touch, scope, task, writer))
        answers, marks = _answers(dice, nth, place)
        improve_on = day + timedelta(days=dice.between(3, 10))
        form = self._add(
            VisitForm,
            {
                **scope,
                **answers,
                **self._improved(written, improve_on, writer),
                "number": f"BF-{writer:03d}-{place + 1:04d}",
                "task_id": task,
                "touch_id": touch["id"],
                "writer_id": writer,
                "visited_place": dice.pick(table("visits")["places"]),
                "started_at": at - timedelta(minutes=dice.between(25, 90)),
                "ended_at": at,
                "written_at": written,
                "met": dice.pick(table("visits")["met"]),
                "companion_id": self._world.managers.get(touch["store_id"])
                if dice.chance(0.15)
                else None,
                "improve_on": improve_on,
                "codes": sorted({dice.pick(list(FeedbackCode)).value for _ in range(2)}),
                "marks": marks,
                "quality": sum(marks.values()),
                "next_on": next_on,
                "next_purpose": dice.pick(table("visits")["purposes"]) if next_on else "",
                "no_more": "" if next_on else table("visits")["no_more"],
            },
        )
        self._photo(dice, scope, form, written, writer)
        if dice.chance(0.4):
            self._promise(scope, task, written, writer)

    def _improved(self, written: datetime, improve_on: date, writer: int) -> Row:
        """Mostly by its day, now and then later, now and then never."""
        late = self._dice.between(1, 6) if self._dice.chance(0.2) else 0
        at = datetime.combine(improve_on + timedelta(days=late), time(15), tzinfo=CHINA)
        if self._dice.chance(0.15) or at >= self._now or at < written:
            return {"improved_at": None, "improved_by_id": None, "outcome": ""}
        words = self._dice.pick(table("visits")["promises"]["kept"])
        return {"improved_at": at.astimezone(UTC), "improved_by_id": writer, "outcome": words}

    def _photo(self, dice: Dice, scope: Row, form: int, at: datetime, writer: int) -> None:
        if not dice.chance(0.15):
            return
        photos = [one["code"] for one in table("beside")["papers"] if "boxes" in one]
        row = {**scope, **paper(dice.pick(photos)), "form_id": form}
        self._add(VisitPaper, row | {"added_at": at, "added_by_id": writer})

    def _promise(self, scope: Row, task: int, at: datetime, writer: int) -> None:
        dice, told = self._dice, table("visits")["promises"]
        day = at.astimezone(CHINA).date() + timedelta(days=dice.between(2, 9))
        due = datetime.combine(day, time(17), tzinfo=CHINA).astimezone(UTC)
        closed = due + timedelta(hours=dice.pick((-30, -20, -8, -3, 20)))
        is_open = dice.chance(0.15) or closed >= self._now
        is_kept = dice.chance(0.85)
        state = PromiseState.KEPT if is_kept else PromiseState.BROKEN
        row = {
            "what": dice.pick(told["what"]),
            "made_at": at,
            "made_by_id": writer,
            "due_at": due,
            "task_id": task,
            "state": PromiseState.OPEN if is_open else state,
            "closed_at": None if is_open else closed,
            "closed_by_id": None if is_open else writer,
            "told_by": None if is_open else dice.pick((TouchKind.CALL, TouchKind.WECHAT)),
            "told_at": None if is_open else closed,
            "reply": "" if is_open else dice.pick(told["kept" if is_kept else "broken"]),
        }
        self._add(Promise, {**scope, **row})

    def weeks(self, nth: int, writer: int, store: int, since: date) -> None:
        """The plans of the weeks behind, of this one, and of the next one where it is written."""
        for ago in range(_WEEKS, -2, -1):
            monday = since + (_WEEKS - ago) * _WEEK
            is_missing = self._dice.chance(0.08) and nth > 0
            if is_missing or (ago == -1 and nth % 2):
                continue
            plan = self._add(VisitPlan, self._plan(writer, store, monday, ago))
            self.rows[PlannedVisit] += [
                {"task_id": task, "plan_id": plan} for task in self._tasks[writer, monday]
            ]

    def _plan(self, writer: int, store: int, monday: date, ago: int) -> Row:
        dice, told = self._dice, table("visits")["plans"]

        def at(days: int, hour: int) -> datetime:
            moment = datetime.combine(monday + timedelta(days=days), time(hour), tzinfo=CHINA)
            return min(moment.astimezone(UTC), self._now)

        lead = self._world.managers.get(store)
        is_over, is_next = ago > 0, ago < 0
        state = PlanState.REVIEWED if is_over else PlanState.APPROVED
        state = PlanState.SUBMITTED if is_next else state
        is_decided = not is_next
        return {
            "store_id": store,
            "rep_id": writer,
            "week_on": monday,
            "area": dice.pick(told["area"]),
            "target": dice.between(3, 8),
            "focus": dice.pick(told["focus"]),
            "state": state,
            "submitted_at": at(-1, 10) if dice.chance(0.15) else at(-3, dice.between(11, 17)),
            "decided_at": at(-1, 17) if is_decided else None,
            "decided_by_id": lead if is_decided else None,
            "note": dice.pick(told["note"]) if is_decided else "",
            "summary": dice.pick(told["summary"]) if is_over else "",
            "summed_at": at(5, 17) if is_over else None,
            "reviewed_at": at(7, 10) if is_over else None,
            "reviewed_by_id": lead if is_over else None,
            "verdict": dice.pick(told["verdict"]) if is_over else "",
        }


def _task(touch: Row, scope: Row, day: date, ended: datetime, writer: int) -> Row:
    return {
        **scope,
        "vehicle_id": None,
        "order_id": None,
        "complaint_id": None,
        "desk": Desk.SALES,
        "kind": _KINDS[touch["kind"]],
        "trigger": Trigger.MANUAL,
        "step_id": None,
        "trigger_key": f"visit:{touch['id']}:{writer}",
        "is_marketing": False,
        "purpose": table("visits")["purposes"][touch["id"] % len(table("visits")["purposes"])],
        "priority": 5,
        "due_from": day,
        "due_to": day,
        "expires_on": day + _WEEK,
        "not_before": None,
        "state": TaskState.DONE,
        "hold": None,
        "held_until": None,
        "merged_into_id": None,
        "attempts": 0,
        "rescheduled": 0,
        "next_on": touch["next_contact_on"],
        "reason": "",
        "ended_at": ended,
    }


def _attempt(touch: Row, scope: Row, task: int, writer: int) -> Row:
    """He was there, and met the customer."""
    return {
        **scope,
        "task_id": task,
        "at": touch["at"],
        "user_id": writer,
        "kind": _KINDS[touch["kind"]],
        "result": CallResult.CONNECTED,
        "duration_seconds": None,
        "touch_id": touch["id"],
        "note": "",
    }


def _answers(dice: Dice, nth: int, place: int) -> tuple[dict[str, str], dict[str, int]]:
    """What somebody writes on his form of this place, and what each answer is worth: 1 where it is
    short or copied, 2 where it says something."""
    is_copyist = nth % _COPIES_ONE_IN == 1
    is_weak = nth % _WEAK_ONE_IN == 2  # noqa: PLR2004 - the third of five
    told = table("visits")
    answers, marks = {}, {}
    for at, name in enumerate(ANSWERS):
        begins, ends = told[name]["begin"], told[name]["end"]
        turn = 0 if is_copyist else place
        begin = begins[(nth + at + turn * _STEPS[0]) % len(begins)]
        end = ends[(nth + 2 * at + turn * _STEPS[1] + turn // len(begins)) % len(ends)]
        answers[name] = told["answer"].format(begin=begin, end=end).format(model=told["model"])
        marks[name] = 1 if is_copyist and place else 2
        if dice.chance(0.6 if is_weak else 0.05) and not is_copyist:
            answers[name], marks[name] = dice.pick(told["weak"]), 1
    return answers, marks
