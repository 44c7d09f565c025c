"""What stands on the checklists: the same for every case, in the order in which it is done."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.core.words import N_


class Checklist(StrEnum):
    TAKING = "taking"
    """How a complaint is taken (C12)."""
    CRISIS = "crisis"
    """What a crisis asks for beyond the clocks (C30)."""


class Item(StrEnum):
    LISTENED = "listened"
    APOLOGISED = "apologised"
    READ_BACK = "read_back"
    TOLD_NEXT = "told_next"
    PEOPLE = "people"
    DIRECTOR = "director"
    SPOKESPERSON = "spokesperson"
    EVIDENCE = "evidence"
    MAKER = "maker"
    COUNSEL = "counsel"
    VISITED = "visited"
    PUBLIC = "public"
    REPORTED = "reported"


TAKING: Final[Mapping[Item, str]] = {
    Item.LISTENED: N_("Listened to the end, without interrupting"),
    Item.APOLOGISED: N_("Said sorry"),
    Item.READ_BACK: N_("Read back what was noted"),
    Item.TOLD_NEXT: N_("Told the number, and by when the customer hears from us"),
}
CRISIS: Final[Mapping[Item, str]] = {
    Item.PEOPLE: N_("People are safe and cared for"),
    Item.DIRECTOR: N_("The director knows"),
    Item.SPOKESPERSON: N_("One person speaks, all others are silent towards the outside"),
    Item.EVIDENCE: N_("Evidence is kept: the car, photographs, records, video"),
    Item.MAKER: N_("The maker knows"),
    Item.COUNSEL: N_("The lawyer or the insurer knows"),
    Item.VISITED: N_("Somebody who leads has visited the customer"),
    Item.PUBLIC: N_("What is said in public is watched"),
    Item.REPORTED: N_("The director has a report every day"),
}
ITEMS: Final = {Checklist.TAKING: TAKING, Checklist.CRISIS: CRISIS}
"""Checklist -> item -> its words."""
WORDS: Final[Mapping[Item, str]] = {**TAKING, **CRISIS}
