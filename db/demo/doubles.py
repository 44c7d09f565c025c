"""Second files of one customer, and files of two customers that look like one's.

A second file is opened by somebody who did not find the first: it says less, has an error or two,
and goes on with a history of its own. Two things that both files say are left right, so that
somebody who has both before him can tell.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from db.demo import errors
from db.demo.cars import Car, Garage, plate
from db.demo.data import table
from db.demo.dice import Dice
from db.demo.facts import Duplicate, DuplicateKind, LookAlike, LookAlikeKind
from db.demo.habits import Habits
from db.demo.known import Known
from db.demo.names import person
from db.demo.people import File, Part, Row, phone_number
from db.demo.world import World
from db.grams import pinyin
from db.models import Gender, Lifecycle, OwnershipRole, ValueClass

K = DuplicateKind
_KINDS: Final = tuple(kind for kind in K if kind is not K.BETWEEN_COPIES)
_OF_NAME: Final = (K.NAME_TYPO, K.NAME_HOMOPHONE)
_OF_PHONE: Final = (K.PHONE_SWAPPED, K.PHONE_DIGIT, K.PHONE_MOVED, K.OLD_PHONE)
_NEEDS_CAR: Final = {K.PLATE_TYPO, K.OLD_PLATE, K.SAME_CAR}
_PARTED_PHONES: Final = _NEEDS_CAR | {K.OLD_PHONE}
"""Kinds in which the phone does not agree besides."""
_SECOND_PHONES: Final = 3
"""Numbers from here on (times all customers) are nobody's main or second one."""
_GAPS: Final = 0.5
_SHARED_DAYS: Final = 240
_YEARS_APART: Final = (22, 34)
_YEAR: Final = 365
_POTENTIAL: Final = {
    "lifecycle": Lifecycle.POTENTIAL.value,
    "value_class": ValueClass.ORDINARY.value,
    "is_member": False,
}


def kind_of(turn: int) -> DuplicateKind:
    """Every kind as often as any other: they come in turn."""
    return _KINDS[turn % len(_KINDS)]


def fits(kind: DuplicateKind, file: File) -> Callable[[Known], bool]:
    """Whether a known file can be the first one of a second of this kind, opened as `file`."""

    def check(one: Known) -> bool:
        if one.is_company and kind in {K.NAME_HOMOPHONE, K.COURTESY_NAME, K.NAME_TYPO}:
            return False
        if kind is K.NAME_HOMOPHONE and errors.homophone(Dice(), one.row["name"]) is None:
            return False
        if kind is K.SHORT_NAME and not one.is_company:
            return False
        if kind in _NEEDS_CAR and (one.car is None or not one.car.row["vin"]):
            return False
        if kind is K.OLD_PLATE and one.is_misread:
            return False
        return (one.store_id != file.store_id) is (kind is K.OTHER_STORE)

    return check


def _spare_phone(world: World, dice: Dice, file: File) -> str:
    return phone_number(dice, _SECOND_PHONES * world.customers + file.id)


def _err(world: World, dice: Dice, file: File, kind: DuplicateKind) -> None:
    """Put one error of this kind into the row."""
    row = file.row
    if kind in _PARTED_PHONES:
        row["phone"] = _spare_phone(world, dice, file)
    elif kind is K.NAME_TYPO:
        row["name"] = errors.typo(dice, row["name"])
    elif kind is K.NAME_HOMOPHONE:
        row["name"] = errors.homophone(dice, row["name"]) or errors.typo(dice, row["name"])
    elif kind is K.COURTESY_NAME:
        row["name"] = errors.courtesy(dice, row["name"], row["gender"])
    elif kind is K.SHORT_NAME:
        row["name"] = errors.short_company(row["name"], file.city.short)
    elif kind is K.PHONE_SWAPPED:
        row["phone"] = errors.swapped(dice, row["phone"])
    elif kind is K.PHONE_DIGIT:
        row["phone"] = errors.wrong_digit(dice, row["phone"])
    elif kind is K.PHONE_MOVED:
        row["phone"], row["other_phone"] = _spare_phone(world, dice, file), row["phone"]
    elif kind is K.NO_PHONE:
        row["phone"] = None


def _second(dice: Dice, kind: DuplicateKind, *, is_company: bool) -> DuplicateKind | None:
    """A second error, of the other sort than the first."""
    if not dice.chance(table("planting")["shares"]["second_error"]):
        return None
    if kind in {K.NAME_TYPO, K.NAME_HOMOPHONE, K.SHORT_NAME}:
        return dice.pick(_OF_PHONE)
    if is_company or kind is K.COURTESY_NAME:
        return None
    return dice.pick(_OF_NAME)


