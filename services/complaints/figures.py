"""The metrics of complaints: what each counts, of what (spec 3.6)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from math import inf
from statistics import fmean
from typing import Final

from db.models import ActionKind, CauseAction, EventKind, OrderKind
from services.complaints.clocks import ClockKind, ClockState
from services.complaints.past import Past, PastCase
from services.core import clock, parameters
from services.core.metrics import Better, Figure, Metric, Unit, rate, share, spread
from services.core.words import N_

CONTENT: Final = 4
"""From here on to 5 a customer is content with what we did."""
AGES: Final = (1, 3, 7, 15)
"""Days that part the bands of ages."""
_DONE: Final = frozenset({ClockState.MET, ClockState.MISSED})
_DAY: Final = 24 * 60 * 60
_MINUTES: Final = 60
"""Of a working hour."""
_FEN: Final = 100

Which = Callable[[PastCase], bool]


def _ids(cases: Iterable[PastCase], which: Which = lambda _case: True) -> list[int]:
    return [case.id for case in cases if which(case)]


def _of_received(which: Which) -> Callable[[Past], Figure]:
    return lambda past: share(_ids(past.received, which), _ids(past.received))


def _of_closed(which: Which) -> Callable[[Past], Figure]:
    return lambda past: share(_ids(past.closed, which), _ids(past.closed))


# ---- clocks


def _on_time(*kinds: ClockKind) -> Callable[[Past], Figure]:
    """Of the clocks whose time ended in the period those that had been met by then."""

    def measure(past: Past) -> Figure:
        due = past.due(past.cases, kinds)
        return share([key for key, is_met in due if is_met], [key for key, _ in due])

    return measure


def _time_to(kind: ClockKind) -> Callable[[Past], Figure]:
    def measure(past: Past) -> Figure:
        ended = {
            case.id: case.account.took[kind]
            for case in past.cases
            for one in [case.account.terms[kind]]
            if one.state in _DONE and past.period.holds(one.ended_at)
        }
        return spread(
            {key: took.net for key, took in ended.items()},
            {key: took.gross for key, took in ended.items()},
            _MINUTES,
        )

    return measure


# ---- how they went


def _closure(past: Past) -> Figure:
    rows = [case for case in past.received if EventKind.WITHDRAWN not in case.account.kinds]
    return share(_ids(rows, lambda case: case.account.closed_at is not None), _ids(rows))


def _first_responded(case: PastCase) -> bool:
    """The last answer to the customer was given, or confirmed, by whoever took the complaint."""
    return case.first_responder_id in case.account.answered_by


def _was_reopened(case: PastCase) -> bool:
    return EventKind.REOPENED in case.account.kinds


def _repeats(past: Past) -> Figure:
    return share(past.repeated, _ids(past.received))


def _backlog(past: Past) -> Figure:
    ages = [(past.period.seen_at - case.received_at).total_seconds() / _DAY for case in past.open]
    rows = _ids(past.open)
    parts = {
        _band(least, most): float(sum(least <= age < (most or inf) for age in ages))
        for least, most in zip([0, *AGES], [*AGES, None], strict=True)
    }
    return Figure(len(rows), len(rows), len(rows), None, parts, rows, rows)


def _band(least: int, most: int | None) -> str:
    return f"{least}-{most}" if most is not None else f"{least}+"


# ---- after the answer


def _satisfaction(past: Past) -> Figure:
    marks = {
        case.id: mark
        for case in past.cases
        for at, mark in case.account.marks
        if past.period.holds(at)
    }
    found = share([key for key, mark in marks.items() if mark >= CONTENT], list(marks))
    return _with(found, mean=fmean(marks.values()) if marks else None)


def _recovery(past: Past) -> Figure:
    back = past.came_back()
    return _with(share(back.hits, back.rows), others=back.others)


def _with(found: Figure, **parts: float | None) -> Figure:
    return replace(found, parts={**found.parts, **parts})


def _actions_on_time(past: Past) -> Figure:
    due = [one for one in past.due_actions() if one.kind is not ActionKind.IDEA]
    done = [
        one
        for one in due
        if one.done_at is not None
        and one.done_at <= past.period.seen_at
        and clock.day_of(one.done_at) <= one.due_on
    ]
    return _of_actions(done, due)


def _actions_effective(past: Past) -> Figure:
    checked = [one for one in past.checked_actions() if one.kind is not ActionKind.IDEA]
    return _of_actions([one for one in checked if not one.recurrences], checked)


def _of_actions(hits: Collection[CauseAction], rows: Collection[CauseAction]) -> Figure:
    return share([one.complaint_id for one in hits], [one.complaint_id for one in rows])


def _cost(past: Past) -> Figure:
    fen: Counter[int] = Counter()
    rows = []
    for one in past.spent():
        rows.append(one.complaint_id)
        fen[one.complaint_id] += one.amount_fen or 0
    yuan = fen.total() / _FEN
    parts = {"each": yuan / len(rows) if rows else None}
    each = {key: amount / _FEN for key, amount in fen.items()}
    return Figure(yuan, len(rows), yuan, None, parts, rows, rows, each)


_LESS, _MORE = Better.LESS, Better.MORE

METRICS: Final = (
    Metric(
        "COMP",
        N_("Complaint rate"),
        N_("Complaints and grumbles received, for every 1,000 repair orders closed"),
        Unit.PER_THOUSAND,
        _LESS,
        lambda past: rate(past.received_ids, past.orders(OrderKind.REPAIR), 1000),
    ),
    Metric(
        "COMP-CARS",
        N_("Complaints for cars delivered"),
        N_("Complaints and grumbles received, for every 100 cars delivered"),
        Unit.PER_HUNDRED,
        _LESS,
        lambda past: rate(past.received_ids, past.orders(OrderKind.SALE), 100),
    ),
    Metric(
        "MTTA",
        N_("Time to acknowledge"),
        N_("Median working time from receipt to the customer knowing his number"),
        Unit.WORKING_HOURS,
        _LESS,
        _time_to(ClockKind.ACKNOWLEDGE),
    ),
    Metric(
        "FRT",
        N_("Time to first answer"),
        N_("Median working time from receipt to the first answer of substance"),
        Unit.WORKING_HOURS,
        _LESS,
        _time_to(ClockKind.ANSWER),
    ),
    Metric(
        "MTTR",
        N_("Time to close"),
        N_("Median working time from receipt to closing, without pauses"),
        Unit.WORKING_HOURS,
        _LESS,
        _time_to(ClockKind.CLOSE),
    ),
    Metric(
        "SLA",
        N_("Clocks kept"),
        N_("Of all clocks whose time ended, those that had been met"),
        Unit.SHARE,
        _MORE,
        _on_time(*ClockKind),
        parameters.TARGET_CLOCKS,
    ),
    Metric(
        "SLA-ACK",
        N_("Acknowledged in time"),
        N_("Of the clocks of acknowledging whose time ended, those that had been met"),
        Unit.SHARE,
        _MORE,
        _on_time(ClockKind.ACKNOWLEDGE),
        parameters.TARGET_CLOCKS,
    ),
    Metric(
        "SLA-FRT",
        N_("First answer in time"),
        N_("Of the clocks of the first answer whose time ended, those that had been met"),
        Unit.SHARE,
        _MORE,
        _on_time(ClockKind.ANSWER),
        parameters.TARGET_CLOCKS,
    ),
    Metric(
        "SLA-PROP",
        N_("Proposal in time"),
        N_("Of the clocks of the proposal whose time ended, those that had been met"),
        Unit.SHARE,
        _MORE,
        _on_time(ClockKind.PROPOSE),
        parameters.TARGET_CLOCKS,
    ),
    Metric(
        "SLA-CLOSE",
        N_("Closed in time"),
        N_("Of the clocks of closing whose time ended, those that had been met"),
        Unit.SHARE,
        _MORE,
        _on_time(ClockKind.CLOSE),
        parameters.TARGET_CLOSED,
    ),
    Metric(
        "CLOSURE",
        N_("Closure rate"),
        N_("Of those received and not withdrawn, those that were closed by the end of the time"),
        Unit.SHARE,
        _MORE,
        _closure,
    ),
    Metric(
        "FCR",
        N_("Solved at first contact"),
        N_("Of those closed, those whose customer was talked to on one day only"),
        Unit.SHARE,
        _MORE,
        _of_closed(lambda case: case.account.is_one_talk),
    ),
    Metric(
        "REO",
        N_("Reopened"),
        N_("Of those closed, those that had been opened again before"),
        Unit.SHARE,
        _LESS,
        _of_closed(_was_reopened),
        parameters.TARGET_REOPENED,
    ),
    Metric(
        "REPEAT",
        N_("Repeated complaints"),
        N_("Of those received, those whose customer complained about the same not long before"),
        Unit.SHARE,
        _LESS,
        _repeats,
    ),
    Metric(
        "ESC",
        N_("Escalated"),
        N_("Of those received, those whose severity was raised"),
        Unit.SHARE,
        _LESS,
        _of_received(lambda case: case.account.was_raised),
    ),
    Metric(
        "PINGPONG",
        N_("Passed back"),
        N_("Of those received, those that came back to a department that had had them"),
        Unit.SHARE,
        _LESS,
        _of_received(lambda case: case.account.was_returned),
    ),
    Metric(
        "BACKLOG",
        N_("Open complaints"),
        N_("Complaints that are not closed at the end of the time, by their age in days"),
        Unit.COUNT,
        _LESS,
        _backlog,
    ),
    Metric(
        "CSAT-COMP",
        N_("Content with what we did"),
        N_("Of the customers asked after the closing, those who gave 4 or 5 of 5"),
        Unit.SHARE,
        _MORE,
        _satisfaction,
        parameters.TARGET_CONTENT,
    ),
    Metric(
        "REC",
        N_("Customers won back"),
        N_(
            "Of the closed complaints whose time to come back ran out, those whose customer had a "
            "paid visit by then"
        ),
        Unit.SHARE,
        _MORE,
        _recovery,
    ),
    Metric(
        "CAPA",
        N_("Actions in time"),
        N_("Of the actions against causes that were due, those done by their day"),
        Unit.SHARE,
        _MORE,
        _actions_on_time,
    ),
    Metric(
        "CAPA-EFF",
        N_("Actions that work"),
        N_("Of the actions against causes that were checked, those after which it did not recur"),
        Unit.SHARE,
        _MORE,
        _actions_effective,
    ),
    Metric(
        "COST",
        N_("Cost of complaints"),
        N_("Compensations and refunds handed out"),
        Unit.YUAN,
        _LESS,
        _cost,
    ),
    Metric(
        "FIRST",
        N_("Answered by the first responder"),
        N_(
            "Of those closed, those whose last answer was given or confirmed by whoever took the "
            "complaint"
        ),
        Unit.SHARE,
        _MORE,
        _of_closed(_first_responded),
        parameters.TARGET_FIRST,
    ),
)
"""By subject, in the order in which they are read."""
