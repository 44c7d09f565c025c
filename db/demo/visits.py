"""Twelve weeks of the visit plan: the contacts that followed from the rules, and each attempt.

A contact was made where the history has a talk with the customer in its days; of the others some
become talks of their own, the rest were tried in vain, held, or forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from db.demo import contacts
from db.demo.data import table
from db.demo.dice import VISITING, Dice
from db.demo.people import File, Part, Row
from db.demo.visit_rules import DAYS, Step, steps_of_rules, told
from db.demo.world import CHINA, World, moment
from db.models import (
    CallResult,
    CustomerKind,
    Desk,
    Hold,
    Lifecycle,
    OrderKind,
    TaskState,
    TouchKind,
    ValueClass,
    VisitKind,
)

AHEAD: Final = 7
"""Days for which contacts are there before they are due."""
_LATE: Final = 4
"""Days after its time in which a talk still counts as the contact."""
_TALKED: Final = 0.5
"""Of the contacts that no talk of the history stands for, those that became one."""
_FATES: Final = (
    *[TaskState.MISSED] * 6,
    *[TaskState.EXPIRED] * 6,
    *[TaskState.SUPPRESSED] * 4,
    *[TaskState.UNREACHABLE] * 3,
    TaskState.DECLINED,
)
_HOLDS: Final = (Hold.SPACING, Hold.SPACING, Hold.SPACING, Hold.OPEN_COMPLAINT, Hold.DO_NOT_CONTACT)
_IN_VAIN: Final = (CallResult.NO_ANSWER, CallResult.NO_ANSWER, CallResult.BUSY, CallResult.OFF)
_TRIED: Final = ((9 * 60, 150), (11 * 60 + 30, 180), (14 * 60 + 30, 210))
"""When one tries who does not reach anybody: from a minute of the day on, for so many."""
_SPOKEN: Final = {TouchKind.CALL: VisitKind.CALL, TouchKind.WECHAT: VisitKind.MESSAGE}
_PURPOSES: Final = {
    "after_repair": "after_service",
    "new_car": "after_sale",
    "birthday": "birthday",
    "important": "campaign",
    "potential": "follow_up",
}
"""Rule -> what was talked about (`touches.toml`)."""
_AGREED: Final = 0.4


@dataclass(slots=True)
class Plan:
    """What one customer's contacts are made of, and where they go. `talks` are his touches,
    without ids, oldest first: further ones are put among them."""

    world: World
    dice: Dice
    file: File
    model: str
    talks: list[Row]
    ids: Iterator[int]
    tasks: list[Row]
    tries: list[tuple[Row, Row | None]]
    """Attempts without ids, each with the talk that it became."""


def plan(one: Plan, orders: list[Row]) -> None:
    """The contacts that followed from the last weeks."""
    if one.file.part is not Part.TRUE or one.file.row["merged_into_id"] is not None:
        return
    one.dice.begin(one.world.seed, VISITING + one.file.id)
    used: set[int] = set()
    before: Row | None = None
    for day, step, key, order in sorted(_wanted(one, orders), key=lambda each: (each[0], each[2])):
        task = _task(one, step, day, key, order)
        one.tasks.append(task)
        # What is due within three days of another one is made together with it.
        if (
            before is not None
            and before["state"] == TaskState.DONE.value
            and (task["due_from"] - before["due_from"]).days <= 3  # noqa: PLR2004 - spec 2.3
            and before["trigger_key"] != key  # those of one course stay apart
        ):
            task["state"], task["merged_into_id"] = TaskState.MERGED.value, before["id"]
            task["ended_at"] = before["ended_at"]
            continue
        _fate(one, task, step, used)
        before = task


Wanted = tuple[int, Step, str, Row | None]
"""The day that a contact follows, its step, its key, its order."""


def _wanted(one: Plan, orders: list[Row]) -> Iterator[Wanted]:
    world, dice, row = one.world, one.dice, one.file.row
    since, until = world.today - DAYS, world.today + AHEAD
    for order in orders:
        closed = order["closed_on"]
        if closed is None or order["voided_at"] is not None:
            continue
        code = "new_car" if order["kind"] == OrderKind.SALE.value else "after_repair"
        for step in steps_of_rules()[code]:
            if closed.toordinal() >= since and closed.toordinal() + step.told["days"] <= until:
                yield closed.toordinal(), step, f"order:{order['id']}", order
    of_class = _class_of(row)
    if of_class is not None and one.file.quiet_since >= world.today:
        [step] = steps_of_rules()[of_class]
        anchor = since + dice.below(DAYS + AHEAD) - step.told["days"]
        if anchor >= one.file.created and dice.chance(0.7):
            yield anchor, step, f"class:{one.file.id}:{date.fromordinal(anchor)}", None
    born = row["birthday"]
    if born is not None and row["kind"] == CustomerKind.PERSON.value:
        [step] = steps_of_rules()["birthday"]
        day = date(world.as_of.year, born.month, min(born.day, 28)).toordinal()
        if since <= day <= until and day >= one.file.created:
            yield day, step, f"birthday:{one.file.id}:{world.as_of.year}", None


def _class_of(row: Row) -> str | None:
    if row["lifecycle"] == Lifecycle.POTENTIAL.value:
        return "potential"
    is_important = row["value_class"] == ValueClass.IMPORTANT.value
    is_existing = row["lifecycle"] == Lifecycle.EXISTING.value
    return "important" if is_existing and is_important else None


def _task(one: Plan, step: Step, day: int, key: str, order: Row | None) -> Row:
    rule = told()[step.code]
    begin = day + step.told["days"]
    made = max(moment(max(day, begin - 14), 7 * 60), one.file.row["created_at"])
    desk = Desk(rule["desk"])
    return {
        "id": next(one.ids),
        "customer_id": one.file.id,
        "vehicle_id": order["vehicle_id"] if order else None,
        "order_id": order["id"] if order else None,
        "complaint_id": None,
        "desk": desk.value,
        "kind": step.told["kind"],
        "trigger": rule["trigger"],
        "step_id": step.id,
        "campaign_id": None,
        "lacked": 0,
        "trigger_key": key,
        "is_marketing": rule.get("is_marketing", False),
        "purpose": "",
        "priority": step.told["weight"],
        "due_from": date.fromordinal(begin),
        "due_to": date.fromordinal(begin + step.told["window"]),
        "expires_on": date.fromordinal(day + step.told["last"]),
        "not_before": None,
        "state": TaskState.PLANNED.value,
        "hold": None,
        "held_until": None,
        "merged_into_id": None,
        "attempts": 0,
        "rescheduled": 0,
        "last_move": {},
        "next_on": None,
        "reason": "",
        "created_at": made,
        "updated_at": made,
        "ended_at": None,
        "version": 1,
        "store_id": one.file.store_id,
        "owner_id": _keeper(one, desk),
    }


def _keeper(one: Plan, desk: Desk) -> int | None:
    """Who keeps the file, where that is his desk's work and he is still here."""
    owner = one.file.owner_id
    return owner if owner in _people(one, desk.value, one.world.today) else None


