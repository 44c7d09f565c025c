"""Customers' files: who they are, how complete they are kept, whose they are."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

from db.demo.accounts import City
from db.demo.data import table
from db.demo.dice import Dice, Weighted
from db.demo.habits import Habits, habits
from db.demo.names import company, person
from db.demo.world import World
from db.grams import initials, pinyin
from db.models import Channel, CustomerKind, Gender, Lifecycle, Source, ValueClass

Row = dict[str, Any]

MOBILE_PREFIXES = (
    *("130", "131", "132", "135", "136", "137", "138", "139", "150", "151", "152", "155", "156"),
    *("157", "158", "159", "176", "177", "180", "181", "182", "183", "185", "186", "187", "188"),
    *("189", "198", "199"),
)
"""Mobile ranges in use. A valid number may have an owner: none of these is ever to be dialled."""

_SUFFIXES = 10**8
_SCATTER = 38_196_601  # odd and not divisible by 5: a bijection of all suffixes
_OLD_SHARE = 0.42
_OLD_DAYS = 2200
_COMPANIES = 0.15

_NEW = Weighted({Lifecycle.POTENTIAL: 28, Lifecycle.EXISTING: 68, Lifecycle.LOST: 4})
_OLD = Weighted({Lifecycle.POTENTIAL: 2, Lifecycle.EXISTING: 74, Lifecycle.LOST: 24})
_SOURCES = Weighted(
    {
        Source.WALK_IN: 34,
        Source.ONLINE: 22,
        Source.REFERRAL: 16,
        Source.PHONE: 11,
        Source.EXHIBITION: 9,
        Source.DIRECT: 5,
        Source.COLD_VISIT: 3,
    }
)
_CHANNELS = Weighted(
    {Channel.WECHAT: 46, Channel.PHONE: 40, Channel.SMS: 8, Channel.EMAIL: 2, Channel.VISIT: 4}
)
_CARE = Weighted({2: 62, 15: 25, 50: 13})
"""How a file is kept: percent of its fields that nobody filled in."""


class Holder(Protocol):
    """Whoever an order can be written on."""

    @property
    def id(self) -> int: ...
    @property
    def store_id(self) -> int: ...
    @property
    def owner_id(self) -> int | None: ...
    @property
    def scope(self) -> Row: ...


class Part(StrEnum):
    """What a file is in truth."""

    TRUE = "true"
    COPY = "copy"
    """A second file of somebody who has one."""
    INVENTED = "invented"


@dataclass(slots=True)
class File:
    """One customer in the making: his row and what the other generators need of him."""

    row: Row
    created: int
    gaps: float
    """Share of fields that are left empty."""
    quiet_since: int
    """The day from which on nothing was heard of a lost customer; else past the history's end."""
    city: City
    is_company: bool
    habits: Habits
    former: int | None = None
    """Whose file it was before `handed_on`, which begins a gap of `silent` days."""
    handed_on: int = 0
    silent: int = 0
    part: Part = Part.TRUE
    links: list[tuple[Row, str, bool]] = field(default_factory=list)
    """(vehicle, role, whether it still holds)."""
    papers: list[str] = field(default_factory=list)
    may_be_called: bool = False
    last_touch: Any = None

    @property
    def id(self) -> int:
        return int(self.row["id"])

    @property
    def store_id(self) -> int:
        return int(self.row["store_id"])

    @property
    def owner_id(self) -> int | None:
        owner: int | None = self.row["owner_id"]
        return owner

    @property
    def ends(self) -> int:
        """The last day on which he may have business with us."""
        return min(self.quiet_since, self.habits.left - 1 if self.habits.left else self.quiet_since)

    @property
    def lifecycle(self) -> str:
        return str(self.row["lifecycle"])

    @property
    def scope(self) -> Row:
        return {"store_id": self.row["store_id"], "owner_id": self.row["owner_id"]}


def _scattered(nth: int) -> str:
    """Eight digits that look like chance; written backwards, so that the last ones differ most."""
    return f"{nth * _SCATTER % _SUFFIXES:08d}"[::-1]


def phone_number(dice: Dice, nth: int) -> str:
    """The nth mobile number: in a real range, no two alike."""
    return f"+86{dice.pick(MOBILE_PREFIXES)}{_scattered(nth)}"


def _landline(city: City, nth: int) -> str:
    return f"+86{city.area}8{_scattered(nth)[:7]}"


