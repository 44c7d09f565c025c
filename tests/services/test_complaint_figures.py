"""The metrics of complaints, each on stories made by hand; and what no metric may do."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from sqlalchemy import event

from db.engine import engine, read_transaction, write_transaction
from db.models import (
    ActionKind,
    CauseAction,
    Complaint,
    ComplaintEvent,
    ComplaintKind,
    Department,
    EventKind,
    HeadingTree,
    OrderKind,
    ParameterValue,
    Remedy,
    RemedyKind,
    RemedyState,
    Severity,
    Stage,
    Verdict,
)
from services import complaints, kpi
from services.core import audit, clock, metrics, parameters
from services.core.access import identify, load
from services.core.errors import InvalidInput, NotFound, NotPermitted
from services.core.metrics import Figure, Unit, control, wilson
from services.core.run import fetch
from tests.dealer import Dealer, as_system
from tests.services.complaint_deeds import heading, laid

NOW = datetime(2026, 6, 5, 9, 50, tzinfo=UTC)
"""Friday, 17:50 where the dealer works."""
TEN = datetime(2026, 6, 3, 2, 0, tzinfo=UTC)
"""Wednesday, 10:00 there; the dealer works from 9:00 to 18:00."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
K = EventKind

Happened = tuple[timedelta, EventKind] | tuple[timedelta, EventKind, dict[str, Any]]


@pytest.fixture(autouse=True)
def on_friday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def story(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """A complaint received at a moment, and what happened how long after it; its id."""
    serial = iter(range(1, 100))

    def tell(*happened: Happened, at: datetime = TEN, **more: Any) -> int:
        ends = [after for after, kind, *_ in happened if kind in {K.CLOSED, K.REOPENED}]
        if ends and ends[-1:] == [after for after, kind, *_ in happened if kind is K.CLOSED][-1:]:
            more |= {"closed_at": at + ends[-1], "stage": Stage.CLOSED}
        with monkeypatch.context() as then:
            then.setattr(clock, "now", lambda: at)
            key = laid(dealer, f"TS-202606-{next(serial):04d}", **more)
        begun = dealer.rows(ComplaintEvent)[-1]
        state = {
            name: getattr(begun, name)
            for name in ("actor_id", "stage", "severity", "urgency", "department", "handler_id")
        }
        for seq, (after, kind, *said) in enumerate(happened, start=2):
            told = said[0] if said else {}
            state |= {name: value for name, value in told.items() if name in state}
            when = at + after
            values = {"details": told.get("details", {}), **state}
            dealer.add(
                ComplaintEvent(
                    complaint_id=key, seq=seq, at=when, recorded_at=when, kind=kind, **values
                )
            )
        return key

    return tell


def told(
    dealer: Dealer,
    code: str,
    since: date = date(2026, 6, 1),
    until: date = date(2026, 6, 5),
    who: str = "manager",
    store_id: int | None = None,
) -> Figure:
    [found] = fetch(kpi.figures, dealer.caller(who), (code,), since, until, store_id)
    return found.figure


def share(figure: Figure) -> tuple[float | None, float | None]:
    return figure.numerator, figure.denominator


# ---- rates


def test_a_rate_counts_complaints_and_grumbles_for_orders_closed(
    dealer: Dealer, story: Callable[..., int]
):
    story()
    story(kind=ComplaintKind.GRUMBLE)
    story(kind=ComplaintKind.ENQUIRY)
    story(kind=ComplaintKind.SUGGESTION)
    story((HOUR, K.MERGED))
    story(at=TEN - 30 * DAY)  # in May
    owner = dealer.customer()
    for day in (1, 5):
        dealer.order(owner, kind=OrderKind.REPAIR, closed_on=date(2026, 6, day))
    dealer.order(owner, kind=OrderKind.REPAIR, closed_on=date(2026, 6, 6))
    dealer.order(owner, kind=OrderKind.REPAIR)  # not closed
    dealer.order(owner, kind=OrderKind.REPAIR, closed_on=date(2026, 6, 3), voided_at=NOW)
    dealer.order(owner, closed_on=date(2026, 6, 3))
    rate = told(dealer, "COMP")
    assert (rate.value, rate.numerator, rate.denominator, rate.n) == (1000.0, 2, 2, 2)
    assert told(dealer, "COMP-CARS").value == 200.0


def test_a_rate_of_no_orders_is_none(dealer: Dealer, story: Callable[..., int]):
    story()
    assert told(dealer, "COMP").value is None


def test_a_rate_by_month_says_what_is_chance(dealer: Dealer, story: Callable[..., int]):
    """u = 3 / 3 orders; the limits of a month of n orders are 1 - and + 3 / sqrt(n)."""
    for day in (TEN, TEN + HOUR, TEN - 30 * DAY):
        story(at=day)
    story((40 * DAY, K.MERGED), at=TEN - 30 * DAY)  # so late that May counts it
    owner = dealer.customer()
    for day in (date(2026, 5, 9), date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2)):
        dealer.order(owner, kind=OrderKind.REPAIR, closed_on=day)
    course = fetch(complaints.rate_by_month, dealer.caller("manager"), date(2026, 6, 5), 3)
    assert course.months == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]
    assert (course.received, course.orders) == ([0, 2, 2], [0, 2, 2])
    assert (course.rate.centre, course.rate.values) == (1000, [None, 1000, 1000])
    assert course.rate.limits[0] is None
    assert course.rate.limits[1] == (0, pytest.approx(1000 + 3000 / 2**0.5))
    may = told(dealer, "COMP", date(2026, 5, 1), date(2026, 5, 31))
    assert (may.numerator, may.value) == (2, 1000)


