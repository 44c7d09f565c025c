"""What the demonstration dealer has done to better its contacts: proposals for scripts, reviews of
calls, numbers that turned out to be wrong."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, and_, func, insert, or_, select

from db.demo.data import table
from db.demo.dice import Dice
from db.demo.people import Row
from db.demo.world import CHINA, World
from db.demo.writers import table_of
from db.drawing import drawn
from db.models import (
    Cadence,
    CadenceStep,
    Customer,
    FileIssue,
    IssueKind,
    IssueState,
    ProposalState,
    QAReview,
    ScriptProposal,
    Touch,
    TouchKind,
)

_OF_STUDIO: Final = (1 << 40) - (1 << 35)
"""Where its dice begin: apart from all others."""
_GOOD, _FAIR = 85, 70
_MIDMONTH: Final = 15
_AFTERNOON: Final = time(15, 10)


def write_studio(connection: Connection, world: World) -> None:
    """All of it, once the customers and their calls are there."""
    dice = Dice()
    dice.begin(world.seed, _OF_STUDIO)
    connection.execute(insert(table_of(ScriptProposal)), list(_proposals(connection, world, dice)))
    if reviews := list(_reviews(connection, world, dice)):
        connection.execute(insert(table_of(QAReview)), reviews)
    if issues := list(_issues(connection, world, dice)):
        connection.execute(insert(table_of(FileIssue)), issues)


def _at(day: date) -> datetime:
    return datetime.combine(day, _AFTERNOON, tzinfo=CHINA).astimezone(UTC)


# ---- what was proposed to a rule's first version


def _proposals(connection: Connection, world: World, dice: Dice) -> Iterator[Row]:
    told = table("studio")
    rules, steps = table_of(Cadence).c, table_of(CadenceStep).c
    first = (
        select(steps.id)
        .join(table_of(Cadence), rules.id == steps.cadence_id)
        .where(rules.code == told["before"]["code"], rules.number == 1, steps.nth == 1)
    )
    step = connection.execute(first).scalar_one()
    manager = min(world.managers.values(), default=world.directors[0])
    for one in told["proposals"]:
        yield _proposal(world, dice, one, step, manager)


def _proposal(world: World, dice: Dice, told: Mapping[str, Any], step: int, manager: int) -> Row:
    callers = [one for desks in world.desks.values() for one in desks.service]
    at = _at(world.as_of - timedelta(days=told["days"] + 1))
    is_open = told["state"] == ProposalState.OPEN.value
    answered = None if is_open else at + timedelta(days=2)
    return {
        "step_id": step,
        "is_english": False,
        "script": told["script"],
        "reason": told["reason"],
        "state": told["state"],
        "created_at": at,
        "updated_at": answered or at,
        "author_id": dice.pick(callers),
        "answered_at": answered,
        "answered_by_id": None if is_open else manager,
        "answer": told.get("answer", ""),
        "version": 1 if is_open else 2,
    }


# ---- reviews of calls


def _reviews(connection: Connection, world: World, dice: Dice) -> Iterator[Row]:
    """Of the last months that are over; of each in the first half of the month that followed."""
    told = table("studio")
    share, least = Decimal(told["norms"]["share"]), int(told["norms"]["least"])
    month = world.as_of.replace(day=1)
    for _month in range(told["reviews"]["months"]):
        after, month = month, (month - timedelta(days=1)).replace(day=1)
        calls = _calls(connection, month, after)
        for (store, person), made in sorted(calls.items()):
            skill = _skill(world, person)
            for key in drawn(month, person, made, share, least):
                day = after + timedelta(days=dice.between(2, _MIDMONTH))
                if day >= world.as_of:
                    continue
                yield {
                    **_judged(dice, skill),
                    **_placed(world, dice, person, store, day),
                    "touch_id": key,
                    "customer_id": made[key],
                    "month": month,
                }


def _calls(
    connection: Connection, month: date, after: date
) -> Mapping[tuple[int, int], dict[int, int]]:
    """Store and person -> his calls of the month: touch -> customer."""
    touches = table_of(Touch).c
    begin, end = (
        datetime.combine(day, time(), tzinfo=CHINA).astimezone(UTC) for day in (month, after)
    )
    query = select(touches.store_id, touches.user_id, touches.id, touches.customer_id).where(
        touches.kind == TouchKind.CALL.value,
        ~touches.is_inbound,
        touches.user_id.is_not(None),
        touches.at >= begin,
        touches.at < end,
    )
    found: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for store, person, key, customer in connection.execute(query):
        found[store, person][key] = customer
    return found


def _skill(world: World, person: int) -> float:
    """How likely a person reaches an item: the same in every month."""
    dice = Dice()
    dice.begin(world.seed, _OF_STUDIO + person)
    return dice.between(66, 94) / 100


def _judged(dice: Dice, skill: float) -> Row:
    """Scores, what they come to, and a note that fits."""
    told = table("studio")["reviews"]
    scores = {}
    for item in told["items"]:
        if item == "promises" and dice.chance(0.3):
            continue  # nothing was promised
        scores[item] = 2 if dice.chance(skill) else dice.below(2)
    score = round(100 * sum(scores.values()) / (2 * len(scores)))
    notes = told["good" if score >= _GOOD else "fair" if score >= _FAIR else "weak"]
    return {"scores": scores, "score": score, "note": dice.pick(notes)}


def _placed(world: World, dice: Dice, person: int, store: int, day: date) -> Row:
    """By the store's manager, else by the director; read a day later by most."""
    manager = world.managers.get(store)
    at = _at(day)
    seen = at + timedelta(days=1)
    is_seen = dice.chance(0.85) and seen.date() < world.as_of
    return {
        "store_id": store,
        "owner_id": person,
        "reviewer_id": world.directors[0] if manager in {None, person} else manager,
        "created_at": at,
        "updated_at": seen if is_seen else at,
        "seen_at": seen if is_seen else None,
        "version": 2 if is_seen else 1,
    }


