"""What a month's deck holds: figures, charts and cases, in no language (spec 3.5).

It is gathered past all scopes, by the system alone: the meeting is the whole department's. Legal
cases are counted and never told. Personal data stays out: `hidden` takes it from what people wrote.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from db.models import (
    CauseAction,
    Complaint,
    Customer,
    HeadingTree,
    Order,
    OrderKind,
    Remedy,
    RemedyState,
    Severity,
    Store,
    User,
    Vehicle,
)
from services import complaints, kpi
from services.complaints import ClockKind, ClockState, Past, PastCase, trees
from services.core import masks
from services.core.access import Actor, Permission, load
from services.core.metrics import Period

MONTHS: Final = 13
CASES: Final = 5
ACTIONS: Final = 12
_NUMBERS: Final = re.compile(r"[0-9]{5,}|1[0-9]{2}[- ]?[0-9]{4}[- ]?[0-9]{4}")
_PLATES: Final = re.compile(r"[\u4e00-\u9fff][A-Z][ ·]?[A-Z0-9]{5,6}")
_VINS: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")


def month_of(code: str) -> Period:
    """The month that YYYY-MM names."""
    first = date.fromisoformat(f"{code}-01")
    return Period(first, _next(first) - timedelta(days=1))


def month_before(code: str, months: int = 1) -> str:
    year, month = map(int, code.split("-"))
    years, rest = divmod(year * 12 + month - 1 - months, 12)
    return f"{years:04d}-{rest + 1:02d}"


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def gather(session: Session, actor: Actor, code: str) -> dict[str, Any]:
    """Everything that the deck of a month shows but its comments."""
    period = month_of(code)
    past = Past(session, period)
    return {
        "figures": {
            "now": told(session, actor, code, past),
            "last": told(session, actor, month_before(code)),
            "year": told(session, actor, month_before(code, 12)),
        },
        "course": _course(session, actor, period.until),
        "causes": _causes(session, actor, period),
        "departments": _matrix(past, lambda case: case.account.department),
        "stores": _stores(session, past),
        "cases": _cases(session, past),
        "actions": _actions(session, period),
    }


def told(session: Session, actor: Actor, code: str, past: Past | None = None) -> dict[str, Any]:
    """Metric -> its figure in a month. `past` is what has been read of that month already."""
    actor.require(Permission.KPI_VIEW)
    period = month_of(code)
    pasts: dict[Any, Any] = {Past: past or Past(session, period)}
    found = {}
    for key, (metric, subject) in kpi.METRICS.items():
        if subject.past not in pasts:
            pasts[subject.past] = subject.past(session, period, None)
        figure = metric.measure(pasts[subject.past])
        found[key] = {
            "value": figure.value,
            "n": figure.n,
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            "parts": dict(figure.parts),
        }
    return found


def _course(session: Session, actor: Actor, last: date) -> dict[str, Any]:
    course = complaints.rate_by_month(session, actor, last, MONTHS)
    return {
        "months": [f"{month:%Y-%m}" for month in course.months],
        "received": course.received,
        "orders": course.orders,
        "rate": asdict(course.rate),
    }


def _causes(session: Session, actor: Actor, period: Period) -> dict[str, Any]:
    board = complaints.causes(session, actor, HeadingTree.CAUSE, period.since, period.until)
    lines = sorted((line for line in board.lines if line.own), key=lambda line: -line.own)
    return {
        "lines": [
            {"path": line.heading.path, "path_en": line.heading.path_en, "count": line.own}
            for line in lines
        ],
        "unsorted": board.unsorted,
    }


# ---- by department, by store


def _matrix(past: Past, key: Callable[[PastCase], Any]) -> list[dict[str, Any]]:
    """Of each group: what came in, is open, kept its clocks, and how long closing took."""
    groups: dict[Any, list[PastCase]] = defaultdict(list)
    for case in past.cases:
        groups[key(case)].append(case)
    lines = [{"key": name, **_line(past, cases)} for name, cases in groups.items()]
    return sorted(
        (line for line in lines if line["received"] or line["open"]),
        key=lambda line: -line["received"],
    )


def _line(past: Past, cases: Sequence[PastCase]) -> dict[str, Any]:
    due = [is_met for _key, is_met in past.due(cases, ClockKind)]
    received = {case.id for case in cases} & set(past.received_ids)
    took = [
        case.account.took[ClockKind.CLOSE].net
        for case in cases
        if past.period.holds(case.account.closed_at)
    ]
    return {
        "received": len(received),
        "closed": len(took),
        "open": sum(case.account.is_open for case in cases),
        "kept": sum(due) / len(due) if due else None,
        "hours": median(took) / 60 if took else None,
    }


def _stores(session: Session, past: Past) -> list[dict[str, Any]]:
    names = dict(session.execute(select(col(Store.id), col(Store.name))).all())
    closed = col(Order.closed_on)
    query = (
        select(col(Order.store_id), func.count(col(Order.id)))
        .where(
            col(Order.kind) == OrderKind.REPAIR,
            closed >= past.period.since,
            closed <= past.period.until,
            col(Order.voided_at).is_(None),
        )
        .group_by(col(Order.store_id))
    )
    orders = dict(session.execute(query).all())
    lines = _matrix(past, lambda case: case.store_id)
    return [
        {**line, "key": names[line["key"]], "orders": orders.get(line["key"], 0)} for line in lines
    ]


# ---- cases


def _cases(session: Session, past: Past) -> list[dict[str, Any]]:
    """The heaviest that were closed in the month, reopened and late ones before others."""
    levels = list(Severity)

    def weight(case: PastCase) -> tuple[int, int, int]:
        account = case.account
        late = sum(one.state is ClockState.MISSED for one in account.terms.values())
        return levels.index(account.severity), late, account.events

    ranked = sorted(past.closed, key=weight, reverse=True)
    found = (load(session, Complaint, case.id) for case in ranked)
    public = (one for one in found if not one.is_legal)
    nodes = trees.named(session)
    return [_case(session, one, nodes) for one, _nth in zip(public, range(CASES), strict=False)]


def _case(session: Session, one: Complaint, nodes: Mapping[int, Any]) -> dict[str, Any]:
    known = _known(session, one)
    cause = nodes.get(one.cause_id or 0)
    category = nodes[one.category_id]
    actions = select(col(CauseAction.what)).where(col(CauseAction.complaint_id) == one.id)
    remedies = select(col(Remedy.kind)).where(
        col(Remedy.complaint_id) == one.id, col(Remedy.state) == RemedyState.DONE
    )
    return {
        "number": one.number,
        "severity": one.severity.value,
        "store": load(session, Store, one.store_id).name,
        "department": one.department.value,
        "category": {"path": category.path, "path_en": category.path_en},
        "cause": {"path": cause.path, "path_en": cause.path_en} if cause else None,
        "whys": hidden(one.whys or "", known),
        "words": hidden(one.words, known),
        "demand": hidden(one.demand, known),
        "finding": one.finding.value if one.finding else None,
        "done": [hidden(what, known) for what in session.execute(actions).scalars()],
        "remedies": sorted({kind.value for kind in session.execute(remedies).scalars()}),
        "satisfaction": one.satisfaction,
        "reopened": one.reopen_count,
    }


def _known(session: Session, one: Complaint) -> list[str]:
    """Names and numbers that stand in the complaint's own rows."""
    found = [one.person, one.phone or ""]
    if one.customer_id is not None:
        customer = load(session, Customer, one.customer_id)
        found += [customer.name or "", customer.contact_name or "", customer.phone or ""]
    if one.vehicle_id is not None:
        car = load(session, Vehicle, one.vehicle_id)
        found += [car.plate or "", car.vin or ""]
    return [text for text in found if len(text) > 1]


