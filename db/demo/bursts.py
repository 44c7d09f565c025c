"""Files opened in a row within minutes: invented at a month's end, or true at a crowded counter."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from db.demo.data import table
from db.demo.dice import PLANTING, Dice
from db.demo.facts import Crowd, CrowdKind, Invented, InventedKind
from db.demo.habits import Habits
from db.demo.people import File, Part
from db.demo.world import World, moment
from db.grams import pinyin
from db.models import CustomerKind, Lifecycle, Source, ValueClass

_SATURDAY: Final = 5
_WEEK: Final = 7
_EVENING: Final = (16 * 60 + 30, 17 * 60 + 30)
_MORNING: Final = (10 * 60, 15 * 60)
_WITH_CAR: Final = 0.3
_PLACEHOLDER: Final = 0.12
_SERIES_LENGTH: Final = 4
_STAFF_DRAW: Final = 1 << 20
_EMPTY: Final = {
    "wechat": "",
    "email": "",
    "other_phone": None,
    "employer": "",
    "position": "",
    "industry": "",
    "hobbies": "",
    "province": "",
    "city": "",
    "district": "",
    "street": "",
    "birthday": None,
    "decision_maker": "",
    "second_contact_id": None,
    "preferred_channel": None,
    "preferred_hours": "",
    "note": "",
    "do_not_contact_until": None,
    "do_not_contact_reason": "",
    "is_member": False,
    "is_archived": False,
    "value_class": ValueClass.ORDINARY.value,
}


@dataclass(slots=True)
class Burst:
    """A run of files that is under way."""

    first: int
    left: int
    store_id: int
    by: int
    day: int
    minute: int
    pace: int
    """Seconds from one file to the next."""
    kind: InventedKind | CrowdKind
    phone: str
    need: str
    at: int = 0


def dishonest(world: World) -> dict[int, list[int]]:
    """The people of each store who invent files."""
    dice, found = Dice(), {}
    for store_id, desks in world.desks.items():
        dice.begin(world.seed, PLANTING + _STAFF_DRAW + store_id)
        share = table("planting")["shares"]["dishonest"]
        people = [one for one in desks.sales if dice.chance(share)]
        if not people and store_id == 1:
            people = desks.sales[-1:]
        if people:
            found[store_id] = people
    return found


class Bursts:
    """Begins runs and shapes the files that fall into one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._dishonest = dishonest(world)
        self._burst: Burst | None = None
        self._owed = {"invented": 0.0, "crowd": 0.0}
        self._turn = 0

    def shape(self, dice: Dice, file: File) -> Invented | Crowd | None:
        """Make `file` one of a run, if one is under way or begins with it."""
        burst = self._burst or self._begin(dice, file)
        if burst is None:
            return None
        self._place(dice, file, burst)
        fact = self._invent(dice, file, burst) if _is_false(burst) else self._welcome(file, burst)
        burst.at += 1
        self._burst = burst if burst.at < burst.left else None
        return fact

    def _begin(self, dice: Dice, file: File) -> Burst | None:
        """What is owed grows with every file, so that the shares hold; its day decides when."""
        for name in self._owed:
            self._owed[name] += table("planting")["shares"][name]
        day, rules = file.created, table("planting")["burst"]
        tomorrow = date.fromordinal(day + rules["last_days"])
        is_months_end = tomorrow.month != date.fromordinal(day).month
        is_saturday = (day - 1) % _WEEK == _SATURDAY
        enough = rules["fewest"]
        if day < self._world.begin:
            return None
        if is_months_end and self._owed["invented"] >= enough:
            return self._run(dice, file, "invented", InventedKind)
        if is_saturday and self._owed["crowd"] >= enough:
            return self._run(dice, file, "crowd", CrowdKind)
        return None

    def _run(
        self, dice: Dice, file: File, name: str, kinds: type[InventedKind] | type[CrowdKind]
    ) -> Burst | None:
        world, rules = self._world, table("planting")["burst"]
        stores = self._dishonest if name == "invented" else dict.fromkeys(world.stores, ())
        store_id = dice.pick(sorted(stores))
        people = list(stores[store_id]) or world.desks[store_id].sales
        here = [one for one in people if world.works(one, file.created)]
        count = min(dice.between(rules["fewest"], rules["most"]), world.customers - file.id + 1)
        if not here or count < rules["fewest"]:
            return None
        self._owed[name] -= count
        self._turn += 1
        kind: Any = list(kinds)[self._turn % len(kinds)]
        false = name == "invented"
        return Burst(
            first=file.id,
            left=count,
            store_id=store_id,
            by=dice.pick(here),
            day=file.created,
            minute=dice.between(*(_EVENING if false else _MORNING)),
            pace=rules["minutes"] * 60 // rules["most"] - dice.below(20),
            kind=kind,
            phone=_stem(dice, kind),
            need=file.row["need"],
        )

    def _place(self, dice: Dice, file: File, burst: Burst) -> None:
        """Into the store, to the person and to the minute of the run."""
        city, row = self._world.stores[burst.store_id].city, file.row
        if row["store_id"] != burst.store_id:
            row["second_contact_id"] = None
            row["city"] = city.name if row["city"] else ""
            row["district"] = dice.pick(city.districts) if row["district"] else ""
        row |= {"store_id": burst.store_id, "owner_id": burst.by}
        file.city, file.former = city, None
        file.created = burst.day
        at = moment(burst.day, burst.minute) + timedelta(seconds=burst.at * burst.pace)
        file.row["created_at"] = file.row["updated_at"] = at

    def _welcome(self, file: File, burst: Burst) -> Crowd:
        kind = CrowdKind(burst.kind)
        source = Source.EXHIBITION if kind is CrowdKind.SHOW else Source.WALK_IN
        file.row["source"] = source.value
        return Crowd(file.id, burst.by, kind, burst.first)

    def _invent(self, dice: Dice, file: File, burst: Burst) -> Invented:
        row, kind = file.row, InventedKind(burst.kind)
        has_car = dice.chance(_WITH_CAR)
        row |= _EMPTY | {"kind": CustomerKind.PERSON.value, "contact_name": ""}
        row["lifecycle"] = (Lifecycle.EXISTING if has_car else Lifecycle.POTENTIAL).value
        row |= {"phone": _phone(dice, kind, burst), "need": burst.need}
        if dice.chance(_PLACEHOLDER) or file.is_company:
            words = table("planting")["words"]["placeholders"]
            row["name"] = f"{dice.pick(words)}{burst.at + 1}"
            row["gender"] = None
        row["name_pinyin"] = pinyin(row["name"])
        file.part, file.is_company, file.gaps = Part.INVENTED, False, 1.0
        file.quiet_since, file.habits = self._world.today, Habits(1.0)
        return Invented(file.id, burst.by, kind, burst.first)


def _is_false(burst: Burst) -> bool:
    return isinstance(burst.kind, InventedKind)


def _stem(dice: Dice, kind: InventedKind | CrowdKind) -> str:
    """What the numbers of a run begin with."""
    if kind is InventedKind.SERIES:
        start = dice.between(1000, 9000)
        return f"{dice.pick(table('planting')['words']['series'])}{start}"
    return f"{dice.pick(table('planting')['words']['series'])[:3]}{dice.between(10000, 99999)}"


def _phone(dice: Dice, kind: InventedKind, burst: Burst) -> str:
    if kind is InventedKind.KEYBOARD:
        return f"+86{dice.pick(table('planting')['words']['keyboard'])}"
    if kind is InventedKind.SERIES:
        head, start = burst.phone[:-_SERIES_LENGTH], int(burst.phone[-_SERIES_LENGTH:])
        return f"+86{head}{start + burst.at:04d}"
    return f"+86{burst.phone[:5]}{dice.between(10, 99)}{burst.phone[-4:]}"
