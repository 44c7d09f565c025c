"""On whose file an order is written: nearly always the owner's, sometimes rightly another's,
sometimes wrongly."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from db.demo.data import table
from db.demo.dice import PLANTING, Dice
from db.demo.facts import Brought, BroughtKind, LookAlikeKind, Misfiled, MisfiledKind
from db.demo.history import Event
from db.demo.known import Acquaintances, Known
from db.demo.people import File, Holder, Part
from db.demo.world import World
from db.models import OrderKind

_HEAP_DRAW: Final = 1 << 21
_M = MisfiledKind


@dataclass(slots=True)
class _Heap:
    """A store's file for whatever is to be got rid of."""

    begins: int
    orders: int = 0
    holder: Known | None = None


class Misfiling:
    """Decides for every order; remembers the file above and the heap of each store."""

    def __init__(self, world: World, acquaintances: Acquaintances) -> None:
        self._acquaintances = acquaintances
        self._above: dict[int, File] = {}
        self._heaps = {store_id: _Heap(_heap_begins(world, store_id)) for store_id in world.stores}
        self.relatives: dict[int, tuple[Known, LookAlikeKind]] = {}
        """Files of this chunk -> whom they resemble."""

    def bearer(
        self, dice: Dice, file: File, event: Event, order: int, holders: set[int]
    ) -> tuple[Holder, Misfiled | Brought | None]:
        """(on whose file the order goes, the truth about it if that is not this file).

        `holders` are all who have or had to do with the car.
        """
        if event.kind is OrderKind.SALE or file.part is not Part.TRUE:
            return file, None
        rightly = self._brought(dice, file, event)
        if rightly is not None:
            kind, other = rightly
            return other, Brought(order, other.id, file.id, event.car.row["id"], kind)
        wrongly = self._misfiled(dice, file, event)
        if wrongly is not None and wrongly[1].id not in holders:
            sort, other = wrongly
            return other, Misfiled(order, other.id, file.id, event.car.row["id"], sort)
        return file, None

    def done(self, file: File) -> None:
        """`file` is made: the next one stands below it."""
        if file.part is Part.TRUE:
            self._above[file.store_id] = file

    def _brought(self, dice: Dice, file: File, event: Event) -> tuple[BroughtKind, Holder] | None:
        driver = event.car.driver
        if driver is not None and driver.created <= event.day and _by(dice, "brought_by_driver"):
            return BroughtKind.DRIVER, driver
        one, kind = self.relatives.get(file.id, (None, None))
        if one is not None and kind is LookAlikeKind.FAMILY and _by(dice, "brought_by_relative"):
            return BroughtKind.RELATIVE, one
        return None

    def _misfiled(self, dice: Dice, file: File, event: Event) -> tuple[MisfiledKind, Holder] | None:
        one, kind = self.relatives.get(file.id, (None, None))
        is_namesake = one is not None and kind is LookAlikeKind.NAMESAKE
        if one is not None and is_namesake and _by(dice, "misfiled_to_namesake"):
            return _M.NAMESAKE, one
        heap = self._heap(dice, file, event)
        if heap is not None:
            return _M.HEAP, heap
        if not _by(dice, "misfiled"):
            return None
        above = self._above.get(file.store_id)
        if above is not None and above.created <= event.day and dice.chance(0.5):
            return _M.NEIGHBOUR, above
        stranger = self._acquaintances.find(dice, _bears(file, event))
        return (_M.STRANGER, stranger) if stranger is not None else None

    def _heap(self, dice: Dice, file: File, event: Event) -> Known | None:
        heap, rules = self._heaps[file.store_id], table("planting")["heap"]
        into = event.day - heap.begins
        if not 0 <= into < rules["days"] or heap.orders >= rules["orders"]:
            return None
        if not dice.chance(rules["share"]):
            return None
        if heap.holder is None:
            found = self._acquaintances.find(dice, _bears(file, event))
            heap.holder = found if found and found.created <= heap.begins else None
        if heap.holder is None or heap.holder.id == file.id:
            return None
        heap.orders += 1
        return heap.holder


def _heap_begins(world: World, store_id: int) -> int:
    dice = Dice()
    dice.begin(world.seed, PLANTING + _HEAP_DRAW + store_id)
    return dice.between(world.begin + 200, world.today - 120)


def _by(dice: Dice, name: str) -> bool:
    return dice.chance(table("planting")["shares"][name])


def _bears(file: File, event: Event) -> Callable[[Known], bool]:
    def check(one: Known) -> bool:
        return one.store_id == file.store_id and one.created <= event.day and one.id != file.id

    return check