def test_a_point_beyond_its_limits_is_a_signal():
    """Montgomery's example shape: 20 quiet samples and one loud one."""
    found = control([10] * 20 + [40], [1000] * 21, 1000)
    assert [at for at in range(21) if found.is_signal(at)] == [20]
    assert found.centre == pytest.approx(240 / 21)


# ---- clocks


def test_clocks_count_where_their_time_ended(dealer: Dealer, story: Callable[..., int]):
    """The clock of acknowledging, 30 working minutes."""
    met = story((HOUR / 3, K.ACKNOWLEDGED))
    late = story((HOUR, K.ACKNOWLEDGED))
    never = story()
    story(at=NOW - HOUR / 6)  # runs on
    story((HOUR / 6, K.MERGED))  # stopped
    before = story(at=datetime(2026, 5, 31, 9, 50, tzinfo=UTC))  # Sunday evening: due on Monday
    found = told(dealer, "SLA-ACK")
    assert (sorted(found.hits), sorted(found.rows)) == ([met], sorted([met, late, never, before]))
    assert found.value == 0.25
    sunday = told(dealer, "SLA-ACK", date(2026, 5, 30), date(2026, 5, 31))
    assert (sunday.value, sunday.n) == (None, 0)


def test_a_clock_met_after_the_period_was_not_met_in_it(dealer: Dealer, story: Callable[..., int]):
    key = story((DAY, K.ACKNOWLEDGED))  # due on Wednesday, done on Thursday
    wednesday = told(dealer, "SLA-ACK", date(2026, 6, 3), date(2026, 6, 3))
    assert (wednesday.hits, list(wednesday.rows)) == ([], [key])
    assert told(dealer, "MTTA", date(2026, 6, 3), date(2026, 6, 3)).n == 0
    assert told(dealer, "MTTA", date(2026, 6, 4), date(2026, 6, 4)).n == 1


def test_all_clocks_together_are_the_sum_of_the_four(dealer: Dealer, story: Callable[..., int]):
    story((HOUR / 3, K.ACKNOWLEDGED), (HOUR, K.PROPOSED), (2 * DAY, K.REPLIED), at=TEN - DAY)
    story(severity=Severity.L1)
    parts = [told(dealer, f"SLA-{clock}") for clock in ("ACK", "FRT", "PROP", "CLOSE")]
    whole = told(dealer, "SLA")
    assert whole.n == sum(part.n for part in parts) > 4
    assert whole.numerator == sum(part.numerator or 0 for part in parts)


