"""How people write the same thing differently: names, phones, plates with an error in them."""

from collections import defaultdict
from functools import cache

from db.demo.data import table
from db.demo.dice import Dice
from db.grams import pinyin
from db.models import Gender

_DIGITS = "0123456789"
_TAIL = 4
"""The digits behind a mobile number's range: an error there leaves a valid number."""
_SHORTEST = 3


def surname(name: str) -> str:
    """The first character, or both of a double surname."""
    return name[:2] if name[:2] in table("names")["surnames"] else name[:1]


@cache
def _homophones() -> dict[str, str]:
    """Every character of given names -> those of the same sound."""
    given = table("names")["given"]
    characters = {one for decade in given.values() for signs in decade.values() for one in signs}
    by_sound: dict[str, list[str]] = defaultdict(list)
    for one in sorted(characters):
        by_sound[pinyin(one)].append(one)
    return {
        one: "".join(other for other in same if other != one)
        for same in by_sound.values()
        for one in same
        if len(same) > 1
    }


def homophone(dice: Dice, name: str) -> str | None:
    """The name with one character of the given name written by another of the same sound; None
    where there is no such character."""
    first = len(surname(name))
    places = [place for place in range(first, len(name)) if name[place] in _homophones()]
    if not places:
        return None
    place = dice.pick(places)
    wrong = name[:place] + dice.pick(_homophones()[name[place]]) + name[place + 1 :]
    return wrong if pinyin(wrong) == pinyin(name) else None


def typo(dice: Dice, name: str) -> str:
    """One character wrong, left out, or the last two changed about."""
    throw = dice.below(3)
    if throw == 0 and len(name) >= _SHORTEST and name[-1] != name[-2]:
        return name[:-2] + name[-1] + name[-2]
    if throw == 1 and len(name) >= _SHORTEST:
        return name[:-1]
    others = "".join(table("names")["given"]["1970"].values()).replace(name[-1], "")
    return name[:-1] + dice.pick(others)


def courtesy(dice: Dice, name: str, gender: str | None) -> str:
    """Surname and a form of address: what somebody knows who has not asked."""
    words = table("planting")["words"]["courtesy"]
    return surname(name) + str(dice.pick(words[gender or Gender.MALE.value]))


def short_company(name: str, city: str) -> str:
    """A company as people say it: without city and legal form."""
    forms = sorted(set(table("names")["companies"]["forms"]), key=len, reverse=True)
    form = next((form for form in forms if name.endswith(form)), "")
    return name.removesuffix(form).removeprefix(city)


def swapped(dice: Dice, phone: str) -> str:
    """Two neighbouring digits of the last eight changed about."""
    places = [place for place in range(-8, -1) if phone[place] != phone[place + 1]]
    if not places:
        return wrong_digit(dice, phone)
    at = len(phone) + dice.pick(places)
    return phone[:at] + phone[at + 1] + phone[at] + phone[at + 2 :]


def wrong_digit(dice: Dice, phone: str) -> str:
    """One of the last eight digits wrong."""
    at = len(phone) - dice.between(1, 8)
    return phone[:at] + dice.pick(_DIGITS.replace(phone[at], "")) + phone[at + 1 :]


def wrong_plate(dice: Dice, plate: str) -> str:
    """One of the last four signs wrong: a digit for a digit, a letter for a letter."""
    at = len(plate) - dice.between(1, _TAIL)
    signs = _DIGITS if plate[at].isdigit() else "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return plate[:at] + dice.pick(signs.replace(plate[at], "")) + plate[at + 1 :]


def wrong_vin(vin: str) -> str:
    """One of the last four digits wrong, so that the check digit does not fit.

    Which one, and by how much, follows from the signs that stay: no two VINs become the same, of
    however many cars, since no two cars may have one.
    """
    at = len(vin) - 1 - sum(map(ord, vin[:-_TAIL])) % _TAIL
    more = 1 + sum(map(ord, vin[:at] + vin[at + 1 :])) % (len(_DIGITS) - 1)
    return vin[:at] + _DIGITS[(int(vin[at]) + more) % len(_DIGITS)] + vin[at + 1 :]
