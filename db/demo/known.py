"""Files that later ones may copy, resemble or be mistaken for: a bounded choice of those made."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from db.demo.cars import Car
from db.demo.dice import Dice
from db.demo.people import File, Part, Row
from db.models import CustomerKind, OwnershipRole

_ADMITTED: Final = 0.25
_FEWEST: Final = 300
_MOST: Final = 20_000
_SHARE: Final = 25
_TRIES: Final = 60
_KEPT: Final = (
    *("kind", "name", "gender", "birthday", "contact_name", "phone", "other_phone", "wechat"),
    *("email", "province", "city", "district", "street", "employer", "position", "industry"),
)
"""What makes a customer the one that he is."""


@dataclass(slots=True)
class Known:
    """A file as others may come to know it; it can hold an order."""

    id: int
    store_id: int
    owner_id: int | None
    created: int
    row: Row
    car: Car | None
    """A car that he owns now, parted from its row: nothing that happens to it here is written."""
    copies: list[int] = field(default_factory=list)
    is_misread: bool = False
    """Whether a second file has the car by a wrong VIN: another wrong one would be the same."""

    @property
    def scope(self) -> Row:
        return {"store_id": self.store_id, "owner_id": self.owner_id}

    @property
    def is_company(self) -> bool:
        return bool(self.row["kind"] == CustomerKind.COMPANY.value)


def known(file: File, cars: list[Car]) -> Known:
    owned = {row["id"] for row, role, now in file.links if role == OwnershipRole.OWNER and now}
    car = next((car for car in cars if car.row["id"] in owned and car.row["plate"]), None)
    if car is not None:
        car = replace(car, row=dict(car.row), driver=None)
    row = {name: file.row[name] for name in _KEPT}
    return Known(file.id, file.store_id, file.owner_id, file.created, row, car)


class Acquaintances:
    """A choice of the files made so far, old and new: who comes late may resemble an early one."""

    def __init__(self, customers: int) -> None:
        self._most = min(_MOST, max(_FEWEST, customers // _SHARE))
        self._files: list[Known] = []

    def add(self, dice: Dice, file: File, cars: list[Car]) -> None:
        """Maybe remember a true file that says enough to be known again."""
        row = file.row
        is_told = row["phone"] and row["street"] and (row["birthday"] or file.is_company)
        if file.part is not Part.TRUE or not is_told or not dice.chance(_ADMITTED):
            return
        if len(self._files) < self._most:
            self._files.append(known(file, cars))
        else:
            self._files[dice.below(self._most)] = known(file, cars)

    def find(
        self, dice: Dice, fits: Callable[[Known], bool], *, take: bool = False
    ) -> Known | None:
        """One of them that fits, None after some tries; `take` it for good."""
        for _ in range(min(_TRIES, 4 * len(self._files))):
            place = dice.below(len(self._files))
            one = self._files[place]
            if fits(one):
                if take:
                    self._files[place] = self._files[-1]
                    self._files.pop()
                return one
        return None
