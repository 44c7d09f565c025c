"""The metrics of appointments, callers, visit forms, promises and reviews against numbers made by
hand."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from commands import app
from db.models import (
    Appointment,
    AppointmentSource,
    AppointmentState,
    CallWish,
    Channel,
    InboundCall,
    ParameterValue,
    Promise,
    PromiseState,
    QAReview,
    TaskState,
    TouchKind,
    Trigger,
    Urgency,
    VisitForm,
    WorkKind,
)
from services import appointments, kpi, promises, visit_reports, visits
from services.core import clock
from services.core.counted import Behind
from services.core.errors import NotPermitted
from services.core.metrics import Figure
from services.core.run import fetch, perform
from services.kpi import Measured
from services.promises import Standing
from services.visit_reports import TakeReport
from tests.dealer import Dealer
from tests.services.test_visit_figures import at, attempt, figure, task
from tests.services.test_visits import DAY, MONDAY

S, P = AppointmentState, PromiseState
JUNE = (date(2026, 6, 1), date(2026, 6, 30))
MAY = (date(2026, 5, 1), date(2026, 5, 31))
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
NEW = tuple(
    metric.code
    for metrics in (
        *(some for some, _ in appointments.METRICS),
        *(some for some, _ in visits.OF_VISITS),
        promises.METRICS,
    )
    for metric in metrics
)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The 8th of June, 10:00 where the dealer works."""
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def shares(found: Figure) -> tuple[Any, Any]:
    return found.numerator, found.denominator


# ---- appointments


def appointment(dealer: Dealer, when: datetime, state: AppointmentState, **more: Any) -> int:
    customer = more.pop("customer_id", None) or dealer.customer(owner="service")
    values = {
        "store_id": 1,
        "customer_id": customer,
        "work": WorkKind.MAINTENANCE,
        "starts_at": when,
        "minutes": 60,
        "source": AppointmentSource.CALL,
        "state": state,
        "reason": "客户临时有事" if state is S.CANCELLED else "",
        "arrived_at": when if state is S.ARRIVED else None,
        "ended_at": when if state in {S.CANCELLED, S.NO_SHOW} else None,
        **more,
    }
    [key] = dealer.add(Appointment(**values))
    return key


def test_who_came_of_those_who_were_awaited(dealer: Dealer):
    came = [appointment(dealer, at(day), S.ARRIVED) for day in (2, 3, 4)]
    missed = appointment(dealer, at(5), S.NO_SHOW)
    appointment(dealer, at(5), S.CANCELLED)
    appointment(dealer, at(8, 9), S.CONFIRMED)  # within the time of grace: he may still come
    appointment(dealer, at(20), S.BOOKED)
    appointment(dealer, clock.midnight(JUNE[0]) - SECOND, S.ARRIVED)  # of May
    appointment(dealer, at(3), S.ARRIVED, store_id=2)
    found = figure(dealer, "APPT-SHOW")
    assert (sorted(found.rows), sorted(found.hits)) == (sorted([*came, missed]), sorted(came))
    assert found.value == 0.75
    assert shares(figure(dealer, "APPT-SHOW", "director")) == (4, 5)
    assert shares(figure(dealer, "APPT-SHOW", "director", store_id=2)) == (1, 1)


def test_who_was_called_off_of_all_whose_time_came(dealer: Dealer):
    off = appointment(dealer, at(2), S.CANCELLED)
    for day, state in ((1, S.ARRIVED), (3, S.NO_SHOW), (8, S.BOOKED)):
        appointment(dealer, at(day, 0 if day == 1 else 9), state)
    appointment(dealer, MONDAY, S.CANCELLED)  # this very moment: not over
    appointment(dealer, at(20), S.CANCELLED)  # may be counted in its time
    found = figure(dealer, "APPT-CANCEL")
    assert (found.hits, found.n, found.value) == ([off], 4, 0.25)


