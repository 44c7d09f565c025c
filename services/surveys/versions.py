"""The surveys and their versions: delivered as drafts, in force once a second person has approved
them, from a day on; an approved one is never edited (K02, V13)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.models import (
    ItemKind,
    Survey,
    SurveyItem,
    SurveyKind,
    SurveyResponse,
    SurveyState,
    User,
)
from db.surveys import delivered
from services.core import audit, clock, dual, notices
from services.core.access import Actor, Permission, load
from services.core.audit import Action
from services.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, StaleRecord
from services.core.words import N_
from services.surveys import wording
from services.surveys.inputs import (
    AdoptSurveys,
    ApproveSurvey,
    BeginSurvey,
    EditSurvey,
    NextVersion,
    WorkOnSurvey,
)
from services.surveys.views import ItemLine, Receipt, SurveyLine

OWN: Final = "own"
"""How the codes of surveys begin that were made here."""


class NoSuchSurvey(NotFound):
    msgid = N_("There is no such survey")


class SurveyNotADraft(Conflict):
    msgid = N_("Only a draft is changed and approved, and only what is in force is ended")


class DraftThere(Conflict):
    msgid = N_("There is a draft of this survey already. Go on with that one")


class OwnSurvey(NotPermitted):
    msgid = N_("You wrote this version: somebody else has to approve it")


class AskedFromPast(InvalidInput):
    msgid = N_("Customers are asked by it from today on at the earliest")


def surveys(session: Session, actor: Actor) -> list[SurveyLine]:
    """Every survey, the versions of each from the latest on. Four looks at the database."""
    actor.require(Permission.VISITS_VIEW)
    writer, second = aliased(User), aliased(User)
    rows = session.execute(
        select(Survey, func.coalesce(col(writer.name), ""), func.coalesce(col(second.name), ""))
        .outerjoin(writer, col(writer.id) == col(Survey.author_id))
        .outerjoin(second, col(second.id) == col(Survey.approved_by_id))
        .order_by(col(Survey.kind) == SurveyKind.CUSTOM, col(Survey.code))
        .order_by(col(Survey.number).desc())
    ).all()
    items = items_of(session, [row.id for row, _author, _second in rows])
    counted = select(col(SurveyResponse.survey_id), func.count(col(SurveyResponse.id)))
    answered = dict(session.execute(counted.group_by(col(SurveyResponse.survey_id))).all())
    may_lead, leaders = actor.may(Permission.VISITS_LEAD), _leaders(session)
    return [
        SurveyLine(
            **{name: getattr(row, name) for name in _PLAIN},
            author=author,
            approver=approver,
            answered=answered.get(row.id, 0),
            may_approve=may_lead
            and row.state is SurveyState.DRAFT
            and dual.may_approve(actor, row.author_id, lambda: leaders),
            items=items.get(row.id, []),
        )
        for row, author, approver in rows
    ]


_PLAIN: Final = (
    *("id", "version", "code", "number", "name", "name_en", "kind", "state", "from_on"),
    "until_on",
)


def items_of(session: Session, survey_ids: Iterable[int]) -> dict[int, list[ItemLine]]:
    """The questions of some versions, in their order."""
    query = (
        select(SurveyItem)
        .where(col(SurveyItem.survey_id).in_(list(survey_ids)))
        .order_by(col(SurveyItem.survey_id), col(SurveyItem.nth))
    )
    found: dict[int, list[ItemLine]] = {}
    for one in session.execute(query).scalars():
        line = ItemLine(**{name: getattr(one, name) for name in ItemLine.__dataclass_fields__})
        found.setdefault(one.survey_id, []).append(line)
    return found


def in_force(session: Session, code: str, on: date) -> Survey | None:
    """The version by which customers are asked on a day."""
    query = (
        select(Survey)
        .where(
            col(Survey.code) == code,
            col(Survey.state) == SurveyState.APPROVED,
            col(Survey.from_on) <= on,
            or_(col(Survey.until_on).is_(None), col(Survey.until_on) >= on),
        )
        .order_by(col(Survey.number).desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


# ---- deeds


def adopt(session: Session, actor: Actor, form: AdoptSurveys) -> int:
    """Returns how many surveys were added as drafts. Nobody here is their author: whoever leads may
    approve them."""
    actor.require(Permission.VISITS_LEAD)
    there = set(session.execute(select(col(Survey.code)).distinct()).scalars())
    new = {code: told for code, told in delivered().items() if code not in there}
    for code, told in new.items():
        values = {name: value for name, value in told.items() if name != "items"}
        survey = _add(session, code, 1, author_id=None, **values)
        session.add_all(_numbered(survey.id, told["items"]))
        audit.record(session, actor, Action.SURVEYS_ADOPTED, survey, what=code)
    return len(new)


def begin(session: Session, actor: Actor, form: BeginSurvey) -> Receipt:
    """A survey of one's own (K28), as a draft with one question to begin with."""
    actor.require(Permission.VISITS_LEAD)
    count = session.execute(
        select(func.count(func.distinct(col(Survey.code)))).where(col(Survey.code).like(f"{OWN}%"))
    ).scalar_one()
    survey = _add(
        session,
        f"{OWN}{count + 1}",
        1,
        author_id=actor.id,
        kind=form.kind,
        name=form.name,
        name_en=form.name_en,
    )
    first = {"code": "q1", "kind": ItemKind.SCALE, "weight": 1, "is_required": True, "choices": []}
    session.add_all(_numbered(survey.id, [{**first, "wording": form.name, "heading": ""}]))
    audit.record(session, actor, Action.SURVEYS_DRAFTED, survey, what=survey.code)
    return Receipt(survey.id, survey.version)