def copy(world: World, dice: Dice, file: File, one: Known, kind: DuplicateKind) -> Duplicate:
    """Make `file` a second file of `one`, with the errors of its kind."""
    row, also = file.row, _second(dice, kind, is_company=one.is_company)
    row |= one.row | {"wechat": "", "email": "", "other_phone": None}
    row |= {"decision_maker": "", "second_contact_id": None}
    file.part, file.is_company = Part.COPY, one.is_company
    if one.is_company:
        row["is_member"] = False
    for error in (kind, also):
        if error is not None:
            _err(world, dice, file, error)
    if also is K.NAME_HOMOPHONE and pinyin(row["name"]) != pinyin(one.row["name"]):
        also = K.NAME_TYPO
    if kind is K.COURTESY_NAME:
        row["birthday"] = None
    elif kind not in _OF_PHONE and also is None and not one.is_company and dice.chance(0.5):
        row |= {"district": "", "street": ""}
    row["name_pinyin"] = pinyin(row["name"])
    file.gaps, file.habits = max(file.gaps, _GAPS), Habits(1.0)
    one.copies.append(file.id)
    return Duplicate(file.id, one.id, kind, also)


def cars(
    world: World, dice: Dice, file: File, one: Known, kind: DuplicateKind, garage: Garage
) -> list[Car]:
    """What the second file knows of the car: nothing, the car itself, or another row of it."""
    car = one.car
    if car is None or not (kind in _NEEDS_CAR or dice.chance(0.4)):
        if file.lifecycle != Lifecycle.LOST.value:
            file.row |= _POTENTIAL
        return []
    if file.lifecycle == Lifecycle.POTENTIAL.value:
        file.row["lifecycle"] = Lifecycle.EXISTING.value
    mine = replace(car, begins=max(file.created, world.begin), owner_id=file.id)
    mine.ends = min(world.last, mine.begins + _SHARED_DAYS, file.ends)
    if kind is K.SAME_CAR:
        garage.join(file, mine, OwnershipRole.DRIVER)
        mine.row = dict(car.row)
        return [mine]
    sign, vin = car.row["plate"], None
    if kind is K.PLATE_TYPO:
        sign = errors.wrong_plate(dice, sign)
    elif kind is K.OLD_PLATE:
        vin, one.is_misread = errors.wrong_vin(car.row["vin"]), True
        sign = plate(dice, file.city, car.model.fuel, world.customers * 2 + file.id)
    mine.row = garage.again(file, car.row, vin=vin, plate=sign)
    garage.join(file, mine, OwnershipRole.OWNER)
    return [mine]


def _given(dice: Dice, born: date, gender: str) -> str:
    name = person(dice, birth_year=born.year, gender=Gender(gender))
    return name.removeprefix(errors.surname(name))


def resemble(
    world: World, dice: Dice, file: File, one: Known, kind: LookAlikeKind
) -> LookAlike | None:
    """Make `file` look like `one`, who is somebody else; None where that cannot be."""
    row, his = file.row, one.row
    home = ("province", "city", "district", "street")
    if kind is LookAlikeKind.FLEET:
        row |= {"phone": his["phone"], "employer": his["name"], "industry": his["industry"]}
    elif kind is LookAlikeKind.NAMESAKE:
        row |= {"name": his["name"], "gender": his["gender"]}
        if row["birthday"] == his["birthday"]:
            return None
    elif kind is LookAlikeKind.FAMILY:
        row |= {name: his[name] for name in home} | {"phone": his["phone"]}
        if dice.chance(0.5) and row["birthday"]:  # a child or a brother; else husband or wife
            row["name"] = errors.surname(his["name"]) + _given(dice, row["birthday"], row["gender"])
        if row["name"] == his["name"]:
            return None
    else:
        _make_son(world, dice, row, his)
        row |= {name: his[name] for name in home}
        if row["name"] == his["name"]:
            return None
    row["name_pinyin"] = pinyin(row["name"])
    return LookAlike(file.id, one.id, kind)


def _make_son(world: World, dice: Dice, row: Row, his: Row) -> None:
    """The father's first two characters and one of the son's own time; a generation younger."""
    days = dice.between(*_YEARS_APART) * _YEAR + dice.below(_YEAR)
    born = date.fromordinal(his["birthday"].toordinal() + days)
    own = _given(dice, born, Gender.MALE.value)
    stem = his["name"][: len(errors.surname(his["name"])) + 1]
    row |= {"gender": Gender.MALE.value, "birthday": born, "name": stem + own[-1]}


def may_resemble(world: World, file: File, kind: LookAlikeKind) -> Callable[[Known], bool]:
    """Whose look-alike of this kind `file` may become."""
    grown = world.today - (_YEARS_APART[1] + 1 + 18) * _YEAR

    def check(one: Known) -> bool:
        if one.store_id != file.store_id or one.is_company is not (kind is LookAlikeKind.FLEET):
            return False
        if kind is not LookAlikeKind.FATHER_AND_SON:
            return True
        born: Any = one.row["birthday"]
        is_man = one.row["gender"] == Gender.MALE.value
        return is_man and born.toordinal() < grown and len(one.row["name"]) > 2  # noqa: PLR2004

    return check