def test_nothing_is_said_of_nothing_and_all_may_be_called_off(dealer: Dealer):
    for code in kpi.METRICS:
        found = figure(dealer, code, "manager2")
        assert found.value in {None, 0} or code == "CLOSURE"
    for code in (*NEW, "CALL-RINGS", "CALL-BACK", "QA-SCORE", "QA-SHARE"):
        found = figure(dealer, code)
        assert (found.value, found.n, list(found.rows)) == (None, 0, [])
    parts = figure(dealer, "APPT-CANCEL").parts
    assert parts == {"low": None, "high": None, "4_weeks": None, "26_weeks": None}
    for day in (2, 3):
        appointment(dealer, at(day), S.CANCELLED)
    assert figure(dealer, "APPT-CANCEL").value == 1.0
    assert figure(dealer, "APPT-SHOW").value is None


def weeks(dealer: Dealer, lately: tuple[int, int], before: tuple[int, int]) -> None:
    """(called off, kept) in the last four weeks, and in the 22 before them."""
    today = clock.midnight(date(2026, 6, 8))
    edges = ((today - SECOND, today - 28 * DAY), (today - 28 * DAY - SECOND, today - 182 * DAY))
    for (last, first), (off, kept) in zip(edges, (lately, before), strict=True):
        for nth in range(off + kept):
            when = first if nth % 2 else last  # the very first and last moment of that time
            appointment(dealer, when, S.CANCELLED if nth < off else S.ARRIVED)


def test_the_signal_of_four_weeks_beside_26(dealer: Dealer):
    """3 of 8 lately, 5 of 20 on the whole: exactly half as often again."""
    weeks(dealer, (3, 5), (2, 10))
    appointment(dealer, clock.midnight(date(2026, 6, 8)), S.CANCELLED)  # today is not over
    appointment(dealer, at(8, 0) - 182 * DAY - SECOND, S.CANCELLED)  # before the 26 weeks
    parts = figure(dealer, "APPT-CANCEL").parts
    assert (parts["4_weeks"], parts["26_weeks"]) == (0.375, 0.25)
    told = fetch(appointments.rates, dealer.caller("manager"))
    assert (told.cancel_rate, told.long_rate, told.is_alarming) == (0.375, 0.25, True)
    report = fetch(visit_reports.report, dealer.caller("manager"), *JUNE)
    assert report.called_off == visit_reports.CalledOff(0.375, 0.25)
    words = visit_reports.Telling(report, "en").parts()[0]
    assert words.title == "To look into"
    assert "38 % were called off, of the last 26 weeks 25 %" in str(words.rows[0][0])
    other = fetch(visit_reports.report, dealer.caller("manager2"), *JUNE)
    assert other.called_off is None
    assert visit_reports.Telling(other, "en").parts()[0].title == "Metrics"


def test_just_below_it_is_no_signal(dealer: Dealer):
    weeks(dealer, (3, 5), (3, 10))  # 0.375 beside 6 of 21
    assert fetch(visit_reports.report, dealer.caller("manager"), *JUNE).called_off is None


def test_a_past_time_is_told_as_of_its_end(dealer: Dealer):
    weeks(dealer, (3, 5), (2, 10))
    appointment(dealer, at(3) - 60 * DAY, S.CANCELLED)
    until = date(2026, 4, 30)
    parts = figure(dealer, "APPT-CANCEL", times=(date(2026, 4, 1), until)).parts
    assert parts["4_weeks"] == 1.0  # the one of the 4th of April is all that there was


def reminder(dealer: Dealer, day: date, hour: int = 15, **more: Any) -> tuple[int, int]:
    """A reminder that was made on a day, and its customer (ids)."""
    customer = dealer.customer(owner="service")
    ended = clock.midnight(day) + timedelta(hours=hour)
    values = {"trigger": Trigger.MAINTENANCE, "ended_at": ended, **more}
    state = values.pop("state", TaskState.DONE)
    return task(dealer, 4, state, customer_id=customer, **values), customer


