"""Bays, eight weeks of appointments with two to come, four weeks of calls: of each store.

Drawn day by day from a sequence of the store's own. What lies on the day of the load or later is
awaited still: whether anybody comes, the sweep and the reader say.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any, Final

import chinese_calendar  # type: ignore[import-untyped]
from sqlalchemy import Connection, insert, select

from db.demo.data import table
from db.demo.dice import RECEPTION, Dice
from db.demo.hours import WHOLE_DAY, WITH_LUNCH
from db.demo.people import Row
from db.demo.world import World, moment
from db.demo.writers import table_of
from db.models import (
    Appointment,
    AppointmentSlot,
    Bay,
    Customer,
    InboundCall,
    Lifecycle,
    Ownership,
    OwnershipRole,
)
from db.types import Base

MODELS: Final[tuple[type[Base], ...]] = (Bay, Appointment, AppointmentSlot, InboundCall)
BACK, AHEAD, CALLS_BACK = 56, 14, 28
MOST: Final = 800
"""Customers of a store who are drawn from."""
_QUARTER, _RECEIVED = 15, 2
_SUNDAY: Final = 6
_GAPS: Final = (0, 0, 15, 30, 30, 60, 90)
_FULL, _EMPTIER = 0.9, 0.05
_CALLS: Final = (2, 5)
_SOURCES: Final = ("call", "call", "inbound", "inbound", "reminder", "walk_in")
_WAITS: Final = (30, 60, 120, 240)
_OPEN: Final = (10 * 60, 14 * 60 + 30, 17 * 60)
"""When today those who are still owed an answer were promised one."""


def write_reception(connection: Connection, world: World) -> dict[str, int]:
    """After the last customer; returns how many rows each table has."""
    made: dict[type[Base], list[Row]] = {model: [] for model in MODELS}
    ids = {model: count(1) for model in MODELS}
    for store_id in world.stores:
        people = list(_people(connection, store_id))
        if people:
            _Desk(world, store_id, people, made, ids).work()
    for model, rows in made.items():
        if rows:
            connection.execute(insert(table_of(model)), rows)
    return {table_of(model).name: len(rows) for model, rows in made.items()}


def _people(connection: Connection, store_id: int) -> Iterator[tuple[int, int, str]]:
    """(customer, car, phone) of a store's own, one car each."""
    customers, parts = table_of(Customer), table_of(Ownership)
    query = (
        select(customers.c.id, parts.c.vehicle_id, customers.c.phone)
        .join(parts, parts.c.customer_id == customers.c.id)
        .where(
            customers.c.store_id == store_id,
            customers.c.lifecycle == Lifecycle.EXISTING,
            customers.c.merged_into_id.is_(None),
            customers.c.is_archived.is_(False),
            parts.c.role == OwnershipRole.OWNER,
            parts.c.ended_on.is_(None),
        )
        .order_by(customers.c.id, parts.c.vehicle_id)
        .limit(MOST)
    )
    seen: set[int] = set()
    for customer, car, phone in connection.execute(query):
        if customer not in seen:
            seen.add(customer)
            yield customer, car, phone or ""


