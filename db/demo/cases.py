"""What a complaint's story leaves in the tables beside its events."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from db.demo.crises import Crisis
from db.demo.data import table
from db.demo.diaries import STATE
from db.demo.dice import Dice
from db.demo.people import Row
from db.demo.stories import MAJOR, Story
from db.demo.world import CHINA, World
from db.models import ActionKind, EventKind, Stage, Verdict

_DUE: Final = ("acknowledge", "answer", "propose", "close", "next")
_ENDS: Final = {
    Stage.CLOSED.value: EventKind.CLOSED,
    Stage.SURVEYED.value: EventKind.CLOSED,
    Stage.WITHDRAWN.value: EventKind.WITHDRAWN,
}
"""Stage of an ended complaint -> the event that ended it."""
_DUE_AFTER, _DONE_BEFORE, _CHECKED_AFTER = (5, 15), (0, 3), (60, 90)


def complaint(world: World, story: Story | Crisis, number: str) -> Row:
    """The complaint as its last event left it. When its clocks are due the first sweep writes."""
    one, state = story.one, story.events[-1]
    ended = _latest(story, _ENDS[state["stage"]]) if state["stage"] in _ENDS else None
    asked, found = _latest(story, EventKind.SURVEYED), _latest(story, EventKind.FOUND)
    answers = asked["details"] if asked else {}
    findings = found["details"] if found else {}
    return {
        "id": story.key,
        "number": number,
        "external_no": "",
        "store_id": one.store,
        "customer_id": one.customer,
        "vehicle_id": one.vehicle,
        "order_id": one.order,
        "product": None,
        "person": "",
        "phone": one.phone,
        "address": None,
        "link": None,
        "demand_kind": table("complaints")["wanted"].get(story.values["demand"]),
        **{name: state[name] for name in STATE},
        "first_responder_id": story.first,
        "accountable_id": story.first,
        "spokesperson_id": None,
        "is_media": False,
        "is_dispute": False,
        "is_legal": False,
        "has_director": _has_director(world, story),
        "promised_at": None,
        "heard_at": None,
        "waiting_for": None,
        "finding": findings.get("finding"),
        "cause_id": findings.get("cause_id"),
        "whys": findings.get("whys"),
        "reopen_count": sum(row["kind"] == EventKind.REOPENED.value for row in story.events),
        "parent_id": None,
        "legal_stage": "",
        "satisfaction": answers.get("satisfaction"),
        "would_return": answers.get("would_return"),
        "closed_at": ended["at"] if ended else None,
        **{f"{clock}_due_at": None for clock in _DUE},
        "voided_at": None,
        "version": len(story.events),
        "created_at": story.values["registered_at"],
        "updated_at": state["recorded_at"],
        **story.values,
    }


def _has_director(world: World, story: Story | Crisis) -> bool:
    """Whether the director has talked with the customer."""
    talk = EventKind.CONTACTED.value
    return any(row["actor_id"] in world.directors for row in story.events if row["kind"] == talk)


def actions(world: World, dice: Dice, story: Story | Crisis) -> Iterator[Row]:
    """What removes the cause of a major complaint, planned when the cause was first found."""
    found = next((row for row in story.events if row["kind"] == EventKind.FOUND.value), None)
    if story.severity not in MAJOR or found is None or not found["details"]["cause_id"]:
        return
    shares, texts = (
        table("complaints")["shares"],
        table("complaints")["actions"][story.one.desk.value],
    )
    own = story.actions if isinstance(story, Crisis) else {}
    for kind in (ActionKind.CORRECTIVE, ActionKind.PREVENTIVE):
        due = found["at"].astimezone(CHINA).toordinal() + dice.between(*_DUE_AFTER)
        done = due - dice.between(*_DONE_BEFORE)
        check = due + dice.between(*_CHECKED_AFTER)
        done_at, checked_at = world.instant(dice, done), world.instant(dice, check)
        is_checked, is_effective = check <= world.last, dice.chance(shares["effective"])
        verdict = Verdict.EFFECTIVE if is_effective else Verdict.INEFFECTIVE
        yield {
            "complaint_id": story.key,
            "kind": kind.value,
            "what": own.get(kind.value) or dice.pick(texts[kind.value]),
            "owner_id": found["actor_id"],
            "due_on": date.fromordinal(due),
            "done_at": done_at if done <= world.last else None,
            "check_on": date.fromordinal(check),
            "checked_at": checked_at if is_checked else None,
            "verdict": verdict.value if is_checked else None,
            "recurrences": 0 if is_effective or not is_checked else dice.between(1, 3),
        }


def _latest(story: Story | Crisis, kind: EventKind) -> Row | None:
    return next((row for row in reversed(story.events) if row["kind"] == kind.value), None)
