"""Which causes go with which cars: how many complaints came in by both (C22, spec 3.7)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Final, TypeVar

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import Complaint, Vehicle
from services.complaints import trees
from services.complaints.overviews import Crossing, Loudest
from services.core import clock
from services.core.access import Actor, Permission
from services.core.normal import EARLIEST, LATEST

MOST: Final = 8
"""Causes, and cars; what is rarer stands together as others."""
SIGMAS: Final = 3
"""How far a number lies above what was to be expected before it is called out."""
LEAST: Final = 3
"""Complaints; fewer of a kind are an accident."""

Key = TypeVar("Key", int, str)


def causes_by_model(
    session: Session, actor: Actor, since: date, until: date, store_id: int | None = None
) -> Crossing:
    """Everything received from the first day to the last, as the board of causes counts it and as
    far as the actor sees it. Two looks at the database, however many there are."""
    actor.require(Permission.KPI_VIEW)
    pairs = _pairs(session, since, until, store_id)
    known = {
        (cause, model): count
        for (cause, model), count in pairs.items()
        if cause is not None and model
    }
    causes: Counter[int] = Counter()
    models: Counter[str] = Counter()
    for (cause, model), count in known.items():
        causes[cause] += count
        models[model] += count
    rows, columns = _first(causes), _first(models)
    width = len(columns) + (len(models) > MOST)
    counts = [[0] * width for _ in range(len(rows) + (len(causes) > MOST))]
    for (cause, model), count in known.items():
        counts[_place(rows, cause)][_place(columns, model)] += count
    names = trees.named(session)
    return Crossing(
        causes=[names[key] for key in rows],
        models=list(columns),
        counts=counts,
        crossed=sum(known.values()),
        left_out=sum(pairs.values()) - sum(known.values()),
        loudest=_loudest(counts, len(rows), len(columns)),
    )


def _pairs(
    session: Session, since: date, until: date, store_id: int | None
) -> dict[tuple[int | None, str | None], int]:
    """Cause and car -> how many; the car of the file, else what another system called it."""
    received = col(Complaint.received_at)
    first, last = max(since, EARLIEST), min(until, LATEST)
    model = func.coalesce(col(Vehicle.model), col(Complaint.product))
    query = (
        select(col(Complaint.cause_id), model, func.count(col(Complaint.id)))
        .outerjoin(Vehicle, col(Vehicle.id) == col(Complaint.vehicle_id))
        .where(
            received >= clock.midnight(first),
            received < clock.midnight(last + timedelta(days=1)),
        )
        .group_by(col(Complaint.cause_id), model)
    )
    if store_id is not None:
        query = query.where(col(Complaint.store_id) == store_id)
    return {(cause, car): count for cause, car, count in session.execute(query)}


def _first(counted: Counter[Key]) -> list[Key]:
    """The most frequent ones; among equals always the same."""
    return sorted(counted, key=lambda key: (-counted[key], key))[:MOST]


def _place(first: Sequence[Key], key: Key) -> int:
    """Where it stands; behind the last are the others."""
    return first.index(key) if key in first else len(first)


def _loudest(counts: Sequence[Sequence[int]], rows: int, columns: int) -> Loudest | None:
    """The named pair that lies farthest above what its cause and its car let one expect, where that
    is more than chance makes: (count - e) / sqrt(e) with e = row * column / whole, as of a control
    chart (spec 3.6). None where there is none."""
    whole = sum(map(sum, counts))
    found: tuple[float, Loudest] | None = None
    for row in range(rows):
        for column in range(columns):
            count = counts[row][column]
            if count < LEAST:
                continue
            expected = sum(counts[row]) * sum(line[column] for line in counts) / whole
            sigmas = (count - expected) / sqrt(expected)
            if sigmas >= SIGMAS and (found is None or sigmas > found[0]):
                found = sigmas, Loudest(row, column, count, expected)
    return found[1] if found else None