def _people(one: Plan, desk: str, day: int) -> list[int]:
    return one.world.present(one.file.store_id, desk, day)


def _fate(one: Plan, task: Row, step: Step, used: set[int]) -> None:
    """What became of it by this morning."""
    begin, last = task["due_from"].toordinal(), task["expires_on"].toordinal()
    if begin > one.world.last:
        return
    talk = _talk_of(one, task, used) or _new_talk(one, task, step)
    if talk is not None:
        _made(one, task, talk)
        return
    if last >= one.world.today:  # still to be made; some were tried already
        if one.dice.chance(0.25):
            _try(one, task, 1)
        return
    _ended(one, task, one.dice.pick(_FATES))


def _talk_of(one: Plan, task: Row, used: set[int]) -> Row | None:
    begin = moment(task["due_from"].toordinal(), 0)
    end = moment(task["due_to"].toordinal() + _LATE, 24 * 60)
    for place, talk in enumerate(one.talks):
        is_ours = not talk["is_inbound"] and talk["kind"] in _SPOKEN
        if is_ours and begin <= talk["at"] < end and place not in used and talk["user_id"]:
            used.add(place)
            return talk
    return None


def _new_talk(one: Plan, task: Row, step: Step) -> Row | None:
    """A talk that only the plan brought about; quiet customers had none."""
    world, dice = one.world, one.dice
    day = task["due_from"].toordinal() + dice.below(step.told["window"] + 2)
    people = _people(one, task["desk"], day) if day <= world.last else []
    if day > min(world.last, one.file.quiet_since) or not people or not dice.chance(_TALKED):
        return None
    text, agreed = contacts.text(dice, _PURPOSES[step.code], one.model, day)
    owner = task["owner_id"]
    caller = owner if owner in people else dice.pick(people)
    at = max(world.instant(dice, day), one.file.row["created_at"])
    talk = _talk(one, task, at, text, caller)
    talk["next_contact_on"] = date.fromordinal(agreed) if agreed else None
    return talk


