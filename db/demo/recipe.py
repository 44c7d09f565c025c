"""What the whole dealer follows from: a handful of numbers."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from db.demo import accounts
from db.demo.accounts import Member, Shop
from db.demo.world import World

DEFAULT_SEED: Final = 815
CHUNK: Final = 2000
"""Customers made at a time; cars change hands only among them."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The same recipe makes the same rows and the same truth, on any machine."""

    customers: int
    stores: int
    as_of: date
    seed: int = DEFAULT_SEED
    chunk: int = CHUNK

    def found(self) -> tuple[World, list[Shop], list[Member]]:
        """The group with its stores and people, before the first customer.

        Raises `ValueError` for more stores than there are names.
        """
        shops = accounts.shops(self.stores)
        world = World(as_of=self.as_of, seed=self.seed, customers=self.customers, stores=shops)
        members = accounts.staff(shops, self.seed)
        world.employ(members)
        return world, shops, members
