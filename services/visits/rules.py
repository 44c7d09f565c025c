"""The rules by which customers are contacted: delivered as drafts, in force once somebody who leads
has approved them, from a day on (V01, V31)."""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
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
from services.core import audit, clock, dual, notices, parameters
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotPermitted, StaleRecord
from services.core.fields import DateInRange, PositiveId
from services.core.inputs import Request
from services.core.words import N_
from services.surveys.versions import in_force
from services.visits import checking
from services.visits.checking import Trouble
from services.visits.views import CadenceLine, StepLine

_FILE: Final = Path(__file__).with_name("cadences.toml")
ATTEMPTS: Final = 3


class NotADraft(Conflict):
    msgid = N_("Only a draft is approved, and only what is in force is ended")


class FromPast(InvalidInput):
    msgid = N_("A rule holds from today on at the earliest")


class TooEarly(InvalidInput):
    msgid = N_("The version before holds from {day} on. Choose a later day")


class NotSound(InvalidInput):
    msgid = N_("Mend first what speaks against this draft")


class OwnRule(NotPermitted):
    """Dual control means two people."""

    msgid = N_("You wrote this rule yourself. Somebody else has to approve it")


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


def cadences(session: Session, actor: Actor) -> list[CadenceLine]:
    """Every rule, the versions of each from the latest on. Two looks at the database."""
    actor.require(Permission.VISITS_VIEW)
    return lines(session)


def lines(session: Session) -> list[CadenceLine]:
    """Every rule as `cadences` tells it, for whoever has asked already."""
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
    """Returns how many rules were added as drafts. Nobody here wrote them, until they are
    edited."""
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
            **{name: value for name, value in told.items() if name != "steps"},
        )
        session.add(cadence)
        session.flush()
        session.add_all(_steps(cadence.id, told["steps"]))
        audit.record(session, actor, Action.CADENCES_ADOPTED, cadence, what=code)
        added += 1
    return added


def approve(session: Session, actor: Actor, form: ApproveCadence) -> int:
    """Let a draft hold from a day on; the version before ends the day before. Returns its id.

    Raises NotADraft, StaleRecord, FromPast, TooEarly, NotSound, OwnRule (where there is somebody
    else who may approve what the actor wrote).
    """
    actor.require(Permission.VISITS_LEAD)
    cadence = hold(session, form.cadence_id, form.version, CadenceState.DRAFT)
    if not may_approve(session, actor, cadence.author_id):
        raise OwnRule(record="cadences", id=cadence.id)
    if form.from_on < clock.today():
        raise FromPast
    known = lines(session)
    [line] = [one for one in known if one.id == cadence.id]
    if not checking.is_sound(troubles(session, line, known)):
        raise NotSound
    _end_before(session, actor, cadence, form.from_on)
    cadence.state, cadence.from_on = CadenceState.APPROVED, form.from_on
    cadence.approved_at, cadence.approved_by_id = clock.now(), actor.id
    audit.record(session, actor, Action.CADENCES_APPROVED, cadence, what=cadence.code)
    return cadence.id


def retire(session: Session, actor: Actor, form: RetireCadence) -> int:
    """End a rule that is in force; returns its id. Raises NotADraft, StaleRecord."""
    actor.require(Permission.VISITS_LEAD)
    cadence = hold(session, form.cadence_id, form.version, CadenceState.APPROVED)
    if cadence.until_on is not None and cadence.until_on < clock.today():
        raise NotADraft
    cadence.state = CadenceState.RETIRED
    cadence.until_on = max(clock.today(), cadence.from_on or clock.today())
    audit.record(session, actor, Action.CADENCES_RETIRED, cadence, what=cadence.code)
    return cadence.id


def troubles(session: Session, line: CadenceLine, known: Sequence[CadenceLine]) -> list[Trouble]:
    """What speaks against a version of a rule."""
    days = parameters.value(session, parameters.CONTACT_DAYS, clock.today())
    codes = {step.survey_code for step in line.steps} - {None}
    asked = [code for code in codes if code and in_force(session, code, clock.today())]
    return checking.troubles(line, known, int(days), asked)


def may_approve(session: Session, actor: Actor, author_id: int | None) -> bool:
    """Whether he leads and dual control lets him."""
    return actor.may(Permission.VISITS_LEAD) and dual.may_approve(
        actor, author_id, lambda: notices.those_who_may(session, Permission.VISITS_LEAD)
    )


def _end_before(session: Session, actor: Actor, cadence: Cadence, from_on: date) -> None:
    """The version that held until now goes on with what happened before the day. Raises TooEarly
    where it has not begun by then."""
    query = (
        select(Cadence)
        .where(
            col(Cadence.code) == cadence.code,
            col(Cadence.state) == CadenceState.APPROVED,
            col(Cadence.until_on).is_(None),
        )
        .with_for_update()
    )
    for before in session.execute(query).scalars():
        if before.from_on is not None and from_on <= before.from_on:
            raise TooEarly(day=before.from_on)
        before.until_on = from_on - timedelta(days=1)
        audit.record(session, actor, Action.CADENCES_RETIRED, before, what=cadence.code)


def hold(session: Session, cadence_id: int, version: int, state: CadenceState) -> Cadence:
    """A version of a rule, locked, as it was shown. Raises NotFound, StaleRecord, NotADraft."""
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
            **{name: step[name] for name in ("purpose", "purpose_en", "script", "script_en")},
        )