# ---- numbers that were wrong


def _issues(connection: Connection, world: World, dice: Dice) -> Iterator[Row]:
    """Of so many files one; of each store at least one, which is open."""
    told = table("studio")["issues"]
    customers = table_of(Customer).c
    is_sound = and_(
        customers.phone.is_not(None), ~customers.is_archived, customers.merged_into_id.is_(None)
    )
    firsts = select(func.min(customers.id)).where(is_sound).group_by(customers.store_id)
    query = (
        select(customers.id, customers.store_id)
        .where(
            or_(customers.id % told["every"] == told["every"] - 1, customers.id.in_(firsts)),
            is_sound,
        )
        .order_by(customers.id)
        .limit(told["most"])
    )
    shown: set[int] = set()
    for key, store in connection.execute(query).all():
        opened = _at(world.as_of - timedelta(days=dice.between(1, 40)))
        closed = opened + timedelta(days=dice.between(1, 5)) if dice.chance(0.3) else None
        if closed is not None and closed >= _at(world.as_of - timedelta(days=1)):
            closed = None
        if store not in shown:
            closed = None
        shown.add(store)
        people = world.desks[store].everyone
        by = dice.pick(people) if people else None
        kind = dice.pick((IssueKind.PHONE_WRONG, IssueKind.PHONE_UNREACHABLE))
        yield {
            "customer_id": key,
            "store_id": store,
            "owner_id": None,
            "field": "phone",
            "kind": kind.value,
            "state": (IssueState.CLOSED if closed else IssueState.OPEN).value,
            "task_id": None,
            "opened_at": opened,
            "opened_by_id": by,
            "closed_at": closed,
            "closed_by_id": by if closed else None,
            "note": dice.pick(told["notes"]) if closed else "",
            "created_at": opened,
            "updated_at": closed or opened,
            "version": 2 if closed else 1,
        }
