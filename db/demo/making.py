"""Chunks made in a process of their own, while the one before is being written.

The maker is fed by nothing but the recipe and hands over packed rows in their order, so it makes no
difference to what is written: only to how long it takes.
"""

import gc
import multiprocessing
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from db.demo.chunks import TABLES, Chunk, chunks
from db.demo.facts import lines
from db.demo.recipe import Recipe
from db.demo.writers import Packed, packer_for
from db.types import Base

WORTH_IT: Final = 20_000
"""From this many customers on a second process saves more than its start costs."""


class MakerLost(RuntimeError):
    """The process that makes the rows ended before the last of them."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A chunk on its way to the database; `facts` are lines of the truth."""

    tables: dict[type[Base], Packed]
    facts: bytes
    last: int
    is_last: bool


Parcels = Generator[Parcel, None, None]


@contextmanager
def without_cycle_hunting() -> Iterator[None]:
    """Rows hold no cycles: looking for them in millions of rows costs a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def wrapped(chunk: Chunk, dialect: str) -> Parcel:
    pack = packer_for(dialect)
    tables = {model: pack(model, chunk.rows[model]) for model in TABLES}
    return Parcel(tables, lines(chunk.facts), chunk.last, chunk.is_last)


def parcels(recipe: Recipe, dialect: str, *, apart: bool) -> Parcels:
    """The whole dealer, packed for an engine; `apart` makes it in a process of its own."""
    if apart:
        yield from _from_maker(recipe, dialect)
    else:
        yield from (wrapped(chunk, dialect) for chunk in chunks(recipe))


def is_worth_it(recipe: Recipe) -> bool:
    return recipe.customers >= WORTH_IT and len(os.sched_getaffinity(0)) > 1


def _make(out: Connection, recipe: Recipe, dialect: str) -> None:
    """What the other process does."""
    with without_cycle_hunting():
        for parcel in parcels(recipe, dialect, apart=False):
            out.send(parcel)
    out.close()


def _from_maker(recipe: Recipe, dialect: str) -> Parcels:
    # A fresh interpreter: a fork of one with threads and open connections may hang.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    maker = context.Process(target=_make, args=(there, recipe, dialect), daemon=True)
    maker.start()
    there.close()
    is_last = False
    try:
        while not is_last:
            try:
                parcel: Parcel = here.recv()
            except EOFError:
                raise MakerLost from None
            is_last = parcel.is_last
            yield parcel
    finally:
        here.close()
        if not is_last:
            maker.terminate()
        maker.join()
