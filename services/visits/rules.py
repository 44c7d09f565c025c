"""The rules by which customers are contacted: delivered as drafts, in force once somebody who leads
has approved them, from a day on (V01, V31)."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

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
from services.core import audit, clock
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, StaleRecord
from services.core.fields import DateInRange, PositiveId
from services.core.inputs import Request
from services.core.words import N_

_FILE: Final = Path(__file__).with_name("cadences.toml")
ATTEMPTS: Final = 3


class NotADraft(Conflict):
    msgid = N_("Only a draft is approved, and only what is in force is ended")


class FromPast(InvalidInput):
    msgid = N_("A rule holds from today on at the earliest")


class AdoptCadences(Request):
    """Take over the rules that are delivered, as drafts; those that are there stay as they are."""


class ApproveCadence(Request):
    """It holds for what happens from this day on."""

    cadence_id: PositiveId
    version: PositiveId
    from_on: DateInRange


class RetireCadence(Request):
    """No more contacts are made by it; those that are there stay."""

    cadence_id: PositiveId
    version: PositiveId


@dataclass(frozen=True, slots=True)
class StepLine:
    nth: int
    offset_days: int
    window_days: int
    expiry_days: int
    kind: VisitKind
    purpose: str
    purpose_en: str
    priority: int
    max_attempts: int
    survey_code: str | None


@dataclass(frozen=True, slots=True)
class CadenceLine:
    """One version of a rule; `lifecycle` and `value_class` None: of any customer."""

    id: int
    version: int
    code: str
    number: int
    name: str
    name_en: str
    desk: Desk
    trigger: Trigger
    lifecycle: Lifecycle | None
    value_class: ValueClass | None
    is_marketing: bool
    state: CadenceState
    from_on: date | None
    until_on: date | None
    steps: list[StepLine]


def cadences(session: Session, actor: Actor) -> list[CadenceLine]:
    """Every rule, the versions of each from the latest on. Two looks at the database."""
    actor.require(Permission.VISITS_VIEW)
    rows = session.execute(
        select(Cadence).order_by(col(Cadence.code), col(Cadence.number).desc())
    ).scalars()
    found = session.execute(
        select(CadenceStep).order_by(col(CadenceStep.cadence_id), col(CadenceStep.nth))
    ).scalars()
    steps: dict[int, list[StepLine]] = {}
    for one in found:
        line = StepLine(**{name: getattr(one, name) for name in StepLine.__dataclass_fields__})
        steps.setdefault(one.cadence_id, []).append(line)
    names = [name for name in CadenceLine.__dataclass_fields__ if name != "steps"]
    return [
        CadenceLine(**{name: getattr(one, name) for name in names}, steps=steps.get(one.id, []))
        for one in rows
    ]


def adopt(session: Session, actor: Actor, form: AdoptCadences) -> int:
    """Returns how many rules were added as drafts."""
    actor.require(Permission.VISITS_LEAD)
    there = set(session.execute(select(col(Cadence.code)).distinct()).scalars())
    added = 0
    for code, told in delivered().items():
        if code in there:
            continue
        cadence = Cadence(
            code=code,
            number=1,
            state=CadenceState.DRAFT,
            created_at=clock.now(),
            author_id=actor.id,
            **{name: value for name, value in told.items() if name != "steps"},
        )
        session.add(cadence)
        session.flush()
        session.add_all(_steps(cadence.id, told["steps"]))
        audit.record(session, actor, Action.CADENCES_ADOPTED, cadence, what=code)
        added += 1
    return added


def approve(session: Session, actor: Actor, form: ApproveCadence) -> int:
    """Let a draft hold from a day on; returns its id. Raises NotADraft, StaleRecord, FromPast."""
    actor.require(Permission.VISITS_LEAD)
    cadence = _hold(session, form.cadence_id, form.version, CadenceState.DRAFT)
    if form.from_on < clock.today():
        raise FromPast
    cadence.state, cadence.from_on = CadenceState.APPROVED, form.from_on
    cadence.approved_at, cadence.approved_by_id = clock.now(), actor.id
    audit.record(session, actor, Action.CADENCES_APPROVED, cadence, what=cadence.code)
    return cadence.id


def retire(session: Session, actor: Actor, form: RetireCadence) -> int:
    """End a rule that is in force; returns its id. Raises NotADraft, StaleRecord."""
    actor.require(Permission.VISITS_LEAD)
    cadence = _hold(session, form.cadence_id, form.version, CadenceState.APPROVED)
    cadence.state = CadenceState.RETIRED
    cadence.until_on = max(clock.today(), cadence.from_on or clock.today())
    audit.record(session, actor, Action.CADENCES_RETIRED, cadence, what=cadence.code)
    return cadence.id


def _hold(session: Session, cadence_id: int, version: int, state: CadenceState) -> Cadence:
    cadence = load(session, Cadence, cadence_id, lock=True)
    if cadence.version != version:
        raise StaleRecord(version=cadence.version)
    if cadence.state is not state:
        raise NotADraft
    return cadence


@cache
def delivered() -> dict[str, dict[str, Any]]:
    """Code -> the rule as it is delivered, its values as the columns take them."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    kinds = {"desk": Desk, "trigger": Trigger, "lifecycle": Lifecycle, "value_class": ValueClass}
    return {
        code: {name: kinds[name](value) if name in kinds else value for name, value in one.items()}
        for code, one in told.items()
    }


def _steps(cadence_id: int, told: list[dict[str, Any]]) -> Iterator[CadenceStep]:
    for nth, step in enumerate(told, start=1):
        yield CadenceStep(
            cadence_id=cadence_id,
            nth=nth,
            offset_days=step["days"],
            window_days=step["window"],
            expiry_days=step["last"],
            kind=VisitKind(step["kind"]),
            priority=step["weight"],
            max_attempts=ATTEMPTS,
            survey_code=step.get("survey"),
            **{name: step[name] for name in ("purpose", "purpose_en", "script")},
        )