def _created(world: World, dice: Dice, nth: int) -> int:
    """The day of a file's creation: numbers and days rise together."""
    place = (nth - 1 + dice.random()) / world.customers
    if place < _OLD_SHARE:
        return world.begin - 1 - int((1 - place / _OLD_SHARE) * _OLD_DAYS)
    into = (place - _OLD_SHARE) / (1 - _OLD_SHARE)
    return world.day_at(into)


def _owner(
    world: World, dice: Dice, store_id: int, lifecycle: Lifecycle, created: int
) -> int | None:
    """The file's specialist; None is the store's unassigned pool. Some are still a leaver's."""
    desks = world.desks[store_id]
    if dice.chance(0.045):
        return None
    if desks.left and dice.chance(0.04):
        leaver = dice.pick(desks.left)
        if world.works(leaver, created):
            return leaver
    to_sales = lifecycle is Lifecycle.POTENTIAL or dice.chance(0.35)
    return dice.pick(desks.sales if to_sales else desks.service)


@cache
def _life(name: str) -> Any:
    return table("life")[name]


def _need(dice: Dice, lifecycle: Lifecycle, *, is_company: bool) -> str:
    if lifecycle is Lifecycle.POTENTIAL:
        texts = _life("needs_potential")
    else:
        texts = _life("needs_fleet" if is_company else "needs_existing")
    models = table("cars")["models"]
    return str(
        dice.pick(texts).format(
            model=dice.pick(models)["name"], budget=dice.between(8, 30), count=dice.between(2, 12)
        )
    )


def _address(dice: Dice, city: City, *, is_company: bool) -> Row:
    places = table("places")
    road, number = dice.pick(places["roads"]), dice.between(1, 999)
    if is_company:
        street = places["street_number"].format(road=road, number=number)
    else:
        estate = dice.pick(places["estate_names"]) + dice.pick(places["estate_names"])
        street = places["street_home"].format(
            road=road,
            number=number,
            estate=estate + dice.pick(places["estates"]),
            building=dice.between(1, 38),
            room=dice.between(1, 28) * 100 + dice.between(1, 4),
        )
    return {
        "province": places["province"],
        "city": city.name,
        "district": dice.pick(city.districts),
        "street": street,
    }


_NO_ADDRESS = {"province": "", "city": "", "district": "", "street": ""}


def _person(world: World, dice: Dice) -> Row:
    gender = Gender.MALE if dice.chance(0.62) else Gender.FEMALE
    born = world.today - dice.around(20 * 365, 70 * 365) - dice.below(366)
    birthday = date.fromordinal(born)
    return {
        "kind": CustomerKind.PERSON.value,
        "name": person(dice, birth_year=birthday.year, gender=gender),
        "gender": gender.value,
        "birthday": birthday,
        "contact_name": "",
        "position": dice.pick(_life("positions")) if dice.chance(0.4) else "",
        "hobbies": dice.pick(_life("hobbies")) if dice.chance(0.35) else "",
    }


def _company(dice: Dice, city: City) -> Row:
    gender = Gender.MALE if dice.chance(0.6) else Gender.FEMALE
    return {
        "kind": CustomerKind.COMPANY.value,
        "name": company(dice, city.short),
        "gender": None,
        "birthday": None,
        "contact_name": person(dice, birth_year=dice.between(1962, 1998), gender=gender),
        "position": dice.pick(_life("fleet_positions")),
        "hobbies": "",
    }


def _contact(dice: Dice, row: Row, city: City, nth: int) -> Row:
    """Phones, WeChat, e-mail. The domain is reserved for examples: no letter can arrive."""
    is_company = row["kind"] == CustomerKind.COMPANY.value
    letters = (initials(row["contact_name"] or row["name"]) or ["kh"])[0]
    second = None
    if is_company and dice.chance(0.5):
        second = _landline(city, nth)
    elif dice.chance(0.12):
        second = phone_number(dice, 2 * nth + 1)
    return {
        "phone": phone_number(dice, 2 * nth),
        "other_phone": second,
        "wechat": f"wx_{letters}{dice.between(100, 9999)}" if dice.chance(0.45) else "",
        "email": f"{letters}{dice.between(10, 9999)}@example.com"
        if dice.chance(0.3 if is_company else 0.12)
        else "",
    }


