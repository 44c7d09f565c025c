"""What is planted in the dealer: decides what each file is in truth, and keeps the facts.

The shares stand in `planting.toml`. Decisions are drawn from sequences of their own, one for each
file (`dice.PLANTING`), and about one file after the other: the facts follow from seed, size and day
as the rows do.
"""

from typing import Final

from db.demo import doubles, history
from db.demo.bursts import Bursts
from db.demo.cars import Car, Garage
from db.demo.data import table
from db.demo.dice import PLANTING, Dice
from db.demo.facts import Duplicate, Fact, LookAlike, LookAlikeKind
from db.demo.history import Event
from db.demo.inventions import impossible_car
from db.demo.known import Acquaintances, Known
from db.demo.misfiling import Misfiling
from db.demo.people import File, Holder, Part
from db.demo.world import World
from db.models import CustomerKind, Lifecycle

_RESEMBLANCES: Final = (
    LookAlikeKind.FAMILY,
    LookAlikeKind.FATHER_AND_SON,
    LookAlikeKind.NAMESAKE,
    LookAlikeKind.FLEET,
)


_REMEMBERED: Final = 50
"""Customers with two files that may get a third one."""


class Planting:
    """Asked about every file in the order of their numbers."""

    def __init__(self, world: World) -> None:
        self._world, self._dice = world, Dice()
        self._facts: list[Fact] = [*world.tenure_facts()]
        self._acquaintances = Acquaintances(world.customers)
        self._bursts = Bursts(world)
        self._misfiling = Misfiling(world, self._acquaintances)
        self._firsts: dict[int, tuple[Known, Duplicate]] = {}
        self._twice: list[Known] = []
        self._turn = 0

    def harvest(self, garage: Garage) -> list[Fact]:
        """The facts since the last time; the chunk is done."""
        facts, self._facts = self._facts, []
        sold = [LookAlike(new, former, LookAlikeKind.SOLD_ON) for new, former in garage.sold_on]
        self._misfiling.relatives.clear()
        self._firsts.clear()
        return [*facts, *sold]

    def shape(self, file: File) -> None:
        """Decide what `file` is in truth, and change its row accordingly."""
        dice, shares = self._dice, table("planting")["shares"]
        dice.begin(self._world.seed, PLANTING + file.id)
        run = self._bursts.shape(dice, file)
        if run is not None:
            self._facts.append(run)
            return
        throw = dice.random() - shares["duplicate"]
        if throw < 0:
            self._copy(file)
            return
        for kind in _RESEMBLANCES:
            throw -= shares[kind.value]
            if throw < 0:
                self._resemble(file, kind)
                return

    def _copy(self, file: File) -> None:
        dice = self._dice
        kind = doubles.kind_of(self._turn)
        fits = doubles.fits(kind, file)
        third = [one for one in self._twice if fits(one)]
        one = None
        if third and dice.chance(table("planting")["shares"]["third_file"]):
            one = dice.pick(third)
            self._twice.remove(one)
        one = one or self._acquaintances.find(dice, fits, take=True)
        if one is None:
            return
        self._turn += 1
        if not one.copies:
            self._twice = [*self._twice[-_REMEMBERED:], one]
        fact = doubles.copy(self._world, dice, file, one, kind)
        self._firsts[file.id] = one, fact
        self._facts.append(fact)

    def _resemble(self, file: File, kind: LookAlikeKind) -> None:
        if file.row["kind"] != CustomerKind.PERSON.value:
            return
        allowed = doubles.may_resemble(self._world, file, kind)
        one = self._acquaintances.find(self._dice, allowed)
        fact = one and doubles.resemble(self._world, self._dice, file, one, kind)
        if one and fact:
            self._misfiling.relatives[file.id] = one, kind
            self._facts.append(fact)

    def cars(self, file: File, garage: Garage) -> list[Car] | None:
        """The cars of a file that is not what it seems; None for a true one."""
        if file.part is Part.COPY:
            one, fact = self._firsts[file.id]
            return doubles.cars(self._world, self._dice, file, one, fact.kind, garage)
        if file.part is Part.INVENTED:
            if file.lifecycle != Lifecycle.POTENTIAL.value:
                impossible_car(self._world, self._dice, file, garage)
            return []
        return None

    def bearer(self, file: File, event: Event, order: int, garage: Garage) -> Holder:
        """On whose file an order goes."""
        holders = garage.holders[event.car.row["id"]]
        holder, fact = self._misfiling.bearer(self._dice, file, event, order, holders)
        if fact is not None:
            self._facts.append(fact)
        return holder

    def remember(self, file: File, cars: list[Car]) -> None:
        """`file` has its cars and its orders: later ones may be mistaken for it."""
        if file.part is Part.TRUE:
            self._facts += [
                history.habit(file, car) for car in cars if car.begins <= self._world.last
            ]
        self._misfiling.done(file)
        self._acquaintances.add(self._dice, file, cars)
