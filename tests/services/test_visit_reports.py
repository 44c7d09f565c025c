"""The return-visit report against contacts made by hand: what it counts, its workbook, its PDF."""

import io
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from db.models import AuditEntry, CallResult, Hold, TaskState, Trigger, VisitKind
from services import visit_reports
from services.core import clock
from services.core.errors import NotPermitted
from services.core.run import fetch, perform
from services.visit_reports import Counts, TakeReport
from tests.dealer import Dealer
from tests.services.test_visit_figures import at, attempt, task
from tests.services.test_visits import MONDAY

JUNE = (date(2026, 6, 1), date(2026, 6, 30))
S, R = TaskState, CallResult


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


@pytest.fixture
def worked(dealer: Dealer) -> Dealer:
    """A week of store 1: five contacts of `service`, one of nobody; one in store 2."""
    in_time = task(dealer, 4, S.DONE)
    attempt(dealer, in_time, at(3, 9), R.NO_ANSWER)
    attempt(dealer, in_time, at(4, 10), R.CONNECTED)
    late = task(dealer, 2, S.DONE, ended_at=at(5), kind=VisitKind.MESSAGE)
    attempt(dealer, late, at(5, 10), R.CONNECTED)
    tried = task(dealer, 3, S.EXPIRED)
    attempt(dealer, tried, at(3, 22), R.BUSY)
    task(dealer, 3, S.MISSED, owner_id=None, trigger=Trigger.BIRTHDAY)
    task(dealer, 1)
    task(dealer, 8)  # in time until today
    task(dealer, 6, S.SUPPRESSED, hold=Hold.OPEN_COMPLAINT)
    task(dealer, 6, S.MERGED, merged_into_id=in_time)
    task(dealer, 7, hold=Hold.SPACING, due_from=date(2026, 6, 5))
    there = dealer.customer(store=2, owner="sales2")
    task(dealer, 4, S.DONE, customer_id=there, store_id=2, owner_id=dealer.user_id("sales2"))
    return dealer


def gathered(dealer: Dealer, who: str = "manager", **more: Any):
    return fetch(visit_reports.report, dealer.caller(who), *JUNE, **more)


def test_what_it_counts(worked: Dealer):
    found = gathered(worked)
    # The one that the rule holds is due, too, and was not made.
    assert found.whole == Counts(due=7, in_time=1, late=1, missed=4, tried=3, reached=2)
    assert [(line.person, line.counts.due) for line in found.people] == [
        (None, 7),
        ("service 某", 6),
        ("", 1),
    ]
    causes = {(one.trigger, one.kind): one.counts.due for one in found.causes}
    assert causes == {
        (Trigger.REPAIR, VisitKind.CALL): 5,
        (Trigger.REPAIR, VisitKind.MESSAGE): 1,
        (Trigger.BIRTHDAY, VisitKind.CALL): 1,
    }
    held = {one.hold: (one.ended, one.waiting) for one in found.held}
    assert held == {
        Hold.SPACING: (0, 1),
        Hold.DO_NOT_CONTACT: (0, 0),
        Hold.OPEN_COMPLAINT: (1, 0),
        Hold.NO_CONSENT: (0, 0),
        Hold.PREFERRED_DAYS: (0, 0),
        None: (1, 0),
    }
    assert [(one.name, one.count) for one in found.overdue] == [
        ("0-3", 0), ("4-7", 1), ("8-14", 0), ("15+", 0),
    ]  # fmt: skip


def test_hours_are_those_of_the_dealer(worked: Dealer):
    """3 June 2026 is a Wednesday; what was tried at 22 stands with the last hour."""
    found = gathered(worked)
    hours = list(visit_reports.HOURS)
    tried = {
        (day, hours[n]): count
        for day, line in enumerate(found.attempts)
        for n, count in enumerate(line)
        if count
    }
    assert tried == {(2, 9): 1, (2, 20): 1, (3, 10): 1, (4, 10): 1}
    assert sum(map(sum, found.reached)) == 2


def test_stores_see_their_own(worked: Dealer):
    assert gathered(worked, "manager2").whole.due == 1
    assert gathered(worked, "director").whole.due == 8
    assert gathered(worked, "director", store_id=2).store == "宁波江北店"
    with pytest.raises(NotPermitted):
        gathered(worked, "club")


def taken(dealer: Dealer, **more: Any):
    values = {"language": "en", "kind": "xlsx", "since": JUNE[0], "until": JUNE[1], **more}
    return perform(visit_reports.take, dealer.caller("manager"), TakeReport.model_validate(values))


def test_the_workbook_says_the_same_in_both_languages(worked: Dealer):
    file = taken(worked)
    assert file.name == "Return-visit report 2026-06-01_2026-06-30.xlsx"
    book = load_workbook(io.BytesIO(file.data))
    assert len(book.sheetnames) == 8
    people = list(book["By store and person"].values)
    assert people[0][:4] == ("Store", "Contacted by", "Contacts due", "On time")
    assert people[1] == ("杭州西湖店", "All", 7, 1, 1, 4, 3, 2, "29%")
    assert people[3][:3] == ("杭州西湖店", "Nobody yet", 1)
    assert ("Contacts due", 7) in list(book["From due to made"].values)
    assert list(book["Reached, by weekday and hour"].values)[4][3] == "1/1"
    figures = {row[1]: row[2] for row in book["Metrics"].values}
    assert figures["Plan completion"] == "28.6%"
    chinese = load_workbook(io.BytesIO(taken(worked, language="zh_CN").data))
    assert list(chinese["按门店和人员"].values)[1][2:] == people[1][2:]
    entries = [one for one in worked.rows(AuditEntry) if one.action == "visits:reported"]
    assert len(entries) == 2


def test_the_pdf_is_one(worked: Dealer):
    file = taken(worked, kind="pdf", store_id=1)
    assert file.name == "Return-visit report 杭州西湖店 2026-06-01_2026-06-30.pdf"
    assert file.data.startswith(b"%PDF-")


def test_a_week_begins_on_monday():
    assert visit_reports.week_of(date(2026, 6, 7)) == (date(2026, 6, 1), date(2026, 6, 7))
    assert visit_reports.week_of(date(2026, 6, 8)) == (date(2026, 6, 8), date(2026, 6, 14))
