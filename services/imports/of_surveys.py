"""Lists of answered surveys, from the maker or a survey tool (K03, K04): each customer's answers
once, with the questions of the version that was in force on that day.

A customer who has answered any survey so many days before or after is left out, as at a call: the
row is counted and says so. Questions may be left open here, for a list is as full as it is. A bad
answer is marked and listed on the page of satisfaction, where somebody takes it up; it opens no
complaint by itself: the list is old, and nobody has just spoken with the customer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import (
    Customer,
    ItemKind,
    ResponseSource,
    RowOutcome,
    Survey,
    SurveyChannel,
    SurveyItem,
    SurveyResponse,
    SurveyState,
)
from services.core import clock, normal
from services.core.normal import InvalidValue
from services.core.words import N_
from services.imports import known as lookups
from services.imports.known import Known
from services.imports.of_orders import NAME_WHO, NOBODY, customer_of
from services.imports.parsing import choice, folded, moment, phones, text, vin, whole
from services.imports.plans import (
    SAME_AS,
    Field,
    Kind,
    Line,
    Place,
    Plan,
    Reason,
    Seen,
    skipped,
    wrong,
)
from services.surveys import answering, asking
from services.surveys.inputs import Answer
from services.surveys.scoring import SCALES, Limits, is_low

QUESTIONS: Final = 12
NO_SUCH_SURVEY: Final = N_("There is no approved survey of this name. Write one of these: {known}")
NOTHING_SAID: Final = N_("No question has an answer")
NO_SUCH_QUESTION: Final = N_("This survey has only {count} questions")
ON_SCALE: Final = N_("Write a number from {least} to {most}")
CHOSEN: Final = N_("Write one of these: {options}")
THERE: Final = N_("These answers are there already")
ASKED_LATELY: Final = N_("He answered a survey on {day}: within {days} days nobody is asked twice")
IS_LOW: Final = N_("A bad answer: somebody should take it up")

NAMES: Final = tuple(f"answer_{nth}" for nth in range(1, QUESTIONS + 1))
FIELDS: Final = (
    Field("survey", text(60), required=True),
    Field("surveyed_at", moment(), required=True),
    Field("customer_number", text(12)),
    Field("name", normal.name),
    Field("phone", phones),
    Field("plate", normal.plate),
    Field("vin", vin),
    Field("survey_channel", choice("survey_channel", SurveyChannel)),
    *(Field(name, text(2000, lines=True)) for name in NAMES),
)


@dataclass(slots=True)
class World:
    known: Known
    surveys: list[tuple[Survey, dict[int, SurveyItem]]]
    """Every version that is or was in force, the latest first, with its questions by id."""
    asked: dict[int, list[tuple[date, str]]]
    """Customer -> when he answered, and which survey."""
    between: timedelta
    limits: Limits


@dataclass(slots=True)
class Deed:
    customer: Customer
    vehicle_id: int | None
    survey: Survey
    items: dict[int, SurveyItem]
    said: dict[int, Answer]
    between: timedelta


def keys(values: Mapping[str, Any]) -> set[str]:
    found = {f"p:{phone}" for phone in values.get("phone", ())}
    found |= {f"c:{values[name]}" for name in ("vin", "plate") if name in values}
    return found | {f"n:{values[name]}" for name in ("customer_number",) if name in values}


def look(session: Session, place: Place, lines: Sequence[Line], lock: bool) -> World:
    def all_of(name: str) -> set[Any]:
        return {line.values[name] for line in lines if name in line.values}

    known = lookups.look(
        session,
        place,
        phones={numbers[0] for numbers in all_of("phone")},
        vins=all_of("vin"),
        plates=all_of("plate"),
        numbers={number.upper() for number in all_of("customer_number")},
        lock=lock,
    )
    query = select(Survey).where(col(Survey.state) != SurveyState.DRAFT)
    versions = session.execute(query.order_by(col(Survey.number).desc())).scalars().all()
    return World(
        known,
        [(one, answering.items_by_id(session, one.id)) for one in versions],
        asking.asked_days(session, list(known.files)),
        asking.between(session, clock.today()),
        answering.limits(session),
    )


def plan(place: Place, world: World, line: Line) -> Plan:
    if line.wrong:
        return wrong(line)
    found, faults = _told(world, line.values)
    if found is None:
        return wrong(line, *faults)
    survey, items, said = found
    car = world.known.car(line.values.get("vin"), line.values.get("plate"))
    customer, refusal = customer_of(place, world.known, line, car)
    if refusal:
        return skipped(line, refusal)
    if customer is None:
        return wrong(line, ("phone", NOBODY, {}))
    his = car is not None and (car.id, customer.id) in world.known.joined
    vehicle_id = car.id if car is not None and his else None
    return _new(world, line, Deed(customer, vehicle_id, survey, items, said, world.between))


def _new(world: World, line: Line, deed: Deed) -> Plan:
    """Left out where he has answered lately, and where these very answers are there."""
    on = _day(line)
    answered = world.asked.get(deed.customer.id, [])
    if (on, deed.survey.code) in answered:
        return Plan(line, RowOutcome.SAME, [("surveyed_at", THERE, {})])
    near = _near(on, [day for day, _code in answered], world.between)
    if near is not None:
        return skipped(line, _lately(near, world.between))
    notes: list[Reason] = []
    if is_low(answering.marks_of(deed.items, deed.said), world.limits):
        notes.append(("survey", IS_LOW, {}))
    return Plan(line, RowOutcome.NEW, notes, deed)


def _day(line: Line) -> date:
    return clock.day_of(line.values["surveyed_at"].at)


def _near(on: date, days: Iterable[date], between: timedelta) -> date | None:
    """A day on which he answered that lies too near to this one."""
    return next((day for day in days if abs(day - on) < between), None)


def _lately(day: date, between: timedelta) -> Reason:
    return ("surveyed_at", ASKED_LATELY, {"day": day.isoformat(), "days": between.days})


def _survey(world: World, name: str, on: date) -> tuple[Survey, dict[int, SurveyItem]] | None:
    """The version by which one was asked on a day, by its code or its name in either language; on
    a day before the first one was in force here, that one: the maker asked already."""
    wanted = folded(name)
    same = [
        (survey, items)
        for survey, items in world.surveys
        if wanted in {folded(word) for word in (survey.code, survey.name, survey.name_en) if word}
    ]
    begun = (one for one in same if one[0].from_on is not None and one[0].from_on <= on)
    return next(begun, same[-1] if same else None)


# ---- what was answered


def _told(
    world: World, values: Mapping[str, Any]
) -> tuple[tuple[Survey, dict[int, SurveyItem], dict[int, Answer]] | None, list[Reason]]:
    """The survey of a row, its questions, the answers; or what is wrong with them."""
    if not {"phone", "plate", "vin", "customer_number"} & values.keys():
        return None, [("phone", NAME_WHO, {})]
    found = _survey(world, values["survey"], clock.day_of(values["surveyed_at"].at))
    if found is None:
        known = sorted({survey.name for survey, _items in world.surveys})
        return None, [("survey", NO_SUCH_SURVEY, {"known": " / ".join(known)})]
    said, faults = _said(found[1], values)
    return (None, faults) if faults else ((*found, said), [])


def _said(
    items: Mapping[int, SurveyItem], values: Mapping[str, Any]
) -> tuple[dict[int, Answer], list[Reason]]:
    """Question -> answer, and what is wrong with any."""
    by_nth = {item.nth: item for item in items.values()}
    said: dict[int, Answer] = {}
    faults: list[Reason] = []
    for nth, name in enumerate(NAMES, start=1):
        if name not in values:
            continue
        if nth not in by_nth:
            faults.append((name, NO_SUCH_QUESTION, {"count": len(by_nth)}))
            continue
        item = by_nth[nth]
        try:
            said[item.id] = _answer(item, values[name])
        except InvalidValue as why:
            faults.append((name, why.msgid, dict(why.params)))
    if not said and not faults:
        faults.append((NAMES[0], NOTHING_SAID, {}))
    return said, faults


def _answer(item: SurveyItem, cell: str) -> Answer:
    """Raises InvalidValue."""
    if item.kind is ItemKind.TEXT:
        return Answer(item_id=item.id, words=cell)
    if item.kind is ItemKind.CHOICE:
        wanted = folded(cell)
        for place, pair in enumerate(item.choices):
            if wanted in {folded(words) for words in pair}:
                return Answer(item_id=item.id, value=place)
        raise InvalidValue("choice", CHOSEN, options=[pair[0] for pair in item.choices])
    least, most = SCALES[item.kind]
    try:
        return Answer(item_id=item.id, value=whole(least, most)(cell))
    except InvalidValue:
        raise InvalidValue("scale", ON_SCALE, least=least, most=most) from None


# ---- the list as a whole


def repeats(plan: Plan, seen: Seen) -> None:
    """Nobody answers twice within so many days in one file either: the first row wins."""
    if plan.outcome is not RowOutcome.NEW:
        return
    deed: Deed = plan.deed
    on, number = _day(plan.line), plan.line.number
    key = f"s:{deed.customer.id}"
    before, days = seen.get(key, (0, ""))
    earlier = [date.fromisoformat(day) for day in days.split()]
    near = _near(on, earlier, deed.between)
    if near is not None:
        reason: Reason = _lately(near, deed.between)
        if near == on:
            reason = ("surveyed_at", SAME_AS, {"row": before})
        plan.outcome, plan.deed, plan.reasons = RowOutcome.SKIPPED, None, [reason]
        return
    seen[key] = (number, f"{days} {on.isoformat()}".strip())


def apply(session: Session, place: Place, _world: World, plans: Iterable[Plan]) -> None:
    for one in plans:
        deed, values = one.deed, one.line.values
        response = SurveyResponse(
            survey_id=deed.survey.id,
            customer_id=deed.customer.id,
            vehicle_id=deed.vehicle_id,
            store_id=place.store_id,
            owner_id=deed.customer.owner_id,
            at=values["surveyed_at"].at,
            channel=values.get("survey_channel", SurveyChannel.QUESTIONNAIRE),
            source=ResponseSource.IMPORT,
        )
        answering.keep(session, response, deed.items, deed.said)
        one.made(response)
        one.revisions.append((response, deed.customer.id, "survey_id", None, deed.survey.code))


SURVEYS: Final = Kind("surveys", N_("Answered surveys"), FIELDS, keys, look, plan, repeats, apply)