def _talk(one: Plan, task: Row, at: datetime, text: str, caller: int) -> Row:
    is_call = task["kind"] == VisitKind.CALL.value
    talk = {
        "customer_id": one.file.id,
        "at": at,
        "kind": (TouchKind.CALL if is_call else TouchKind.WECHAT).value,
        "is_inbound": False,
        "summary": text,
        "user_id": caller,
        "next_contact_on": None,
        **one.file.scope,
    }
    one.talks.append(talk)
    return talk


def _made(one: Plan, task: Row, talk: Row) -> None:
    if one.dice.chance(0.35):
        _try(one, task, 1 + one.dice.below(2), before=talk["at"])
    task |= {"state": TaskState.DONE.value, "ended_at": talk["at"], "owner_id": talk["user_id"]}
    task["next_on"] = talk["next_contact_on"]
    if task["next_on"] is None and one.dice.chance(_AGREED):
        at = talk["at"].astimezone(CHINA).date()
        task["next_on"] = talk["next_contact_on"] = at + timedelta(days=one.dice.between(14, 60))
    kind = _SPOKEN[TouchKind(talk["kind"])]
    result = _attempt(one, task, talk["at"], CallResult.CONNECTED, talk["user_id"])
    seconds = one.dice.between(25, 420) if kind is VisitKind.CALL else None
    one.tries.append((result | {"duration_seconds": seconds, "kind": kind.value}, talk))


def _ended(one: Plan, task: Row, state: TaskState) -> None:
    """Not made: what happened instead."""
    last = task["expires_on"].toordinal()
    ended = moment(last + 1, 6 * 60)
    if state is TaskState.SUPPRESSED:
        task["hold"] = one.dice.pick(_HOLDS).value
    elif state is TaskState.EXPIRED:
        _try(one, task, 1 + one.dice.below(2))
    elif state in {TaskState.UNREACHABLE, TaskState.DECLINED}:
        tries = 3 if state is TaskState.UNREACHABLE else 1
        ended = _try(one, task, tries, is_refused=state is TaskState.DECLINED) or ended
    task |= {"state": state.value, "ended_at": ended}


def _try(
    one: Plan,
    task: Row,
    times: int,
    *,
    before: datetime | None = None,
    is_refused: bool = False,
) -> datetime | None:
    """So many attempts, one a day and at another time of it each; returns the last one's moment."""
    world, dice = one.world, one.dice
    at = None
    for nth in range(times):
        day = task["due_from"].toordinal() + nth
        people = _people(one, task["desk"], day) if day <= world.last else []
        begin, length = _TRIED[(nth + one.file.id) % len(_TRIED)]
        tried = moment(day, begin + dice.below(length))
        if not people or (before is not None and tried >= before) or tried < task["created_at"]:
            break
        caller = task["owner_id"] if task["owner_id"] in people else dice.pick(people)
        task["owner_id"], at = caller, tried
        result = CallResult.REFUSED if is_refused else dice.pick(_IN_VAIN)
        talk = None
        if is_refused:
            task["reason"] = dice.pick(table("visits")["refused"])
            talk = _talk(one, task, at, task["reason"], caller)
        one.tries.append((_attempt(one, task, at, result, caller), talk))
        task["attempts"] += not is_refused
    return at


def _attempt(one: Plan, task: Row, at: datetime, result: CallResult, who: int) -> Row:
    return {
        "task_id": task["id"],
        "customer_id": one.file.id,
        "at": at,
        "user_id": who,
        "kind": task["kind"],
        "result": result.value,
        "duration_seconds": None,
        "touch_id": None,
        "note": "",
        "store_id": task["store_id"],
        "owner_id": task["owner_id"],
    }
