"""What a complaint's story leaves in the tables beside its events."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from db.demo.data import table
from db.demo.dice import Dice
from db.demo.people import Row
from db.demo.stories import MAJOR, Story
from db.demo.world import CHINA, World
from db.models import ActionKind, EventKind, Stage, Verdict

_STATE: Final = ("stage", "severity", "urgency", "department", "handler_id")
_DUE: Final = ("acknowledge", "answer", "propose", "close", "next")
_ENDS: Final = {
    Stage.CLOSED.value: EventKind.CLOSED,
    Stage.SURVEYED.value: EventKind.CLOSED,
    Stage.WITHDRAWN.value: EventKind.WITHDRAWN,
}
"""Stage of an ended complaint -> the event that ended it."""
_DUE_AFTER, _DONE_BEFORE, _CHECKED_AFTER = (5, 15), (0, 3), (60, 90)


def complaint(story: Story, number: str) -> Row:
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
        **story.values,
        "demand_kind": table("complaints")["wanted"].get(story.values["demand"]),
        **{name: state[name] for name in _STATE},
        "first_responder_id": story.first,
        "accountable_id": story.first,
        "spokesperson_id": None,
        "is_media": False,
        "is_dispute": False,
        "is_legal": False,
        "has_director": story.has_director,
        "promised_at": None,
        "heard_at": None,
        "waiting_for": None,
        "finding": findings.get("finding"),
        "cause_id": findings.get("cause_id"),
        "whys": findings.get("whys"),
        "reopen_count": story.reopened,
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
    }


def actions(world: World, dice: Dice, story: Story) -> Iterator[Row]:
    """What removes the cause of a major complaint, planned when the cause was first found."""
    found = next((row for row in story.events if row["kind"] == EventKind.FOUND.value), None)
    if story.severity not in MAJOR or found is None:
        return
    shares, texts = (
        table("complaints")["shares"],
        table("complaints")["actions"][story.one.desk.value],
    )
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
            "what": dice.pick(texts[kind.value]),
            "owner_id": found["actor_id"],
            "due_on": date.fromordinal(due),
            "done_at": done_at if done <= world.last else None,
            "check_on": date.fromordinal(check),
            "checked_at": checked_at if is_checked else None,
            "verdict": verdict.value if is_checked else None,
            "recurrences": 0 if is_effective or not is_checked else dice.between(1, 3),
        }


def _latest(story: Story, kind: EventKind) -> Row | None:
    return next((row for row in reversed(story.events) if row["kind"] == kind.value), None)