def next_version(session: Session, actor: Actor, form: NextVersion) -> Receipt:
    """A draft that begins as the version is, and takes its place once it is approved.

    Raises NotFound, DraftThere.
    """
    actor.require(Permission.VISITS_LEAD)
    old = load(session, Survey, form.survey_id, lock=True)
    versions = session.execute(select(Survey).where(col(Survey.code) == old.code)).scalars().all()
    if any(one.state is SurveyState.DRAFT for one in versions):
        raise DraftThere
    survey = _add(
        session,
        old.code,
        max(one.number for one in versions) + 1,
        author_id=actor.id,
        kind=old.kind,
        name=old.name,
        name_en=old.name_en,
    )
    kept = [
        {name: getattr(one, name) for name in _OF_ITEM}
        for one in items_of(session, [old.id]).get(old.id, [])
    ]
    session.add_all(_numbered(survey.id, kept))
    audit.record(session, actor, Action.SURVEYS_DRAFTED, survey, what=survey.code)
    return Receipt(survey.id, survey.version)


_OF_ITEM: Final = (
    *("code", "kind", "wording", "wording_en", "weight", "is_required", "choices", "heading"),
)


def edit(session: Session, actor: Actor, form: EditSurvey) -> Receipt:
    """Write a draft anew; whoever does is its author from now on.

    Raises SurveyNotADraft, StaleRecord, and what `wording.checked` does.
    """
    actor.require(Permission.VISITS_LEAD)
    survey = _hold(session, form, SurveyState.DRAFT)
    items = wording.checked(session, form.items, _known(session, survey))
    for one in session.execute(
        select(SurveyItem).where(col(SurveyItem.survey_id) == survey.id)
    ).scalars():
        session.delete(one)
    session.flush()
    survey.name, survey.name_en, survey.author_id = form.name, form.name_en, actor.id
    survey.updated_at = clock.now()
    session.add_all(_numbered(survey.id, items))
    audit.record(session, actor, Action.SURVEYS_EDITED, survey, what=survey.code)
    return Receipt(survey.id, survey.version)


def _known(session: Session, survey: Survey) -> dict[str, tuple[ItemKind, int]]:
    """Code -> kind and how many answers to choose from, of the versions that were ever in force."""
    query = (
        select(col(SurveyItem.code), col(SurveyItem.kind), col(SurveyItem.choices))
        .join(Survey, col(Survey.id) == col(SurveyItem.survey_id))
        .where(col(Survey.code) == survey.code, col(Survey.state) != SurveyState.DRAFT)
        .order_by(col(Survey.number))
    )
    return {code: (kind, len(choices)) for code, kind, choices in session.execute(query)}


def approve(session: Session, actor: Actor, form: ApproveSurvey) -> Receipt:
    """Let a draft hold from a day on; the version before it ends the day before.

    Raises SurveyNotADraft, StaleRecord, AskedFromPast, OwnSurvey (there is somebody else who could
    approve it), and what `wording.countable` does.
    """
    actor.require(Permission.VISITS_LEAD)
    survey = _hold(session, form, SurveyState.DRAFT)
    if form.from_on < clock.today():
        raise AskedFromPast
    if not dual.may_approve(actor, survey.author_id, lambda: _leaders(session)):
        raise OwnSurvey(record="surveys", id=survey.id)
    wording.countable(survey.kind, items_of(session, [survey.id]).get(survey.id, []))
    for one in session.execute(
        select(Survey)
        .where(col(Survey.code) == survey.code, col(Survey.state) == SurveyState.APPROVED)
        .with_for_update()
    ).scalars():
        _give_way(one, form.from_on)
    survey.state, survey.from_on = SurveyState.APPROVED, form.from_on
    survey.approved_at, survey.approved_by_id = clock.now(), actor.id
    audit.record(session, actor, Action.SURVEYS_APPROVED, survey, what=survey.code)
    return Receipt(survey.id, survey.version)


def retire(session: Session, actor: Actor, form: WorkOnSurvey) -> Receipt:
    """Nobody is asked by it any more. Raises SurveyNotADraft, StaleRecord."""
    actor.require(Permission.VISITS_LEAD)
    survey = _hold(session, form, SurveyState.APPROVED)
    survey.state = SurveyState.RETIRED
    survey.until_on = max(clock.today(), survey.from_on or clock.today())
    audit.record(session, actor, Action.SURVEYS_RETIRED, survey, what=survey.code)
    return Receipt(survey.id, survey.version)


def _give_way(before: Survey, from_on: date) -> None:
    """A version ends the day before the next one begins; one that would begin later never does."""
    began = before.from_on or from_on
    if began >= from_on:
        before.state, before.until_on = SurveyState.RETIRED, began
    elif before.until_on is None or before.until_on >= from_on:
        before.until_on = from_on - timedelta(days=1)


def _hold(session: Session, form: WorkOnSurvey, state: SurveyState) -> Survey:
    survey = load(session, Survey, form.survey_id, lock=True)
    if survey.version != form.version:
        raise StaleRecord(version=survey.version)
    if survey.state is not state:
        raise SurveyNotADraft
    return survey


def _leaders(session: Session) -> list[int]:
    return notices.those_who_may(session, Permission.VISITS_LEAD)


def _add(session: Session, code: str, number: int, **values: Any) -> Survey:
    survey = Survey(
        code=code, number=number, state=SurveyState.DRAFT, created_at=clock.now(), **values
    )
    session.add(survey)
    session.flush()
    return survey


def _numbered(survey_id: int, items: Sequence[dict[str, Any]]) -> Iterator[SurveyItem]:
    for nth, one in enumerate(items, start=1):
        yield SurveyItem(survey_id=survey_id, nth=nth, **one)