def booked(dealer: Dealer, customer: int, made: datetime, **more: Any) -> int:
    values = {"customer_id": customer, "created_at": made, **more}
    return appointment(dealer, made + 3 * DAY, S.BOOKED, **values)


def test_what_reminders_bring(dealer: Dealer):
    """Of the 7th of May the thirty days ended with the 6th of June."""
    on = date(2026, 5, 7)
    last = clock.midnight(on + 31 * DAY)
    soon, who = reminder(dealer, on)
    booked(dealer, who, clock.midnight(on) + 15 * HOUR)  # the very moment
    booked(dealer, who, clock.midnight(on) + 40 * HOUR)  # counts once
    late, who = reminder(dealer, on, trigger=Trigger.INSURANCE)
    booked(dealer, who, last - SECOND)
    during, who = reminder(dealer, on, trigger=Trigger.INSPECTION)
    booked(dealer, who, clock.midnight(on) + 14 * HOUR, task_id=during)
    over, who = reminder(dealer, on)
    booked(dealer, who, last)
    before, who = reminder(dealer, on)
    booked(dealer, who, clock.midnight(on) + 14 * HOUR)
    declined, _ = reminder(dealer, on, state=TaskState.DECLINED)
    reminder(dealer, on, trigger=Trigger.REPAIR)
    reminder(dealer, on, state=TaskState.UNREACHABLE)
    reminder(dealer, date(2026, 5, 9))  # its thirtieth day is today
    reminder(dealer, date(2026, 5, 1), hour=23)  # its thirtieth day is the 31st of May
    edge, who = reminder(dealer, date(2026, 5, 2), hour=0)
    booked(dealer, who, at(1, 5))
    found = figure(dealer, "REMIND-BOOK")
    assert sorted(found.rows) == sorted([soon, late, during, over, before, declined, edge])
    assert sorted(found.hits) == sorted([soon, late, during, edge])
    assert figure(dealer, "REMIND-BOOK", "manager2").value is None


# ---- callers


def call(dealer: Dealer, when: datetime, **more: Any) -> int:
    values = {
        "store_id": 1,
        "at": when,
        "caller": "李女士",
        "urgency": Urgency.ORDINARY,
        "wish": CallWish.QUESTION,
        "words": "问保养价格",
        "taken_by_id": dealer.user_id("service"),
        **more,
    }
    if values.get("answered_at") is not None:
        values |= {
            "answered_by_id": dealer.user_id("service"),
            "reply": "已回复",
            "reply_channel": Channel.PHONE,
        }
    [key] = dealer.add(InboundCall(**values))
    return key


def answered(dealer: Dealer, when: datetime, **more: Any) -> int:
    return call(dealer, when, answered_at=when, **more)


def test_the_third_ring_is_in_time(dealer: Dealer):
    hits = [answered(dealer, at(3), rings=rings) for rings in (0, 3)]
    late = answered(dealer, at(3), rings=4)
    answered(dealer, at(3))  # nobody counted
    answered(dealer, clock.midnight(JUNE[0]) - SECOND, rings=1)
    found = figure(dealer, "CALL-RINGS")
    assert (sorted(found.rows), sorted(found.hits)) == ([*hits, late], hits)
    assert found.value == pytest.approx(2 / 3)


def test_each_store_says_how_many_rings(dealer: Dealer):
    row = {"key": "visits.rings", "from_on": date(2026, 6, 1), "created_at": MONDAY}
    dealer.add(ParameterValue(store_id=2, value="5", reason="five there", **row))
    answered(dealer, at(3), rings=5)
    answered(dealer, at(3), rings=5, store_id=2)
    assert shares(figure(dealer, "CALL-RINGS", "director")) == (1, 2)


