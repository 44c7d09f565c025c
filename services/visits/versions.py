"""Versions of a rule as people write them: begun, edited step by step, thrown away (V01).

Only a draft is edited. Steps stand in the order of their days, whatever order they were added in.
"""

from typing import Annotated, Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col

from db.models import (
    Cadence,
    CadenceState,
    CadenceStep,
    Desk,
    Lifecycle,
    Survey,
    Trigger,
    ValueClass,
    VisitKind,
)
from services.core import audit, clock, numbers
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotFound
from services.core.fields import Count, OrNone, PositiveId, text, whole
from services.core.inputs import Request
from services.core.words import N_
from services.surveys.versions import NoSuchSurvey
from services.visits import rules, scripts

SERIES: Final = "cadences"
STEPS: Final = 30
"""Steps of one rule; nobody calls a customer more often about one thing."""
_KEPT: Final = ("name", "name_en", "desk", "trigger", "lifecycle", "value_class", "is_marketing")
_OF_STEP: Final = (
    *("offset_days", "window_days", "expiry_days", "kind", "purpose", "purpose_en"),
    *("script", "script_en", "max_attempts", "priority", "survey_code"),
)
Title = Annotated[str, text(60)]
OtherTitle = Annotated[str, text(60, least=0)]
Purpose = Annotated[str, text(120)]
OtherPurpose = Annotated[str, text(120, least=0)]
Script = Annotated[str, text(4000, least=0, lines=True)]
Offset = Annotated[int, whole(-365, 730)]
Window = Annotated[int, whole(0, 365)]
Expiry = Annotated[int, whole(-365, 1095)]
Attempts = Annotated[int, whole(1, 20)]
SurveyCode = Annotated[str, text(40)]
Priority = Annotated[int, whole(0, 9)]


class RuleDraftThere(Conflict):
    msgid = N_("There is a draft of this rule already: version {number}")


class EndsEarly(InvalidInput):
    msgid = N_("It must be tried at least until day {day}, on which it is still in time")


class TooManySteps(Conflict):
    msgid = N_("A rule has at most {most} steps")


class BeginVersion(Request):
    """A draft that begins as a copy of this version."""

    cadence_id: PositiveId


class BeginRule(Request):
    """A rule that there was not before, still without steps."""

    name: Title
    name_en: OtherTitle = ""
    desk: Desk
    trigger: Trigger


class WorkOnDraft(Request):
    """`version` is the one that was shown."""

    cadence_id: PositiveId
    version: PositiveId


class EditDraft(WorkOnDraft):
    """What holds for all its steps."""

    name: Title
    name_en: OtherTitle = ""
    desk: Desk
    trigger: Trigger
    lifecycle: OrNone[Lifecycle] = None
    value_class: OrNone[ValueClass] = None
    is_marketing: bool = False


class PutStep(WorkOnDraft):
    """A step in place of the `nth`; 0: one more."""

    nth: Count = 0
    offset_days: Offset
    window_days: Window
    expiry_days: Expiry
    kind: VisitKind
    max_attempts: Attempts = rules.ATTEMPTS
    priority: Priority = 5
    purpose: Purpose
    purpose_en: OtherPurpose = ""
    script: Script = ""
    script_en: Script = ""
    survey_code: OrNone[SurveyCode] = None
    """Whose questions are asked at it, in the version that is in force by then."""


class DropStep(WorkOnDraft):
    nth: PositiveId


def begin(session: Session, actor: Actor, form: BeginVersion) -> int:
    """Begin a draft as a copy of a version; returns its id. Raises RuleDraftThere, NotFound."""
    actor.require(Permission.VISITS_LEAD)
    return draft_of(session, actor, load(session, Cadence, form.cadence_id, lock=True)).id


def begin_rule(session: Session, actor: Actor, form: BeginRule) -> int:
    """Begin a rule of one's own; returns its draft's id."""
    actor.require(Permission.VISITS_LEAD)
    number = numbers.reserve(session, SERIES, 1) + 1
    values = form.model_dump(exclude={"request_id"})
    cadence = Cadence(code=f"own_{number}", **values, **_of_draft(actor, 1))
    return _begun(session, actor, cadence).id


def draft_of(session: Session, actor: Actor, source: Cadence) -> Cadence:
    """A new draft of a rule, its steps those of a version. Raises RuleDraftThere."""
    numbers.reserve(session, SERIES, 0)  # of two who begin one at once, the second sees the first's
    there = _draft(session, source.code)
    if there is not None:
        raise RuleDraftThere(number=there.number)
    latest = select(func.max(col(Cadence.number))).where(col(Cadence.code) == source.code)
    number = session.execute(latest).scalar_one() + 1
    values = {name: getattr(source, name) for name in _KEPT}
    cadence = _begun(
        session, actor, Cadence(code=source.code, **values, **_of_draft(actor, number))
    )
    _lay(session, cadence, steps_of(session, source.id))
    return cadence


def draft_for(session: Session, actor: Actor, source: Cadence) -> Cadence:
    """The draft of a rule that is there, locked, or a new one of this version."""
    there = _draft(session, source.code)
    return there or draft_of(session, actor, source)