def test_times_are_working_hours_without_and_with_pauses(dealer: Dealer, story: Callable[..., int]):
    """Received at 10:00; what is told the next day at 10:00 took 9 working hours."""
    story((HOUR, K.PROPOSED), (DAY, K.CLOSED))
    story((HOUR, K.PROPOSED), (HOUR, K.PAUSED), (2 * HOUR, K.RESUMED), (DAY, K.CLOSED))
    story((HOUR / 2, K.PROPOSED), (2 * HOUR, K.CLOSED))
    closing = told(dealer, "MTTR")
    assert (closing.value, closing.n) == (8.0, 3)
    assert closing.parts == {
        "p90": 9.0,
        "mean": pytest.approx((9 + 8 + 2) / 3),
        "gross": 9.0,
        "gross_p90": 9.0,
    }
    assert told(dealer, "FRT").value == 1.0  # a proposal is an answer


def test_the_ninth_of_ten_is_one_that_occurred(dealer: Dealer, story: Callable[..., int]):
    for minutes in (6, 12, 18, 24, 30, 36, 42, 48, 54, 60):
        story((timedelta(minutes=minutes), K.ACKNOWLEDGED))
    found = told(dealer, "MTTA")
    assert (found.value, found.parts["p90"]) == (pytest.approx(0.55), pytest.approx(0.9))


def test_a_crisis_has_no_limit_and_takes_its_time(dealer: Dealer, story: Callable[..., int]):
    key = story((HOUR, K.CLOSED), severity=Severity.L4)
    assert told(dealer, "MTTR").rows == [key]
    assert told(dealer, "SLA-CLOSE").n == 0


# ---- how they went


def test_closed_of_those_received(dealer: Dealer, story: Callable[..., int]):
    done = story((HOUR, K.CLOSED))
    again = story((HOUR, K.CLOSED), (2 * HOUR, K.REOPENED))
    later = story((2 * DAY, K.CLOSED))
    story((HOUR, K.WITHDRAWN))
    wednesday = told(dealer, "CLOSURE", date(2026, 6, 3), date(2026, 6, 3))
    assert (wednesday.hits, sorted(wednesday.rows)) == ([done], [done, again, later])
    assert share(told(dealer, "CLOSURE")) == (2, 3)


def test_one_talk_is_one_day_of_talking(dealer: Dealer, story: Callable[..., int]):
    once = story((HOUR, K.PROPOSED), (2 * HOUR, K.REPLIED), (DAY, K.CLOSED))
    twice = story((HOUR, K.CONTACTED), (DAY, K.REPLIED), (DAY, K.CLOSED))
    found = told(dealer, "FCR")
    assert (found.hits, found.rows) == ([once], [once, twice])


def test_reopened_counts_when_it_is_closed_at_last(dealer: Dealer, story: Callable[..., int]):
    story((HOUR, K.CLOSED))
    again = story((HOUR, K.CLOSED), (DAY, K.REOPENED), (2 * DAY, K.CLOSED))
    assert told(dealer, "REO", until=date(2026, 6, 4)).hits == []
    assert told(dealer, "REO").hits == [again]


def test_the_same_again_within_the_days_that_the_parameter_says(
    dealer: Dealer, story: Callable[..., int]
):
    owner, other = dealer.customer(), dealer.customer("李雷")
    story(at=TEN - 89 * DAY, customer_id=owner)
    again = story(customer_id=owner)
    story(at=TEN + HOUR, customer_id=owner, category_id=2)
    story(customer_id=other)
    story()
    found = told(dealer, "REPEAT")
    assert (found.hits, found.n) == ([again], 4)
    story(at=TEN - 91 * DAY, customer_id=other)
    assert told(dealer, "REPEAT").hits == [again]


def test_raised_and_passed_back(dealer: Dealer, story: Callable[..., int]):
    raised = story((HOUR, K.LEVELLED, {"severity": Severity.L3}))
    story((HOUR, K.LEVELLED, {"severity": Severity.L1}))
    back = story(
        (HOUR, K.TRANSFERRED, {"department": Department.PARTS}),
        (2 * HOUR, K.TRANSFERRED, {"department": Department.SERVICE}),
    )
    assert told(dealer, "ESC").hits == [raised]
    assert told(dealer, "PINGPONG").hits == [back]
    assert told(dealer, "PINGPONG").n == 3


def test_what_is_open_by_its_age(dealer: Dealer, story: Callable[..., int]):
    story(at=NOW - HOUR)
    story(at=NOW - 2 * DAY)
    story(at=NOW - 20 * DAY)
    story((HOUR, K.CLOSED))
    story((HOUR, K.WITHDRAWN))
    found = told(dealer, "BACKLOG")
    assert found.value == 3
    assert found.parts == {"0-1": 1, "1-3": 1, "3-7": 0, "7-15": 0, "15+": 1}
    assert told(dealer, "BACKLOG", until=date(2026, 6, 2)).value == 1