def test_called_back_by_the_promised_moment(dealer: Dealer, on_monday: list[datetime]):
    begun = at(4, 9)
    kept = [
        call(dealer, begun, promised_at=at(4, 12), answered_at=at(4, hour)) for hour in (10, 12)
    ]
    late = call(dealer, begun, promised_at=at(4, 12), answered_at=at(4, 12) + SECOND)
    never = call(dealer, begun, promised_at=at(5))
    call(dealer, begun, promised_at=MONDAY)  # he has this moment still
    call(dealer, begun, promised_at=at(9), answered_at=at(8, 9))  # not due yet
    answered(dealer, begun)
    found = figure(dealer, "CALL-BACK")
    assert (sorted(found.rows), sorted(found.hits)) == (sorted([*kept, late, never]), kept)
    on_monday[0] = MONDAY + SECOND
    assert shares(figure(dealer, "CALL-BACK")) == (2, 5)


# ---- visit forms and promises


def visit_form(dealer: Dealer, ended: datetime, quality: int, **more: Any) -> int:
    customer = dealer.customer(owner="sales")
    touch = dealer.touch(customer, kind=TouchKind.VISIT, at=ended)
    values = {
        "store_id": 1,
        "owner_id": dealer.user_id("sales"),
        "number": f"BF-3-{touch:04d}",
        "task_id": task(dealer, 4, TaskState.DONE, customer_id=customer),
        "customer_id": customer,
        "touch_id": touch,
        "writer_id": dealer.user_id("sales"),
        "visited_place": "城东物流园",
        "started_at": ended - HOUR,
        "ended_at": ended,
        "written_at": ended + HOUR,
        "met": "车队队长",
        "improve_on": date(2026, 6, 20),
        "quality": quality,
        **dict.fromkeys(
            ("needs", "rivals", "gap", "improvement", "feedback", "strategy"), "常用备件先备到店里"
        ),
        **more,
    }
    [key] = dealer.add(VisitForm(**values))
    return key


def test_forms_have_the_mean_of_their_points(dealer: Dealer):
    first = visit_form(dealer, at(2), 12)
    other = visit_form(dealer, at(3), 7)
    empty = visit_form(dealer, at(4), 0)
    visit_form(dealer, clock.midnight(JUNE[0]) - SECOND, 12)
    found = figure(dealer, "FORM-QUALITY")
    assert (found.value, found.n) == (pytest.approx(19 / 3), 3)
    assert found.each == {first: 12.0, other: 7.0, empty: 0.0}
    [book] = fetch(visits.books, dealer.caller("manager"), *JUNE)
    assert book.quality * 6 == pytest.approx(found.value)


def test_improvements_that_were_promised_are_done_by_their_day(dealer: Dealer):
    day = date(2026, 6, 5)
    done = visit_form(
        dealer, at(2), 9, improve_on=day, improved_at=clock.midnight(day + DAY) - SECOND
    )
    late = visit_form(dealer, at(2), 9, improve_on=day, improved_at=clock.midnight(day + DAY))
    never = visit_form(dealer, at(2), 9, improve_on=date(2026, 6, 7))
    visit_form(dealer, at(2), 9, improve_on=date(2026, 6, 8))  # today is not over
    visit_form(dealer, at(2), 9, improve_on=date(2026, 5, 31), started_at=at(1))
    found = figure(dealer, "FORM-DONE")
    assert (sorted(found.rows), found.hits) == (sorted([done, late, never]), [done])


def promise(dealer: Dealer, due: datetime, state: PromiseState = P.OPEN, **more: Any) -> int:
    closed = more.pop("closed_at", None)
    values = {
        "store_id": 1,
        "owner_id": dealer.user_id("service"),
        "customer_id": dealer.customer(owner="service"),
        "what": "周五前给报价",
        "made_at": due - 2 * DAY,
        "due_at": due,
        "state": state,
        **more,
    }
    if closed is not None:
        values |= {"closed_at": closed, "told_by": TouchKind.CALL, "told_at": closed}
    [key] = dealer.add(Promise(**values))
    return key


