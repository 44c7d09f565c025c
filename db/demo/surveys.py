"""How content customers were with a sale or a repair: a year of answers, with a store that lets its
customers wait, so that the figures say something.

Nobody answers twice in a quarter. What is bad came with the maker's lists: at a call it would have
become a complaint at once.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection, insert

from db.demo.data import table
from db.demo.dice import ASKING, Dice
from db.demo.people import File, Row
from db.demo.world import World
from db.demo.writers import table_of
from db.models import (
    ItemKind,
    OrderKind,
    ResponseSource,
    Survey,
    SurveyAnswer,
    SurveyChannel,
    SurveyItem,
    SurveyResponse,
    SurveyState,
)
from db.surveys import delivered
from db.types import Base

_YEAR: Final = 365
_REST: Final = 90
"""Days between two surveys of a customer."""
_AFTER: Final = (2, 8)
"""Days after the order."""
_MOST: Final = 30_000
"""With more customers than these each answers less."""
_BAD_ITEM, _BAD_SCORE, _WARNS, _PRAISES = 6, 60, 6, 9
_TENTHS: Final = 10
_SURVEY_OF: Final = {OrderKind.SALE.value: "ssi", OrderKind.REPAIR.value: "csi"}


def write_surveys(connection: Connection, world: World) -> None:
    """The delivered surveys, in force for longer than anybody has been asked."""
    begun = date.fromordinal(world.today - _YEAR - _AFTER[1])
    at = datetime.combine(begun, datetime.min.time(), tzinfo=UTC)
    surveys: list[Row] = []
    items: list[Row] = []
    for key, (code, told) in enumerate(delivered().items(), start=1):
        surveys.append(
            {
                **{name: told[name] for name in ("name", "name_en", "kind")},
                "id": key,
                "code": code,
                "number": 1,
                "state": SurveyState.APPROVED,
                "from_on": begun,
                "version": 1,
                "created_at": at,
                "updated_at": at,
                "approved_at": at,
                "approved_by_id": world.directors[0],
            }
        )
        items += [
            {**item, "id": _ids()[code, item["code"]], "survey_id": key, "nth": nth}
            for nth, item in enumerate(told["items"], start=1)
        ]
    connection.execute(insert(table_of(Survey)), surveys)
    connection.execute(insert(table_of(SurveyItem)), items)


@cache
def _ids() -> dict[tuple[str, str], int]:
    """(survey, question) -> id."""
    numbers = count(1)
    return {
        (code, item["code"]): next(numbers)
        for code, told in delivered().items()
        for item in told["items"]
    }


class Asked:
    """Who was asked, customer by customer."""

    def __init__(self, world: World) -> None:
        self._world, self._dice, self._keys = world, Dice(), count(1)
        self._often = min(1.0, _MOST / world.customers)

    def after(self, file: File, orders: Iterable[Row], rows: dict[type[Base], list[Row]]) -> None:
        """Add what a customer answered after his orders."""
        dice, world, shares = self._dice, self._world, table("surveys")["shares"]
        rested = 0
        for order in orders:
            closed = order["closed_on"]
            if closed is None or order["voided_at"] or closed.toordinal() < world.today - _YEAR:
                continue
            dice.begin(world.seed, ASKING + order["id"])
            day = world.open_day(dice, closed.toordinal() + dice.between(*_AFTER))
            answers = dice.chance(shares[order["kind"]] * self._often)
            if not answers or day < rested or day >= world.last:
                continue
            rested = day + _REST
            key = next(self._keys)
            said = _Said(world, dice, file.store_id, _SURVEY_OF[order["kind"]], day)
            rows[SurveyResponse].append(self._response(key, file, order, day, said))
            rows[SurveyAnswer] += [{"response_id": key, **one} for one in said.answers]

    def _response(self, key: int, file: File, order: Row, day: int, said: "_Said") -> Row:
        dice, world, shares = self._dice, self._world, table("surveys")["shares"]
        desk = "sales" if order["kind"] == OrderKind.SALE.value else "service"
        people = world.present(file.store_id, desk, day)
        by_phone = not said.is_low and dice.chance(shares["phone"])
        channel = SurveyChannel.ONLINE
        if by_phone:
            channel = SurveyChannel.PHONE
        elif dice.chance(shares["paper"]):
            channel = SurveyChannel.QUESTIONNAIRE
        source = ResponseSource.CALL if by_phone else ResponseSource.IMPORT
        return {
            "id": key,
            "survey_id": list(delivered()).index(said.code) + 1,
            "customer_id": file.id,
            "vehicle_id": order["vehicle_id"],
            "task_id": None,
            "at": world.instant(dice, day),
            "user_id": dice.pick(people) if by_phone and people else None,
            "channel": channel.value,
            "source": source.value,
            "score": said.score,
            "nps": said.nps,
            "is_low": said.is_low,
            "complaint_id": None,
            **file.scope,
        }


class _Said:
    """What one customer answered to one survey."""

    def __init__(self, world: World, dice: Dice, store: int, code: str, day: int) -> None:
        self.code, self._dice, self._store = code, dice, store
        self._is_lately = day >= world.today - table("surveys")["planted"]["lately_days"]
        mood = table("surveys")["mood"]
        self._mood = dice.around(*mood["customer"])
        if dice.chance(mood["angry_share"]):
            self._mood += mood["angry"]
        items: Sequence[dict[str, Any]] = delivered()[code]["items"]
        self._marks = {
            item["code"]: self._mark(item["code"])
            for item in items
            if item["kind"] is ItemKind.SCALE
        }
        self.nps = self._recommends()
        weights = {item["code"]: item["weight"] for item in items}
        whole = sum(weights[code] for code in self._marks)
        parts = sum(weights[code] * (value - 1) / 9 for code, value in self._marks.items())
        self.score = round(100 * parts / whole, 1)
        bad = min(self._marks.values()) <= _BAD_ITEM
        self.is_low = bad or self.nps <= _WARNS or self.score < _BAD_SCORE
        self.answers = [row for item in items for row in self._answer(item)]

    def _mark(self, item: str) -> int:
        told, dice = table("surveys"), self._dice
        planted = told["planted"]
        tenths: int = told["levels"][item] + self._mood + dice.around(*told["mood"]["question"])
        if self._store == planted["pleasing_store"]:
            tenths += planted["pleases"]
        if self._store == planted["slow_store"] and item == "waiting":
            tenths += planted["waiting"] + (planted["lately"] if self._is_lately else 0)
        return min(10, max(1, (tenths + _TENTHS // 2) // _TENTHS))

    def _recommends(self) -> int:
        """The work weighs most, then the waiting, then everything else."""
        marks = self._marks
        main = marks.get("quality", marks.get("delivery", 0))
        rest = sum(marks.values()) * _TENTHS // len(marks)
        tenths = (4 * _TENTHS * main + 3 * _TENTHS * marks["waiting"] + 3 * rest) // _TENTHS
        own = self._dice.around(*table("surveys")["mood"]["question"])
        return min(10, max(0, (tenths + own + _TENTHS // 2) // _TENTHS))

    def _answer(self, item: dict[str, Any]) -> list[Row]:
        dice, shares = self._dice, table("surveys")["shares"]
        value: int | None = None
        words = ""
        match item["kind"]:
            case ItemKind.SCALE:
                value = self._marks[item["code"]]
            case ItemKind.NPS:
                value = self.nps
            case ItemKind.CHOICE:
                if not dice.chance(shares["choice"]):
                    return []
                value = 0 if self.nps >= _PRAISES else 1 if self.nps > _WARNS else 2
            case ItemKind.TEXT:
                if not dice.chance(shares["words"]):
                    return []
                words = dice.pick(table("surveys")["texts"][self._tone()])
        key = _ids()[self.code, item["code"]]
        return [{"item_id": key, "value": value, "words": words}]

    def _tone(self) -> str:
        if self._marks["waiting"] <= _BAD_ITEM:
            return "waiting"
        if self.is_low:
            return "bad"
        return "good" if self.nps >= _PRAISES else "fair"