def test_what_happens_later_leaves_a_month_as_it_was(dealer: Dealer, story: Callable[..., int]):
    """C5: figures are told as of the end of their time."""
    may = date(2026, 5, 1), date(2026, 5, 31)
    at = datetime(2026, 5, 28, 2, 0, tzinfo=UTC)
    story((HOUR, K.ACKNOWLEDGED), at=at)
    codes = [metric.code for metric in fetch(kpi.dictionary, dealer.caller("manager"))]
    before = [told(dealer, code, *may) for code in codes]
    key = story((6 * DAY, K.LEVELLED, {"severity": Severity.L3}), (7 * DAY, K.CLOSED), at=at)
    between = [told(dealer, code, *may) for code in codes]
    assert between != before
    last = dealer.rows(ComplaintEvent)[-1].model_dump(exclude={"id"})
    dealer.add(
        ComplaintEvent(**last | {"seq": 9, "at": NOW, "recorded_at": NOW, "kind": K.REOPENED})
    )
    with write_transaction() as session:
        actor = as_system(session)
        one = load(session, Complaint, key)
        one.closed_at, one.stage = None, Stage.INVESTIGATING
        audit.record(session, actor, audit.Action.DATA_LOADED, "complaints")
    assert [told(dealer, code, *may) for code in codes] == between


# ---- after the answer


def test_content_is_four_and_five_of_five(dealer: Dealer, story: Callable[..., int]):
    for mark in (5, 4, 3, 1):
        details = {"details": {"satisfaction": mark}}
        story((HOUR, K.CLOSED), (DAY, K.SURVEYED, details))
    story((HOUR, K.CLOSED), at=TEN - 200 * DAY)
    found = told(dealer, "CSAT-COMP")
    assert (share(found), found.parts["mean"]) == ((2, 4), 3.25)


def test_an_old_complaint_is_surveyed_when_it_is(dealer: Dealer, story: Callable[..., int]):
    details = {"details": {"satisfaction": 5}}
    key = story((HOUR, K.CLOSED), (300 * DAY, K.SURVEYED, details), at=TEN - 299 * DAY)
    assert told(dealer, "CSAT-COMP").hits == [key]


def test_won_back_beside_those_who_never_complained(dealer: Dealer, story: Callable[..., int]):
    """The 180 days of what was closed on 6 December end on 4 June."""
    winter = datetime(2025, 12, 6, 2, 0, tzinfo=UTC)
    back, gone, free = (dealer.customer(name) for name in ("甲", "乙", "丙"))
    keys = [story((HOUR, K.CLOSED), at=winter, customer_id=who) for who in (back, gone, free)]

    def visit(who: int, day: date, fen: int = 80_000) -> None:
        dealer.order(who, kind=OrderKind.REPAIR, closed_on=day, amount_fen=fen)

    visit(back, date(2026, 6, 4))
    visit(gone, date(2026, 6, 5))  # a day late
    visit(free, date(2026, 3, 1), 0)  # not paid
    visit(free, date(2025, 12, 6))  # the day itself
    content, lost = dealer.customer("丁"), dealer.customer("戊")
    for who in (content, lost):
        visit(who, date(2025, 12, 5))
    visit(content, date(2026, 2, 1))
    found = told(dealer, "REC")
    assert (found.hits, found.rows) == ([keys[0]], keys)
    assert found.parts["others"] == 0.5


def test_actions_by_their_day_and_whether_they_work(dealer: Dealer, story: Callable[..., int]):
    key = story()
    base = {"complaint_id": key, "what": "培训", "owner_id": dealer.user_id("service")}
    due = date(2026, 6, 2)
    in_time = datetime(2026, 6, 2, 15, 0, tzinfo=UTC)  # 23:00 there
    common = base | {"kind": ActionKind.CORRECTIVE, "due_on": due, "check_on": due}
    checked = {"checked_at": NOW, "verdict": Verdict.EFFECTIVE}
    dealer.add(CauseAction(**common, done_at=in_time, **checked))
    dealer.add(CauseAction(**common, done_at=in_time + 2 * HOUR, **checked, recurrences=1))
    dealer.add(CauseAction(**common))
    dealer.add(CauseAction(**common | {"kind": ActionKind.IDEA}))
    dealer.add(CauseAction(**common | {"due_on": date(2026, 6, 8)}))
    assert share(told(dealer, "CAPA")) == (1, 3)
    assert share(told(dealer, "CAPA-EFF")) == (1, 2)