def test_promises_are_kept_by_their_moment(dealer: Dealer):
    kept = promise(dealer, at(4), P.KEPT, closed_at=at(4))
    late = promise(dealer, at(4), P.KEPT, closed_at=at(4) + SECOND)
    broken = promise(dealer, at(5), P.BROKEN, closed_at=at(5) - HOUR)
    never = promise(dealer, at(6))
    too_late = promise(dealer, at(6), P.WITHDRAWN, closed_at=at(7))
    promise(dealer, at(6), P.WITHDRAWN, closed_at=at(6))
    promise(dealer, MONDAY)
    promise(dealer, at(20), P.KEPT, closed_at=at(8, 9))
    found = figure(dealer, "PROMISE")
    assert sorted(found.rows) == sorted([kept, late, broken, never, too_late])
    assert found.hits == [kept]
    closed = fetch(promises.register, dealer.caller("manager"), standing=Standing.CLOSED).lines
    assert {one.promise_id: one.is_late for one in closed if one.promise_id in {kept, late}} == {
        kept: False,
        late: True,
    }


# ---- reviews


def reviewed(dealer: Dealer, when: datetime, score: int | None, **more: Any) -> int:
    """A call and, unless `score` is None, its review; the call's id."""
    who = dealer.user_id("service")
    customer = dealer.customer(owner="service")
    key = dealer.touch(customer, at=when, user_id=who, **more)
    if score is not None:
        dealer.add(
            QAReview(
                touch_id=key,
                customer_id=customer,
                store_id=1,
                owner_id=who,
                month=clock.day_of(when).replace(day=1),
                scores={"tone": 2},
                score=score,
                note="请保持",
                reviewer_id=dealer.user_id("manager"),
                created_at=MONDAY,
            )
        )
    return key


def test_what_reviews_say_and_how_many_calls_have_one(dealer: Dealer):
    last = clock.midnight(JUNE[0]) - SECOND
    heard = [reviewed(dealer, last, 70), reviewed(dealer, clock.midnight(MAY[0]), 85)]
    others = [reviewed(dealer, last - 3 * DAY, None) for _ in range(3)]
    reviewed(dealer, clock.midnight(MAY[0]) - SECOND, 10)
    reviewed(dealer, last, None, is_inbound=True)
    reviewed(dealer, last, None, kind=TouchKind.WECHAT)
    reviewed(dealer, at(3), None)  # of a month that is not over: none is drawn
    score, share = (figure(dealer, code, times=MAY) for code in ("QA-SCORE", "QA-SHARE"))
    assert (score.value, score.n) == (77.5, 2)
    assert (sorted(share.rows), sorted(share.hits)) == (sorted([*heard, *others]), sorted(heard))
    assert share.value == 0.4
    assert figure(dealer, "QA-SHARE").value is None
    week = (date(2026, 5, 25), date(2026, 5, 31))
    assert figure(dealer, "QA-SCORE", times=week).value == 70.0
    [found] = fetch(kpi.figures, dealer.caller("manager"), ("QA-SHARE",), *MAY)
    assert found.target == 0.05


def test_who_does_not_lead_sees_no_review_of_a_colleague(dealer: Dealer):
    reviewed(dealer, at(3) - 10 * DAY, 70)
    for who, opens in (("manager", True), ("sales", False)):
        [found] = fetch(kpi.figures, dealer.caller(who), ("QA-SCORE",), *MAY)
        assert (found.figure.value, found.opens) == (70.0, opens)
    with pytest.raises(NotPermitted):
        fetch(kpi.behind, dealer.caller("sales"), "QA-SCORE", *MAY)


# ---- everywhere the same


