"""The campaigns of the demonstration dealer: a service event that is over, with its answers and
guests; one to which customers are invited; and the delivered ones as drafts.

Of those who were invited, some were called for another reason in those days, and were invited at
that call; the others were missed. Whom the running one has not reached yet, the sweep takes in.
"""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from db.demo.data import table
from db.demo.dice import Dice
from db.demo.people import Row
from db.demo.world import CHINA, World
from db.demo.writers import table_of
from db.models import (
    Campaign,
    CampaignAnswer,
    CampaignKind,
    CampaignState,
    Customer,
    CustomerSummary,
    Desk,
    Lifecycle,
    Rsvp,
    TaskState,
    Trigger,
    ValueClass,
    VisitKind,
    VisitTask,
)

_DELIVERED: Final = Path(__file__).parents[2] / "services" / "campaigns" / "campaigns.toml"
_OF_CAMPAIGNS: Final = (1 << 40) - (1 << 36)
"""Where its dice begin: apart from all others."""
_MOST: Final = 60
_MISSED_ONE_IN: Final = 5
_DAY: Final = timedelta(days=1)


def write_campaigns(connection: Connection, world: World) -> None:
    """All of it, once the customers and their contacts are there."""
    dice = Dice()
    dice.begin(world.seed, _OF_CAMPAIGNS)
    store = min(world.stores)
    for name in ("over", "running"):
        told = table("campaigns")[name]
        [key] = connection.execute(
            insert(table_of(Campaign)).returning(table_of(Campaign).c.id),
            _campaign(world, store, told),
        ).scalars()
        contacts = _contacts(connection, world, store, told)
        tasks = [_task(key, world, told, one) for one in contacts]
        if tasks:
            connection.execute(insert(table_of(VisitTask)), tasks)
        if answers := list(_answers(key, world, told, contacts, dice)):
            connection.execute(insert(table_of(CampaignAnswer)), answers)
    connection.execute(insert(table_of(Campaign)), list(_drafts(world)))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=CHINA).astimezone(UTC)


def _day(world: World, days: int) -> date:
    return world.as_of + days * _DAY


def _campaign(world: World, store: int, told: Row) -> Row:
    begun = _at(_day(world, told["begin"] - 4), 10)
    approved = _at(_day(world, told["begin"] - 3), 16)
    return {
        **{name: told[name] for name in ("code", "name", "name_en", "script", "script_en")},
        "kind": CampaignKind.INVITATION,
        "store_id": store,
        "desk": Desk.SERVICE,
        "channel": VisitKind.CALL,
        "lifecycle": Lifecycle.EXISTING,
        "value_class": _value_class(told),
        "quiet_days": None,
        "lacks_fields": False,
        "is_marketing": True,
        "from_on": _day(world, told["begin"]),
        "until_on": _day(world, told["last"]),
        "event_on": _day(world, told["event"]),
        "capacity": told["capacity"],
        "state": CampaignState.APPROVED,
        "created_at": begun,
        "updated_at": approved,
        "author_id": world.managers.get(store),
        "approved_at": approved,
        "approved_by_id": world.directors[0],
        "ended_at": None,
        "ended_by_id": None,
        "end_reason": "",
        "version": 3,
    }


def _value_class(told: Row) -> ValueClass | None:
    return ValueClass(told["value_class"]) if "value_class" in told else None


def _drafts(world: World) -> Iterator[Row]:
    at = _at(world.as_of - _DAY, 9)
    for code, told in tomllib.loads(_DELIVERED.read_text(encoding="utf-8")).items():
        yield {
            **{name: told[name] for name in ("name", "name_en", "script", "script_en")},
            "code": code,
            "kind": CampaignKind(told["kind"]),
            "store_id": None,
            "desk": Desk(told["desk"]),
            "channel": VisitKind(told["channel"]),
            "lifecycle": Lifecycle(told["lifecycle"]),
            "quiet_days": told.get("quiet_days"),
            "lacks_fields": False,
            "is_marketing": told.get("is_marketing", False),
            "capacity": told.get("capacity"),
            "state": CampaignState.DRAFT,
            "created_at": at,
            "updated_at": at,
            "end_reason": "",
            "version": 1,
        }


