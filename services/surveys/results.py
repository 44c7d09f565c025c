"""What customers answered from one day to another: as a whole, by store, person and month, question
by question, and what moves the whole (K03, K04, K05)."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import ItemKind, Store, Survey, SurveyAnswer, SurveyResponse, User
from services.core import clock
from services.core.access import Actor, Permission, load
from services.core.errors import InvalidInput
from services.core.metrics import Period, wilson
from services.core.normal import EARLIEST, LATEST
from services.core.words import N_
from services.surveys import figures
from services.surveys.scoring import SCALES, TOP, share
from services.surveys.versions import NoSuchSurvey, items_of
from services.surveys.views import Driver, Group, ItemLine, ItemResult, Mean, Results, TextLine

_WRITTEN: Final = re.compile(r"[a-z0-9_]{1,40}")
MOST_TEXTS: Final = 100
"""What customers said in their own words, the newest."""
MOST_PEOPLE: Final = 60
_DAY: Final = timedelta(days=1)

Key = TypeVar("Key", bound=Hashable)


class SurveyEndsEarly(InvalidInput):
    msgid = N_("The time of the answers ends before it begins")


@dataclass(frozen=True, slots=True)
class Part:
    """Which answers: of a survey in all its versions, of a time, of a store, asked by somebody."""

    code: str
    since: date
    until: date
    store_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """One response as the figures need it."""

    id: int
    at: datetime
    store_id: int
    store: str
    user_id: int | None
    person: str
    score: float | None
    nps: int | None
    is_low: bool
    has_complaint: bool


def results(session: Session, actor: Actor, filters: Part) -> Results:
    """What customers answered, as far as the actor sees it, and the same time before. Six looks at
    the database, however many answered. Raises NoSuchSurvey, SurveyEndsEarly, NotFound."""
    actor.require(Permission.VISITS_VIEW)
    versions = versions_of(session, filters)
    latest = versions[0]
    period = period_of(session, filters)
    found = _responses(session, filters, period)
    items = _items(session, [one.id for one in versions])
    answers = _answers(session, filters, period)
    days = period.until - period.since
    day = max(period.since - _DAY, EARLIEST)
    before = Period(max(day - days, EARLIEST), day)
    return Results(
        code=latest.code,
        name=latest.name,
        name_en=latest.name_en,
        whole=group(None, "", found),
        before=group(None, "", _responses(session, filters, before)),
        stores=_by(found, lambda one: (one.store_id, one.store)),
        people=_by(found, lambda one: (one.user_id, one.person))[:MOST_PEOPLE],
        months=_by_month(found),
        items=_by_item(items, answers),
        drivers=_drivers(items, found, answers),
        texts=_texts(items, found, answers),
        untreated=sum(one.is_low and not one.has_complaint for one in found),
    )


# ---- what is there


def versions_of(session: Session, part: Part) -> Sequence[Survey]:
    if not _WRITTEN.fullmatch(part.code):
        raise NoSuchSurvey
    query = select(Survey).where(col(Survey.code) == part.code)
    found = session.execute(query.order_by(col(Survey.number).desc())).scalars().all()
    if not found:
        raise NoSuchSurvey
    return found


def period_of(session: Session, part: Part) -> Period:
    """Raises SurveyEndsEarly, NotFound (a store out of sight)."""
    if part.until < part.since:
        raise SurveyEndsEarly
    if part.store_id is not None:
        load(session, Store, part.store_id)
    return Period(_bounded(part.since), _bounded(part.until))


def _bounded(day: date) -> date:
    return min(max(day, EARLIEST), LATEST)


def narrowed(query: Any, part: Part, period: Period) -> Any:
    """The query of responses, of this part only."""
    query = query.join(Survey, col(Survey.id) == col(SurveyResponse.survey_id)).where(
        col(Survey.code) == part.code,
        col(SurveyResponse.at) >= period.begin,
        col(SurveyResponse.at) < period.end,
    )
    if part.store_id is not None:
        query = query.where(col(SurveyResponse.store_id) == part.store_id)
    if part.user_id is not None:
        query = query.where(col(SurveyResponse.user_id) == part.user_id)
    return query


def _responses(session: Session, part: Part, period: Period) -> list[_Said]:
    query = narrowed(
        select(
            col(SurveyResponse.id),
            col(SurveyResponse.at),
            col(SurveyResponse.store_id),
            col(Store.name),
            col(SurveyResponse.user_id),
            func.coalesce(col(User.name), ""),
            col(SurveyResponse.score),
            col(SurveyResponse.nps),
            col(SurveyResponse.is_low),
            col(SurveyResponse.complaint_id).is_not(None),
        )
        .select_from(SurveyResponse)
        .join(Store, col(Store.id) == col(SurveyResponse.store_id))
        .outerjoin(User, col(User.id) == col(SurveyResponse.user_id)),
        part,
        period,
    )
    return [_Said(*row) for row in session.execute(query.order_by(col(SurveyResponse.id)))]


def _items(session: Session, survey_ids: Sequence[int]) -> dict[int, ItemLine]:
    """Question id -> how it is worded by now: the same one in all versions. The latest first."""
    found = items_of(session, survey_ids)
    latest: dict[str, ItemLine] = {}
    for key in survey_ids:
        for item in found.get(key, []):
            latest.setdefault(item.code, item)
    ids = {item.id: latest[item.code] for items in found.values() for item in items}
    order = {item.code: nth for nth, item in enumerate(latest.values())}
    return dict(sorted(ids.items(), key=lambda pair: order[pair[1].code]))


def _answers(
    session: Session, part: Part, period: Period
) -> dict[int, list[tuple[int, int | None, str]]]:
    """Response -> question id, value, words."""
    query = narrowed(
        select(
            col(SurveyAnswer.response_id),
            col(SurveyAnswer.item_id),
            col(SurveyAnswer.value),
            col(SurveyAnswer.words),
        ).join(SurveyResponse, col(SurveyResponse.id) == col(SurveyAnswer.response_id)),
        part,
        period,
    )
    found: dict[int, list[tuple[int, int | None, str]]] = defaultdict(list)
    for response, item, value, words in session.execute(query):
        found[response].append((item, value, words))
    return found


# ---- what it makes


def group(key: int | None, name: str, found: Sequence[_Said]) -> Group:
    return Group(
        key,
        name,
        figures.mean_of([one.score for one in found if one.score is not None]),
        figures.net_of(one.nps for one in found if one.nps is not None),
        sum(one.is_low for one in found),
    )


def _by(found: Iterable[_Said], of: Callable[[_Said], tuple[int | None, str]]) -> list[Group]:
    """The groups, who has most answers first."""
    parts: dict[tuple[int | None, str], list[_Said]] = defaultdict(list)
    for one in found:
        parts[of(one)].append(one)
    groups = [group(*key, part) for key, part in parts.items()]
    return sorted(groups, key=lambda one: (-max(one.score.n, one.net.n), one.name))


def _by_month(found: Iterable[_Said]) -> list[tuple[date, Group]]:
    parts: dict[date, list[_Said]] = defaultdict(list)
    for one in found:
        parts[clock.day_of(one.at).replace(day=1)].append(one)
    return [(month, group(None, "", part)) for month, part in sorted(parts.items())]


Answered = Mapping[int, Sequence[tuple[int, int | None, str]]]


def _by_item(items: Mapping[int, ItemLine], answers: Answered) -> list[ItemResult]:
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for said in answers.values():
        for key, value, words in said:
            if value is not None:
                counts[items[key].code][value] += 1
            elif words:
                counts[items[key].code][1] += 1
    asked = {item.code: item for item in items.values()}
    return [_item(item, counts[code]) for code, item in asked.items()]


def _item(item: ItemLine, counts: Counter[int]) -> ItemResult:
    n = sum(counts.values())
    if item.kind not in SCALES:
        return ItemResult(item, n, Mean(n), dict(counts), None, None, None)
    values = [float(value) for value in counts.elements()]
    hits = sum(count for value, count in counts.items() if value >= TOP)
    low, high = wilson(hits, n) or (None, None)
    mean = figures.mean_of(values, tuple(map(float, SCALES[item.kind])))  # type: ignore[arg-type]
    return ItemResult(item, n, mean, dict(counts), hits / n if n else None, low, high)


def _drivers(
    items: Mapping[int, ItemLine], found: Iterable[_Said], answers: Answered
) -> list[Driver]:
    """Each scale against whether they would recommend us, where the survey asks that; else against
    the score of the other questions: a part goes with its own whole by itself."""
    parts: dict[str, list[tuple[float, float]]] = defaultdict(list)
    asks = any(item.kind is ItemKind.NPS for item in items.values())
    for one in found:
        said = [
            (items[key], 100 * share(ItemKind.SCALE, value))
            for key, value, _words in answers.get(one.id, ())
            if value is not None and items[key].kind is ItemKind.SCALE
        ]
        for item, value in said:
            whole = one.nps * 10.0 if asks and one.nps is not None else _rest(item, said)
            if whole is not None and (not asks or one.nps is not None):
                parts[item.code].append((value, whole))
    asked = {item.code: item for item in items.values()}
    return [Driver(asked[code], n, *told) for code, n, *told in figures.driving(parts)]


def _rest(item: ItemLine, said: Sequence[tuple[ItemLine, float]]) -> float | None:
    """The weighted mean of the other questions."""
    others = [(one.weight, value) for one, value in said if one.code != item.code and one.weight]
    weight = sum(each for each, _value in others)
    return sum(each * value for each, value in others) / weight if weight else None


def _texts(
    items: Mapping[int, ItemLine], found: Sequence[_Said], answers: Answered
) -> list[TextLine]:
    lines = [
        TextLine(one.id, one.at, one.store, items[key], words, one.score, one.is_low)
        for one in found
        for key, _value, words in answers.get(one.id, ())
        if words
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_TEXTS]