def _leave_gaps(dice: Dice, row: Row, gaps: float) -> None:
    """Take away what was never asked or never written down."""
    for name in ("birthday", "source", "preferred_channel"):
        if dice.chance(gaps):
            row[name] = None
    for name in ("need", "decision_maker", "preferred_hours"):
        if dice.chance(gaps):
            row[name] = ""
    if dice.chance(gaps / 8):
        row["phone"] = None
    if dice.chance(gaps):
        row |= _NO_ADDRESS
    elif dice.chance(gaps):
        row |= {"district": "", "street": ""}
    if dice.chance(gaps):
        row["second_contact_id"] = None


def _hand_over(world: World, dice: Dice, file: File) -> None:
    """What a leaver had is somebody else's now, and for some weeks it was nobody's."""
    desks, staff = world.desks[file.store_id], table("planting")["staff"]
    if not desks.left or file.owner_id in desks.left or not dice.chance(staff["handed_over"]):
        return
    leaver = dice.pick(desks.left)
    if world.works(leaver, file.created):
        file.former, file.handed_on = leaver, world.tenures[leaver][1]
        file.silent = dice.between(*staff["gap_days"])


def _relation(world: World, dice: Dice, row: Row, lifecycle: Lifecycle, created: int) -> Row:
    """What the department decided about the file: class, owner, second contact, membership."""
    store_id = row["store_id"]
    owner_id = _owner(world, dice, store_id, lifecycle, created)
    is_company = row["kind"] == CustomerKind.COMPANY.value
    important = dice.chance(0.4 if is_company else 0.15) and lifecycle is not Lifecycle.POTENTIAL
    second = dice.pick([one for one in world.desks[store_id].everyone if one != owner_id] or [None])
    decides = row["contact_name"] or row["name"]
    lost = lifecycle is Lifecycle.LOST
    return {
        "lifecycle": lifecycle.value,
        "value_class": (ValueClass.IMPORTANT if important else ValueClass.ORDINARY).value,
        "owner_id": owner_id,
        "second_contact_id": second if important else None,
        "decision_maker": decides if important else "",
        "is_member": lifecycle is not Lifecycle.POTENTIAL and dice.chance(0.15 if lost else 0.38),
        "is_archived": lost and dice.chance(0.06),
    }


def _wishes(world: World, dice: Dice) -> Row:
    """How he wants to be approached, and when not at all."""
    refuses = dice.chance(0.015)
    until = world.today + dice.between(-60, 200)
    return {
        "preferred_channel": _CHANNELS.draw(dice).value,
        "preferred_hours": dice.pick(_life("hours")) if dice.chance(0.4) else "",
        "do_not_contact_until": date.fromordinal(until) if refuses else None,
        "do_not_contact_reason": dice.pick(_life("do_not_contact")) if refuses else "",
        "source": _SOURCES.draw(dice).value,
        "note": dice.pick(_life("notes")) if dice.chance(0.12) else "",
    }


def customer(world: World, dice: Dice, nth: int) -> File:
    """The file of customer `nth` (from 1 on), without cars and history."""
    created = _created(world, dice, nth)
    lifecycle = (_OLD if created < world.begin else _NEW).draw(dice)
    store_id = world.store_shares.draw(dice)
    city = world.stores[store_id].city
    row = _company(dice, city) if dice.chance(_COMPANIES) else _person(world, dice)
    is_company = row["kind"] == CustomerKind.COMPANY.value
    row |= {"id": nth, "number": f"C{nth:07d}", "store_id": store_id}
    row |= {"id_number_hash": None, "id_number_last4": "", "merged_into_id": None, "version": 1}
    row["name_pinyin"] = pinyin(row["name"])
    row |= _contact(dice, row, city, nth)
    row |= _address(dice, city, is_company=is_company)
    row |= _relation(world, dice, row, lifecycle, created)
    row |= _wishes(world, dice)
    row["need"] = _need(dice, lifecycle, is_company=is_company)
    works = not is_company and dice.chance(0.3)
    row["employer"] = company(dice, city.short) if works else ""
    row["industry"] = dice.pick(_life("industries")) if works or is_company else ""
    row["created_at"] = row["updated_at"] = world.instant(dice, created)
    gaps = _CARE.draw(dice) / 100
    _leave_gaps(dice, row, gaps)
    custom = habits(world, dice, lifecycle, created)
    quiet = custom.left if lifecycle is Lifecycle.LOST and custom.left else world.today
    file = File(row, created, gaps, quiet, city, is_company, custom)
    _hand_over(world, dice, file)
    return file