def _contacts(connection: Connection, world: World, store: int, told: Row) -> Sequence[Any]:
    """The calls in which somebody was reached in those days, of each customer the first."""
    task, customer, summary = (
        table_of(model).c for model in (VisitTask, Customer, CustomerSummary)
    )
    query = (
        select(
            *(task.id, task.customer_id, task.store_id, task.owner_id, task.vehicle_id),
            *(task.ended_at, summary.missing),
        )
        .join(table_of(Customer), customer.id == task.customer_id)
        .join(table_of(CustomerSummary), summary.customer_id == task.customer_id)
        .where(
            task.state == TaskState.DONE,
            task.kind == VisitKind.CALL,
            task.step_id.is_not(None),
            task.ended_at >= _at(_day(world, told["begin"]), 0),
            task.ended_at < _at(min(world.as_of, _day(world, told["last"] + 1)), 0),
            customer.store_id == store,
            task.store_id == store,
            customer.lifecycle == Lifecycle.EXISTING,
            ~customer.is_archived,
            customer.merged_into_id.is_(None),
            *([customer.value_class == _value_class(told)] if "value_class" in told else []),
        )
        .order_by(task.ended_at, task.id)
    )
    first: dict[int, Any] = {}
    for row in connection.execute(query):
        first.setdefault(row.customer_id, row)
    return list(first.values())[:_MOST]


def _is_missed(told: Row, contact: Any) -> bool:
    """Of the event that is over, some were called otherwise, and not about it."""
    return bool(told["event"] < 0 and contact.customer_id % _MISSED_ONE_IN == 0)


def _task(campaign: int, world: World, told: Row, contact: Any) -> Row:
    """Made together with the call of those days, or missed."""
    is_missed = _is_missed(told, contact)
    last = _day(world, told["last"])
    called = contact.ended_at.astimezone(CHINA).date()
    made = _at(_day(world, told["begin"] - 3), 17)
    return {
        "customer_id": contact.customer_id,
        "store_id": contact.store_id,
        "owner_id": contact.owner_id,
        "vehicle_id": contact.vehicle_id,
        "order_id": None,
        "complaint_id": None,
        "desk": Desk.SERVICE,
        "kind": VisitKind.CALL,
        "trigger": Trigger.CAMPAIGN,
        "step_id": None,
        "campaign_id": campaign,
        "lacked": contact.missing,
        "trigger_key": f"campaign:{campaign}:{contact.customer_id}",
        "is_marketing": True,
        "purpose": "",
        "priority": 5,
        "due_from": called,
        "due_to": min(last, called + 2 * _DAY),
        "expires_on": last,
        "not_before": None,
        "state": TaskState.MISSED if is_missed else TaskState.MERGED,
        "hold": None,
        "held_until": None,
        "merged_into_id": None if is_missed else contact.id,
        "attempts": 0,
        "rescheduled": 0,
        "last_move": {},
        "next_on": None,
        "reason": "",
        "created_at": made,
        "updated_at": contact.ended_at,
        "ended_at": _at(last + _DAY, 1) if is_missed else contact.ended_at,
        "version": 2,
    }


def _answers(
    campaign: int, world: World, told: Row, contacts: Sequence[Any], dice: Dice
) -> Iterator[Row]:
    """Most said something; when there was no room any more they wait. Of those who were to come
    three in four came."""
    event, left = _day(world, told["event"]), told["capacity"]
    for contact in contacts:
        if _is_missed(told, contact) or not dice.chance(0.85):
            continue
        answer = dice.pick((Rsvp.COMES, Rsvp.COMES, Rsvp.COMES_NOT, Rsvp.UNDECIDED))
        people = dice.between(1, 3) if answer is Rsvp.COMES else 0
        is_waiting = people > left
        left -= 0 if is_waiting else people
        is_over = event < world.as_of
        has_come = is_over and people > 0 and not is_waiting and dice.chance(0.75)
        came = _at(event, 9) + timedelta(minutes=dice.between(5, 170)) if has_come else None
        yield {
            "campaign_id": campaign,
            "customer_id": contact.customer_id,
            "store_id": contact.store_id,
            "owner_id": None,
            "answer": answer,
            "people": people,
            "is_waiting": is_waiting,
            "at": contact.ended_at,
            "user_id": contact.owner_id,
            "came_at": came,
            "created_at": contact.ended_at,
            "updated_at": came or contact.ended_at,
            "version": 2 if came else 1,
        }