@dataclass
class _Desk:
    """One store's reception."""

    world: World
    store_id: int
    people: list[tuple[int, int, str]]
    made: dict[type[Base], list[Row]]
    ids: dict[type[Base], "count[int]"]
    dice: Dice = field(default_factory=Dice)
    received: set[tuple[int, int, int]] = field(default_factory=set)
    """(advisor, day, quarter) that is taken."""
    promised: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """Day -> the appointments that were made at a call of the customer's on it."""

    def work(self) -> None:
        self.dice.begin(self.world.seed, RECEPTION + self.store_id)
        self._told = table("reception")
        bays = [self._bay(told) for told in self._told["bays"]]
        for day in range(self.world.today - BACK, self.world.today + AHEAD):
            if not self._is_open(day):
                continue
            busy: set[int] = set()
            for bay in bays:
                for minute in self._times(day, bay):
                    self._book(day, minute, bay, busy)
        for day in range(self.world.today - CALLS_BACK, self.world.today):
            self._calls(day)
        self._owed()

    def _bay(self, told: dict[str, Any]) -> Row:
        at = moment(self.world.begin, 0)
        row = {
            "id": next(self.ids[Bay]),
            "store_id": self.store_id,
            "name": told["name"],
            "kinds": told["kinds"],
            "is_in_use": True,
            "version": 1,
            "created_at": at,
            "updated_at": at,
        }
        self.made[Bay].append(row)
        return row

    # ---- appointments

    @property
    def _hours(self) -> list[list[int]]:
        return WITH_LUNCH if self.store_id == max(self.world.stores) else WHOLE_DAY

    def _is_open(self, day: int) -> bool:
        on = date.fromordinal(day)
        if self._hours is WITH_LUNCH and on.weekday() == _SUNDAY:
            return False
        try:
            is_free, name = chinese_calendar.get_holiday_detail(on)
        except NotImplementedError:  # beyond the years that are known
            return True
        return not (is_free and name)

    def _times(self, day: int, bay: Row) -> Iterator[tuple[int, str, int]]:
        """(minute, work, minutes) one after the other, the emptier the further ahead."""
        ahead = max(0, day - self.world.today)
        for opens, closes in self._hours:
            at = opens
            while at < closes:
                work = self.dice.pick(bay["kinds"])
                minutes = self._told["works"][work]["minutes"]
                if at + minutes > closes:
                    break
                if self.dice.chance(_FULL - _EMPTIER * ahead):
                    yield at, work, minutes
                    at += minutes + self.dice.pick(_GAPS)
                else:
                    at += 60

    def _book(self, day: int, time: tuple[int, str, int], bay: Row, busy: set[int]) -> None:
        dice, (minute, work, minutes) = self.dice, time
        customer, car, _phone = dice.pick(self.people)
        if customer in busy:
            return
        busy.add(customer)
        key = next(self.ids[Appointment])
        made_on, starts_at = self._made_on(day), moment(day, minute)
        desk = "sales" if work in {"delivery", "test_drive"} else "service"
        advisor = self._advisor(desk, day, minute)
        row = self._state(day, starts_at) | {
            "id": key,
            "version": 1,
            "created_at": moment(made_on, 9 * 60 + dice.below(480)),
            "store_id": self.store_id,
            "owner_id": None,
            "customer_id": customer,
            "visitor": "",
            "phone": None,
            "vehicle_id": None if work == "test_drive" else car,
            "task_id": None,
            "work": work,
            "starts_at": starts_at,
            "minutes": minutes,
            "advisor_id": advisor,
            "bay_id": bay["id"],
            "concern": dice.pick(self._told["works"][work]["purposes"]),
            "source": dice.pick(_SOURCES),
            "moved": int(dice.chance(self._told["shares"]["moved"])),
            "made_by_id": self._colleague(made_on),
        }
        row["updated_at"] = row["ended_at"] or row["arrived_at"] or row["created_at"]
        self.made[Appointment].append(row)
        if row["source"] == "inbound" and self.world.today - made_on <= CALLS_BACK:
            self.promised[made_on].append(row)
        if row["state"] not in {"cancelled", "no_show"}:
            self._slots(row, day, minute)

    def _made_on(self, day: int) -> int:
        latest = min(day, self.world.last)
        return latest - self.dice.between(0, 8)

    def _state(self, day: int, starts_at: Any) -> Row:
        dice, shares = self.dice, self._told["shares"]
        row: Row = dict.fromkeys(("reminded_at", "arrived_at", "ended_at"))
        row |= {"reason": "", "state": "booked"}
        is_over = day < self.world.today
        if dice.chance(shares["cancelled"]):
            row["state"], row["reason"] = "cancelled", dice.pick(self._told["words"]["cancelled"])
            row["ended_at"] = moment(min(day, self.world.last), 8 * 60)
        elif is_over and dice.chance(shares["missed"]):
            row["state"], row["ended_at"] = "no_show", starts_at + timedelta(minutes=35)
        elif is_over:
            row["state"] = "arrived"
            row["arrived_at"] = starts_at + timedelta(minutes=dice.between(-10, 12))
        elif dice.chance(shares["requested"]):
            row["state"] = "requested"
        elif dice.chance(shares["confirmed"] + (day == self.world.today) / 2):
            row["state"], row["reminded_at"] = "confirmed", moment(self.world.last, 16 * 60)
        return row

    def _advisor(self, desk: str, day: int, minute: int) -> int | None:
        """Who of the desk receives nobody else then."""
        quarters = range(minute // _QUARTER, minute // _QUARTER + _RECEIVED)
        there = self.world.present(self.store_id, desk, min(day, self.world.last))
        for person in sorted(there, key=lambda _one: self.dice.random()):
            taken = {(person, day, quarter) for quarter in quarters}
            if not taken & self.received:
                self.received |= taken
                return person
        return None

    def _slots(self, row: Row, day: int, minute: int) -> None:
        for nth in range(row["minutes"] // _QUARTER):
            advisor = row["advisor_id"] if nth < _RECEIVED else None
            self.made[AppointmentSlot].append(
                {
                    "id": next(self.ids[AppointmentSlot]),
                    "appointment_id": row["id"],
                    "at": moment(day, minute + nth * _QUARTER),
                    "bay_id": row["bay_id"],
                    "advisor_id": advisor,
                    "seat": None if advisor is None else 0,
                }
            )

    def _colleague(self, day: int) -> int | None:
        there = self.world.present(self.store_id, "everyone", min(day, self.world.last))
        return self.dice.pick(there) if there else None

    # ---- calls

    def _calls(self, day: int) -> None:
        """Those that became appointments, and some that did not."""
        for made in self.promised[day]:
            row = self._call(day, made["created_at"], "appointment", made["concern"])
            row |= {
                "customer_id": made["customer_id"],
                "caller": "",
                "vehicle_id": made["vehicle_id"],
                "appointment_id": made["id"],
                "answered_at": made["created_at"],
                "answered_by_id": row["taken_by_id"],
            }
            self.made[InboundCall].append(row)
        if not self._is_open(day):
            return
        for _nth in range(self.dice.between(*_CALLS)):
            self.made[InboundCall].append(self._asked(day))

    def _asked(self, day: int) -> Row:
        dice, shares = self.dice, self._told["shares"]
        told = dice.pick(self._told["calls"])
        nth = dice.below(len(told["words"]))
        row = self._call(
            day, moment(day, 9 * 60 + dice.below(420)), told["wish"], told["words"][nth]
        )
        row["reply"], row["reply_channel"] = told["replies"][nth], "phone"
        if dice.chance(shares["at_once"]):
            row["answered_at"], row["answered_by_id"] = row["at"], row["taken_by_id"]
        else:
            wait = dice.pick(_WAITS)
            row["promised_at"] = row["at"] + timedelta(minutes=wait)
            if dice.chance(shares["urgent"]):
                row["urgency"], row["is_transferred"] = "urgent", True
                row["promised_at"] = row["at"] + timedelta(minutes=30)
            late = 0.4 + dice.random() * (0.6 if dice.chance(shares["kept"]) else 1.6)
            waited = (row["promised_at"] - row["at"]) * late
            row["answered_at"] = row["at"] + timedelta(seconds=int(waited.total_seconds()))
            row["answered_by_id"] = row["answerer_id"]
        if dice.chance(shares["lost"]):
            self._lose(row)
        elif dice.chance(shares["companion"]):
            row |= dice.pick(self._told["companions"])
            row["companion_answer"] = dice.pick(("wanted", "later", "not_wanted"))
        return row

    def _lose(self, row: Row) -> None:
        row |= self.dice.pick(self._told["lost"])
        ends = ("substituted", "ordered", "lost") if row["substitute"] else ("ordered", "lost")
        row["demand_result"] = self.dice.pick(ends)

    def _owed(self) -> None:
        """Answers that are owed as the day begins; the first from yesterday."""
        today = self.world.today
        for at in (moment(today - 1, 17 * 60), *(moment(today, minute) for minute in _OPEN)):
            told = self.dice.pick(self._told["calls"])
            row = self._call(
                today - 1,
                moment(today - 1, 16 * 60 + self.dice.below(50)),
                told["wish"],
                self.dice.pick(told["words"]),
            )
            row["promised_at"] = at
            self.made[InboundCall].append(row)

    def _call(self, day: int, at: Any, wish: str, words: str) -> Row:
        dice, shares = self.dice, self._told["shares"]
        customer, car, phone = dice.pick(self.people)
        is_known = dice.chance(shares["matched"])
        unknown = f"+86139{dice.below(10**8):08d}"
        who = {
            "customer_id": customer if is_known else None,
            "vehicle_id": car if is_known else None,
            "caller": "" if is_known else dice.pick(self._told["words"]["callers"]),
            "phone": phone if is_known else unknown,
        }
        empty: Iterable[str] = (
            *("promised_at", "answered_at", "answered_by_id", "reply_channel", "appointment_id"),
            *("complaint_id", "demand_result", "companion_answer", "owner_id"),
        )
        blank = dict.fromkeys(("reply", "item", "substitute", "companion"), "")
        return {
            **dict.fromkeys(empty),
            **blank,
            **who,
            "id": next(self.ids[InboundCall]),
            "version": 1,
            "created_at": at,
            "updated_at": at,
            "store_id": self.store_id,
            "at": at,
            "taken_by_id": self._colleague(day),
            "rings": dice.between(1, 3) if dice.chance(shares["within"]) else dice.between(4, 7),
            "urgency": "ordinary",
            "wish": wish,
            "words": words,
            "is_transferred": False,
            "answerer_id": self._colleague(day),
        }