def test_cost_is_what_was_handed_out(dealer: Dealer, story: Callable[..., int]):
    key = story()
    for fen, state, done in (
        (30_050, RemedyState.DONE, NOW),
        (10_000, RemedyState.DONE, NOW - 30 * DAY),
        (99_900, RemedyState.APPROVED, None),
    ):
        dealer.add(
            Remedy(
                complaint_id=key, kind=RemedyKind.COMPENSATION, amount_fen=fen, state=state,
                planned_at=TEN, done_at=done,
            )
        )  # fmt: skip
    found = told(dealer, "COST")
    assert (found.value, found.n, found.parts["each"]) == (300.5, 1, 300.5)


def test_answered_or_confirmed_by_whoever_took_it(dealer: Dealer, story: Callable[..., int]):
    other = {"actor_id": dealer.user_id("sales")}
    mine = {"actor_id": dealer.user_id("service")}
    himself = story((HOUR, K.REPLIED, mine), (DAY, K.CLOSED, other))
    confirmed = story((HOUR, K.REPLIED, other), (HOUR, K.CONFIRMED, mine), (DAY, K.CLOSED, other))
    story((HOUR, K.REPLIED, mine), (2 * HOUR, K.REPLIED, other), (DAY, K.CLOSED, other))
    assert told(dealer, "FIRST").hits == [himself, confirmed]
    assert told(dealer, "FIRST").n == 3


# ---- whose figures


def test_everyone_has_the_figures_of_what_he_sees(dealer: Dealer, story: Callable[..., int]):
    mine = story((HOUR, K.CLOSED))
    theirs = story((HOUR, K.CLOSED), store_id=2)
    assert told(dealer, "CLOSURE", who="manager").rows == [mine]
    assert told(dealer, "CLOSURE", who="director").rows == [mine, theirs]
    assert told(dealer, "CLOSURE", who="director", store_id=2).rows == [theirs]
    assert told(dealer, "CLOSURE", who="manager", store_id=2).n == 0
    with pytest.raises(NotPermitted):
        told(dealer, "CLOSURE", who="guest")


def test_what_is_asked_wrongly_is_refused(dealer: Dealer):
    with pytest.raises(NotFound, match="metric"):
        told(dealer, "NONE")
    with pytest.raises(InvalidInput):
        told(dealer, "SLA", date(2026, 6, 2), date(2026, 6, 1))
    with pytest.raises(NotFound):
        told(dealer, "SLA", store_id=999)
    assert told(dealer, "SLA", date(1, 1, 1), date(9999, 12, 31)).n == 0


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float):
    """Newcombe 1998, table I: 81 of 263."""
    found = wilson(hits, n)
    assert found == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert wilson(0, 0) is None


# ---- what stands behind


def behind(
    dealer: Dealer, code: str, who: str = "manager", page: int = 1, **more: Any
) -> tuple[kpi.Measured, complaints.Behind]:
    since, until = more.pop("time", (date(2026, 6, 1), date(2026, 6, 5)))
    return fetch(kpi.behind, dealer.caller(who), code, since, until, page=page, **more)