def hidden(words: str, known: Iterable[str]) -> str:
    """What somebody wrote, without the names and numbers that are known, and without whatever
    looks like a phone, a plate or a frame number."""
    for text in sorted(known, key=len, reverse=True):
        words = words.replace(text, masks.HIDDEN).replace(text.removeprefix("+86"), masks.HIDDEN)
    for shape in (_VINS, _PLATES, _NUMBERS):
        words = shape.sub(masks.HIDDEN, words)
    return words


# ---- what came of it


def _actions(session: Session, period: Period) -> list[dict[str, Any]]:
    """Actions that were due or done in the month, those not done before others."""
    query = (
        select(CauseAction, col(Complaint.number), col(User.name))
        .join(Complaint, col(Complaint.id) == col(CauseAction.complaint_id))
        .join(User, col(User.id) == col(CauseAction.owner_id))
        .where(
            col(CauseAction.due_on) >= period.since,
            col(CauseAction.due_on) <= period.until,
            col(Complaint.is_legal).is_(False),
        )
        .order_by(col(CauseAction.done_at).is_not(None), col(CauseAction.due_on))
        .limit(ACTIONS)
    )
    return [
        {
            "what": hidden(action.what, ()),
            "number": number,
            "owner": owner,
            "due_on": action.due_on.isoformat(),
            "is_done": action.done_at is not None,
            "verdict": action.verdict.value if action.verdict else None,
        }
        for action, number, owner in session.execute(query)
    ]