@pytest.fixture
def worked(dealer: Dealer) -> Dealer:
    """Something behind each of these metrics between the 1st of May and the 8th of June."""
    appointment(dealer, at(2), S.ARRIVED)
    appointment(dealer, at(3), S.CANCELLED, customer_id=None, visitor="王先生")
    _, who = reminder(dealer, date(2026, 5, 6))
    booked(dealer, who, at(1))
    answered(dealer, at(3), rings=2, promised_at=at(4))
    visit_form(dealer, at(2), 9, improve_on=date(2026, 6, 3), improved_at=at(3))
    promise(dealer, at(4), P.KEPT, closed_at=at(3))
    promise(dealer, at(4))
    reviewed(dealer, at(3) - 10 * DAY, 80)
    reviewed(dealer, at(3) - 10 * DAY, None)
    attempt(dealer, task(dealer, 4, TaskState.DONE), at(4), visits.CallResult.CONNECTED)
    return dealer


LONG = (MAY[0], JUNE[1])
TOLD = {
    "APPT-SHOW": "100.0%",
    "APPT-CANCEL": "33.3%",
    "REMIND-BOOK": "100.0%",
    "CALL-RINGS": "100.0%",
    "CALL-BACK": "100.0%",
    "FORM-QUALITY": "9 points",
    "FORM-DONE": "100.0%",
    "PROMISE": "50.0%",
    "QA-SCORE": "80 points",
    "QA-SHARE": "50.0%",
}


@pytest.mark.parametrize("code", TOLD)
def test_each_shows_what_stands_behind_it(worked: Dealer, code: str):
    found: tuple[Measured, Behind] = fetch(kpi.behind, worked.caller("manager"), code, *LONG)
    measured, behind = found
    assert behind.seen == len(set(measured.figure.rows)) > 0
    assert behind.unseen == 0
    assert sum(line.hits for line in behind.lines) == len(measured.figure.hits)
    assert all(line.store and line.on and line.customer for line in behind.lines)
    amounts = [line.amount for line in behind.lines]
    assert amounts == [measured.figure.each.get(line.id) for line in behind.lines]
    with pytest.raises(NotPermitted):
        fetch(kpi.behind, worked.caller("club"), code, *LONG)


def test_the_report_says_the_same_under_its_headings(worked: Dealer):
    report = fetch(visit_reports.report, worked.caller("manager"), *LONG)
    figures = {one.metric.code: one.figure for group in report.groups for one in group.figures}
    assert tuple(figures) == visit_reports.CODES
    assert set(TOLD) < set(figures)
    for code, found in figures.items():
        assert found == figure(worked, code, times=LONG)
    [table] = [one for one in visit_reports.Telling(report, "en").parts() if one.title == "Metrics"]
    said = {row[1]: row[2] for row in table.rows}
    assert {code: said[kpi.METRICS[code][0].label] for code in TOLD} == TOLD
    assert len({row[0] for row in table.rows}) == 4
    sheet = visit_reports.Telling(report, "zh_CN").sheet()
    assert [one.title for one in sheet.chapters][:4] == [
        "客户回访任务", "预约与来电", "上门拜访与拜访表", "承诺与通话质量",
    ]  # fmt: skip
    form = TakeReport(language="zh_CN", kind="pdf", since=LONG[0], until=LONG[1])
    assert perform(visit_reports.take, worked.caller("manager"), form).data.startswith(b"%PDF-")


@pytest.mark.parametrize("code", ["APPT-CANCEL", "FORM-QUALITY"])
def test_the_command_says_the_same(worked: Dealer, code: str):
    days = ("--from", str(LONG[0]), "--to", str(LONG[1]))
    told = CliRunner().invoke(app, ["kpi", code, *days, "--as", "manager", "--json"])
    assert told.exit_code == 0, told.output
    found = figure(worked, code, times=LONG)
    assert f'"value": {found.value}' in told.output
    assert f'"n": {found.n}' in told.output
    listed = CliRunner().invoke(app, ["kpi", "--list", "--json"])
    assert all(f'"{each}"' in listed.output for each in TOLD)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_beyond_every_calendar_has_nothing(worked: Dealer, day: date):
    report = fetch(visit_reports.report, worked.caller("manager"), day, day)
    told = {one.metric.code: one.figure for group in report.groups for one in group.figures}
    assert all(told[code].value is None for code in TOLD)