@pytest.fixture
def mixed(dealer: Dealer, story: Callable[..., int]) -> list[int]:
    """Something for every tile: clocks kept and missed, closings, talks, marks, money."""
    mine, other = ({"actor_id": dealer.user_id(who)} for who in ("service", "sales"))
    keys = [
        story(
            (HOUR / 3, K.ACKNOWLEDGED, mine),
            (HOUR, K.PROPOSED, mine),
            (2 * HOUR, K.REPLIED, mine),
            (DAY, K.CLOSED, mine),
            (DAY, K.SURVEYED, {"details": {"satisfaction": 5}}),
        ),
        story(
            (HOUR, K.CONTACTED, other),
            (DAY, K.REPLIED, other),
            (DAY, K.CLOSED, other),
            (2 * DAY, K.SURVEYED, {"details": {"satisfaction": 2}}),
            at=TEN - DAY,
        ),
        story((HOUR, K.CLOSED), (2 * HOUR, K.REOPENED), (DAY, K.CLOSED), at=TEN - DAY),
        story(at=TEN - 20 * DAY),
        story(),
    ]
    for fen in (30_050, 10_000):
        dealer.add(
            Remedy(
                complaint_id=keys[0], kind=RemedyKind.COMPENSATION, amount_fen=fen,
                state=RemedyState.DONE, planned_at=TEN, done_at=NOW,
            )
        )  # fmt: skip
    owner = dealer.customer()
    dealer.order(owner, kind=OrderKind.REPAIR, closed_on=date(2026, 6, 2))
    dealer.order(owner, closed_on=date(2026, 6, 2))
    return keys


@pytest.mark.parametrize("code", [metric.code for metric in complaints.METRICS])
def test_the_rows_behind_a_figure_add_up_to_it(dealer: Dealer, mixed: list[int], code: str):
    measured, found = behind(dealer, code)
    figure = measured.figure
    assert figure == told(dealer, code)
    assert (found.seen, found.unseen) == (len(set(figure.rows)), 0)
    counts = sum(line.counts for line in found.lines)
    hits = sum(line.hits for line in found.lines)
    match measured.metric.unit:
        case Unit.SHARE:
            assert (hits, counts) == (figure.numerator, figure.denominator)
        case Unit.PER_THOUSAND | Unit.PER_HUNDRED:
            assert (hits, counts) == (figure.numerator, figure.numerator)
        case Unit.WORKING_HOURS:
            amounts = [line.amount for line in found.lines if line.amount is not None]
            assert len(amounts) == counts == figure.n
            assert median(amounts) == pytest.approx(figure.value)
        case Unit.YUAN:
            assert sum(line.amount or 0 for line in found.lines) == pytest.approx(figure.value)
            assert counts == figure.n
        case Unit.COUNT:
            assert counts == hits == figure.value
    if code not in {"REPEAT", "REC", "CAPA", "CAPA-EFF"}:
        assert counts > 0


def test_a_complaint_counts_as_often_as_its_clocks(dealer: Dealer, story: Callable[..., int]):
    key = story((HOUR / 3, K.ACKNOWLEDGED), (2 * DAY, K.CLOSED), at=TEN - DAY)
    [line] = behind(dealer, "SLA")[1].lines
    figure = told(dealer, "SLA")
    assert (line.id, line.counts, line.hits) == (key, figure.n, figure.numerator)
    assert line.counts > line.hits > 0


def test_a_row_says_what_it_is(dealer: Dealer, story: Callable[..., int]):
    key = story((HOUR, K.CLOSED), severity=Severity.L3)
    [line] = behind(dealer, "CLOSURE")[1].lines
    assert (line.id, line.number, line.store) == (key, "TS-202606-0001", "杭州西湖店")
    assert (line.severity, line.received_at, line.closed_at) == (Severity.L3, TEN, TEN + HOUR)
    assert line.category.id == 1


def test_only_what_he_sees_stands_behind_his_figure(dealer: Dealer, story: Callable[..., int]):
    mine = story((HOUR, K.CLOSED))
    story((HOUR, K.CLOSED), is_legal=True)
    theirs = story((HOUR, K.CLOSED), store_id=2)
    for who, keys in (("manager", [mine]), ("director", [theirs, mine]), ("manager2", [theirs])):
        measured, found = behind(dealer, "CLOSURE", who)
        assert [line.id for line in found.lines] == keys
        assert measured.figure.n == len(keys)
    assert behind(dealer, "CLOSURE", "director", store_id=2)[1].seen == 1


def test_what_he_does_not_see_is_counted_and_not_named(dealer: Dealer, story: Callable[..., int]):
    """A figure that was made for wider eyes, as those of the month's deck are."""
    mine, legal = story(), story(is_legal=True)
    with read_transaction() as session:
        identify(session, dealer.caller("manager"))
        found = complaints.behind(session, metrics.share([legal], [legal, mine]))
    assert ([line.id for line in found.lines], found.seen, found.unseen) == ([mine], 1, 1)
    assert (found.page, found.pages) == (1, 1)


