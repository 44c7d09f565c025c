"""The rules of contacts in the demonstration: as they held until yesterday, and as drafts."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert

from db.demo.data import table
from db.demo.people import Row
from db.demo.world import CHINA, World
from db.demo.writers import table_of
from db.models import (
    Cadence,
    CadenceState,
    CadenceStep,
    Desk,
    Lifecycle,
    Trigger,
    ValueClass,
    VisitKind,
)

DAYS: Final = 84
"""Twelve weeks for which the rules held."""
_RULES: Final = Path(__file__).parents[2] / "services" / "visits" / "cadences.toml"


@dataclass(frozen=True, slots=True)
class Step:
    id: int
    code: str
    told: Row


@cache
def told() -> dict[str, Any]:
    return tomllib.loads(_RULES.read_text(encoding="utf-8"))


@cache
def steps_of_rules() -> dict[str, list[Step]]:
    """Rule -> its steps; ids in the order of the file."""
    found: dict[str, list[Step]] = {}
    number = 0
    for code, rule in told().items():
        found[code] = []
        for step in rule["steps"]:
            number += 1
            found[code].append(Step(number, code, step))
    return found


def write_rules(connection: Connection, world: World) -> None:
    """Each rule as it was until yesterday, and as a draft that waits for somebody's word."""
    cadences: list[Row] = []
    steps: list[Row] = []
    director = world.directors[0] if world.directors else None
    begun = world.as_of - timedelta(days=DAYS)
    for number, is_old in ((1, True), (2, False)):
        for code, rule in told().items():
            cadences.append(_cadence(len(cadences) + 1, code, number, rule, director))
            if is_old:
                cadences[-1] |= {
                    "state": CadenceState.RETIRED.value,
                    "from_on": begun,
                    "until_on": world.as_of - timedelta(days=1),
                    "approved_at": _morning(begun),
                    "approved_by_id": director,
                }
            cadences[-1]["created_at"] = _morning(begun if is_old else world.as_of)
            cadences[-1]["updated_at"] = cadences[-1]["created_at"]
            for nth, step in enumerate(rule["steps"], start=1):
                words = _before(code) if is_old and nth == 1 else {}
                steps.append(_step(len(steps) + 1, len(cadences), nth, step | words))
    connection.execute(insert(table_of(Cadence)), cadences)
    connection.execute(insert(table_of(CadenceStep)), steps)


def _before(code: str) -> Row:
    """What the first version of a rule said otherwise."""
    before = table("studio")["before"]
    if code != before["code"]:
        return {}
    return {name: before[name] for name in ("script", "script_en")}


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=CHINA).astimezone(UTC)


def _cadence(key: int, code: str, number: int, rule: Row, author: int | None) -> Row:
    return {
        "id": key,
        "version": 1,
        "code": code,
        "number": number,
        "name": rule["name"],
        "name_en": rule["name_en"],
        "desk": Desk(rule["desk"]),
        "trigger": Trigger(rule["trigger"]),
        "lifecycle": Lifecycle(rule["lifecycle"]) if "lifecycle" in rule else None,
        "value_class": ValueClass(rule["value_class"]) if "value_class" in rule else None,
        "is_marketing": rule.get("is_marketing", False),
        "state": CadenceState.DRAFT.value,
        "from_on": None,
        "until_on": None,
        "author_id": author,
        "approved_at": None,
        "approved_by_id": None,
    }


def _step(key: int, cadence: int, nth: int, step: Row) -> Row:
    return {
        "id": key,
        "cadence_id": cadence,
        "nth": nth,
        "offset_days": step["days"],
        "window_days": step["window"],
        "expiry_days": step["last"],
        "kind": VisitKind(step["kind"]),
        "purpose": step["purpose"],
        "purpose_en": step["purpose_en"],
        "script": step["script"],
        "script_en": step["script_en"],
        "survey_code": step.get("survey"),
        "max_attempts": 3,
        "priority": step["weight"],
    }
