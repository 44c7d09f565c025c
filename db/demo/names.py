"""Invented names of persons and companies, put together by chance."""

from functools import cache

from db.demo.data import table
from db.demo.dice import Dice, Weighted
from db.models import Gender

_FIRST_DECADE = 1940
_LAST_DECADE = 2000
_DECADE = 10
_ONE_CHARACTER = 0.14


@cache
def _surnames() -> Weighted[str]:
    return Weighted(table("names")["surnames"])


@cache
def _given(decade: int, gender: str) -> str:
    characters: str = table("names")["given"][str(decade)][gender]
    return characters


def person(dice: Dice, *, birth_year: int, gender: Gender) -> str:
    """A surname by its frequency in China and one or two characters of the decade's fashion."""
    decade = min(_LAST_DECADE, max(_FIRST_DECADE, birth_year // _DECADE * _DECADE))
    characters = _given(decade, gender.value)
    name = _surnames().draw(dice) + dice.pick(characters)
    return name if dice.chance(_ONE_CHARACTER) else name + dice.pick(characters)


def company(dice: Dice, city: str) -> str:
    """City, two characters of good omen, trade, legal form."""
    parts = table("names")["companies"]
    omen = dice.pick(parts["first"]) + dice.pick(parts["second"])
    return f"{city}{omen}{dice.pick(parts['trades'])}{dice.pick(parts['forms'])}"