def edit(session: Session, actor: Actor, form: EditDraft) -> int:
    """Change what holds for all steps of a draft; returns its id.

    Raises NotADraft, StaleRecord, NotFound.
    """
    actor.require(Permission.VISITS_LEAD)
    cadence = rules.hold(session, form.cadence_id, form.version, CadenceState.DRAFT)
    changes = audit.difference(cadence, {name: getattr(form, name) for name in _KEPT})
    if not changes:
        return cadence.id
    for change in changes:
        setattr(cadence, change.field, change.new)
    cadence.author_id = actor.id
    audit.record(
        session, actor, Action.CADENCES_EDITED, cadence, changes=changes, what=cadence.code
    )
    return cadence.id


def put_step(session: Session, actor: Actor, form: PutStep) -> int:
    """Add a step to a draft, or put it in the place of one; returns the draft's id.

    Raises NotADraft, StaleRecord, NotFound, EndsEarly, TooManySteps, UnknownPlace, StrayBrace,
    NoSuchSurvey.
    """
    actor.require(Permission.VISITS_LEAD)
    cadence = rules.hold(session, form.cadence_id, form.version, CadenceState.DRAFT)
    end = form.offset_days + form.window_days
    if form.expiry_days < end:
        raise EndsEarly(day=end)
    scripts.check(form.script, form.script_en)
    _check_survey(session, form.survey_code)
    step = {name: getattr(form, name) for name in _OF_STEP}
    steps = steps_of(session, cadence.id)
    if form.nth > len(steps):
        raise NotFound(record="CadenceStep", id=form.nth)
    if form.nth:
        steps[form.nth - 1] = step
    elif len(steps) == STEPS:
        raise TooManySteps(most=STEPS)
    else:
        steps.append(step)
    return _written(session, actor, cadence, steps)


def _check_survey(session: Session, code: str | None) -> None:
    if code is None:
        return
    there = select(col(Survey.id)).where(col(Survey.code) == code).limit(1)
    if session.execute(there).first() is None:
        raise NoSuchSurvey


def drop_step(session: Session, actor: Actor, form: DropStep) -> int:
    """Take a step out of a draft; returns the draft's id.

    Raises NotADraft, StaleRecord, NotFound.
    """
    actor.require(Permission.VISITS_LEAD)
    cadence = rules.hold(session, form.cadence_id, form.version, CadenceState.DRAFT)
    steps = steps_of(session, cadence.id)
    if form.nth > len(steps):
        raise NotFound(record="CadenceStep", id=form.nth)
    del steps[form.nth - 1]
    return _written(session, actor, cadence, steps)


def discard(session: Session, actor: Actor, form: WorkOnDraft) -> int:
    """Throw a draft away; returns the id that it had. Raises NotADraft, StaleRecord, NotFound."""
    actor.require(Permission.VISITS_LEAD)
    cadence = rules.hold(session, form.cadence_id, form.version, CadenceState.DRAFT)
    key = cadence.id
    audit.record(session, actor, Action.CADENCES_DISCARDED, cadence, what=cadence.code)
    _lay(session, cadence, [])
    session.delete(cadence)
    session.flush()
    return key


def steps_of(session: Session, cadence_id: int) -> list[dict[str, Any]]:
    """The steps of a version by their columns, in order."""
    return [{name: getattr(one, name) for name in _OF_STEP} for one in _rows(session, cadence_id)]


def rewrite(session: Session, cadence: Cadence, steps: list[dict[str, Any]]) -> None:
    """Lay these steps, in the order of their days; the draft is another version of its row then."""
    _lay(session, cadence, sorted(steps, key=lambda step: step["offset_days"]))
    flag_modified(cadence, "updated_at")  # its own columns may be as they were


def _draft(session: Session, code: str) -> Cadence | None:
    query = select(Cadence).where(
        col(Cadence.code) == code, col(Cadence.state) == CadenceState.DRAFT
    )
    return session.execute(query.with_for_update()).scalar_one_or_none()


def _of_draft(actor: Actor, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "state": CadenceState.DRAFT,
        "created_at": clock.now(),
        "author_id": actor.id,
    }


def _begun(session: Session, actor: Actor, cadence: Cadence) -> Cadence:
    session.add(cadence)
    session.flush()
    audit.record(session, actor, Action.CADENCES_BEGUN, cadence, what=cadence.code)
    return cadence


def _written(session: Session, actor: Actor, cadence: Cadence, steps: list[dict[str, Any]]) -> int:
    rewrite(session, cadence, steps)
    cadence.author_id = actor.id
    audit.record(session, actor, Action.CADENCES_EDITED, cadence, what=cadence.code)
    return cadence.id


def _rows(session: Session, cadence_id: int) -> list[CadenceStep]:
    query = select(CadenceStep).where(col(CadenceStep.cadence_id) == cadence_id)
    return list(session.execute(query.order_by(col(CadenceStep.nth))).scalars())


def _lay(session: Session, cadence: Cadence, steps: list[dict[str, Any]]) -> None:
    """These steps and no others. Nothing refers to a draft's steps, so they are made anew."""
    for row in _rows(session, cadence.id):
        session.delete(row)
    session.flush()
    session.add_all(
        CadenceStep(cadence_id=cadence.id, nth=nth, **step)
        for nth, step in enumerate(steps, start=1)
    )
    session.flush()