def test_a_page_at_a_time_by_a_handful_of_looks(
    dealer: Dealer, story: Callable[..., int], monkeypatch: pytest.MonkeyPatch
):
    keys = [story() for _ in range(7)]
    behind(dealer, "BACKLOG")  # reads the calendars, which are kept
    few = looks(lambda: behind(dealer, "BACKLOG"))
    with monkeypatch.context() as small:
        small.setattr("services.complaints.counted.PAGE", 3)
        small.setattr("services.complaints.counted.AT_ONCE", 4)
        pages = [behind(dealer, "BACKLOG", page=page)[1] for page in (1, 2, 3, 99, -9)]
    found = [[line.id for line in page.lines] for page in pages]
    assert found[:3] == [keys[:3:-1], keys[3:0:-1], keys[:1]]
    assert [page.page for page in pages] == [1, 2, 3, 3, 1]
    assert {page.pages for page in pages} == {3}
    for _ in range(7):
        story()
    assert looks(lambda: behind(dealer, "BACKLOG")) == few + 1  # the events of all that are new
    assert looks(lambda: behind(dealer, "BACKLOG")) == few


def looks(work: Callable[[], object]) -> int:
    """How many statements it takes."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    return len(sent)


def test_whoever_may_not_see_figures_sees_no_rows(dealer: Dealer):
    with pytest.raises(NotPermitted):
        behind(dealer, "SLA", "guest")
    with pytest.raises(NotFound, match="metric"):
        behind(dealer, "NONE")
    with pytest.raises(InvalidInput):
        behind(dealer, "SLA", time=(date(2026, 6, 2), date(2026, 6, 1)))


# ---- causes and cars, and who hands to whom


JUNE = (date(2026, 6, 1), date(2026, 6, 5))


def crossed(dealer: Dealer, who: str = "manager", **more: Any) -> complaints.Crossing:
    return fetch(complaints.causes_by_model, dealer.caller(who), *JUNE, **more)


@pytest.fixture
def about(dealer: Dealer, story: Callable[..., int]) -> Callable[..., None]:
    """So many complaints of a cause and a car."""
    owner, cars = dealer.customer(), dict[str, int]()

    def tell(cause: str, model: str, count: int = 1, **more: Any) -> None:
        if model not in cars:
            cars[model] = dealer.vehicle(owner, model=model)
        for _ in range(count):
            story(cause_id=heading(dealer, cause), vehicle_id=cars[model], **more)

    return tell


def test_causes_by_cars_are_the_most_frequent_first(
    dealer: Dealer, story: Callable[..., int], about: Callable[..., None]
):
    about("people.skill", "E7")
    about("people.attitude", "X5", 2)
    about("people.attitude", "E7", 2)
    about("people.attitude", "E7", at=TEN - 30 * DAY)  # in May
    story(cause_id=heading(dealer, "people.skill"))  # of no car
    story(cause_id=heading(dealer, "people.skill"), product="E7")  # as another system called it
    story(product="E7")  # no cause yet
    found = crossed(dealer)
    assert [cause.path_en[-1] for cause in found.causes] == ["Attitude", "Lack of skill"]
    assert found.models == ["E7", "X5"]
    assert found.counts == [[2, 2], [2, 0]]
    assert (found.crossed, found.left_out) == (6, 2)
    board = fetch(complaints.causes, dealer.caller("manager"), HeadingTree.CAUSE, *JUNE)
    assert board.received == found.crossed + found.left_out


def test_what_is_rare_stands_with_the_others(dealer: Dealer, about: Callable[..., None]):
    for number in range(10):
        about("people.skill", f"Y{number}", 2 if number < 8 else 1)
    found = crossed(dealer)
    assert found.models == [f"Y{number}" for number in range(8)]
    assert found.counts == [[2] * 8 + [2]]
    assert found.crossed == 18


def test_a_pair_beyond_chance_is_called_out(dealer: Dealer, about: Callable[..., None]):
    """6 where 6 * 6 / 30 were to be expected: (6 - 1.2) / sqrt(1.2) = 4.4; 24 of 24 are 1.1."""
    about("people.attitude", "X5", 24)
    assert crossed(dealer).loudest is None
    about("people.skill", "E7", 6)
    loud = crossed(dealer).loudest
    assert loud == complaints.Loudest(1, 1, 6, pytest.approx(1.2))


def test_two_of_a_kind_are_no_news(dealer: Dealer, about: Callable[..., None]):
    about("people.attitude", "X5", 24)
    about("people.skill", "E7", 2)
    assert crossed(dealer).loudest is None


def test_nobody_learns_of_causes_that_he_may_not_see(dealer: Dealer, about: Callable[..., None]):
    about("people.skill", "E7")
    about("people.skill", "E7", is_legal=True)
    about("people.skill", "E7", store_id=2)
    assert crossed(dealer).counts == [[1]]
    assert crossed(dealer, "director").counts == [[2]]
    assert crossed(dealer, "director", store_id=2).counts == [[1]]
    assert crossed(dealer, store_id=2).counts == []
    with pytest.raises(NotPermitted):
        crossed(dealer, "guest")


def handed(dealer: Dealer, who: str = "manager", **more: Any) -> complaints.Handovers:
    return fetch(complaints.handovers, dealer.caller(who), *JUNE, **more)


def to(department: Department) -> dict[str, Any]:
    return {"department": department}


def test_ways_are_those_that_complaints_went(dealer: Dealer, story: Callable[..., int]):
    service, parts = Department.SERVICE, Department.PARTS
    story((HOUR, K.TRANSFERRED, to(parts)), (2 * HOUR, K.NOTED), (3 * HOUR, K.TRIAGED, to(service)))
    story((HOUR, K.TRANSFERRED, to(parts)))
    story((HOUR, K.TRANSFERRED, to(service)))  # to somebody else of the same
    story((HOUR, K.TRANSFERRED, to(parts)), kind=ComplaintKind.ENQUIRY)
    found = handed(dealer)
    assert found.ways == [
        complaints.Handover(service, parts, 2),
        complaints.Handover(parts, service, 1),
    ]
    assert (found.count, found.complaints) == (3, 2)


def test_a_way_belongs_to_the_day_on_which_it_was_gone(dealer: Dealer, story: Callable[..., int]):
    back = (20 * DAY, K.TRANSFERRED, to(Department.SERVICE))
    story((DAY, K.TRANSFERRED, to(Department.PARTS)), back, at=TEN - 20 * DAY)
    story((-5 * DAY, K.TRANSFERRED, to(Department.CLUB)))
    assert handed(dealer).ways == [complaints.Handover(Department.PARTS, Department.SERVICE, 1)]


def test_ways_are_those_of_what_he_sees(dealer: Dealer, story: Callable[..., int]):
    for more in ({}, {"store_id": 2}, {"is_legal": True}):
        story((HOUR, K.TRANSFERRED, to(Department.PARTS)), **more)
    assert handed(dealer).count == 1
    assert handed(dealer, "director").count == 2
    assert handed(dealer, "director", store_id=2).count == 1
    assert handed(dealer, store_id=2) == complaints.Handovers([], 0, 0)
    with pytest.raises(NotPermitted):
        handed(dealer, "guest")


# ---- targets


def target(dealer: Dealer, code: str, until: date, store_id: int | None = None) -> float | None:
    since = date(2026, 6, 1)
    [found] = fetch(kpi.figures, dealer.caller("director"), (code,), since, until, store_id)
    return found.target


def test_a_target_is_that_of_the_last_day_and_of_the_store(dealer: Dealer):
    def decide(value: str, from_on: date, store_id: int | None = None) -> None:
        key, now = parameters.TARGET_CLOCKS, clock.now()
        dealer.add(
            ParameterValue(
                key=key, value=value, from_on=from_on, store_id=store_id, created_at=now, reason="x"
            )
        )

    decide("0.95", date(2026, 6, 4))
    decide("0.8", date(2026, 6, 4), store_id=2)
    days = (date(2026, 6, 3), date(2026, 6, 4))
    assert [target(dealer, "SLA", day) for day in days] == [0.9, 0.95]
    assert [target(dealer, "SLA", days[1], store) for store in (1, 2)] == [0.95, 0.8]
    assert target(dealer, "SLA-CLOSE", days[1]) == 0.9
    assert target(dealer, "MTTR", days[1]) is None
    measured, _ = behind(dealer, "SLA")
    assert measured.target == 0.95
