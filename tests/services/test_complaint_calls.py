"""What is asked when a complaint is taken: where he lives, what he wants, where he wrote it in
public; and who turns to him at once when the phone did not solve it (C13, C26, C32, C34)."""

import io
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from pydantic import ValidationError

from db.models import (
    AuditEntry,
    ComplaintEvent,
    ComplaintStep,
    DemandKind,
    Department,
    EventKind,
    Notice,
)
from services import complaints
from services.complaints import Filters, Mark
from services.complaints.helping import NotAHelper, TakenAlready
from services.core import clock
from services.core.errors import NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import (
    accepted,
    close,
    do,
    investigated,
    register,
    replied,
    row,
    triaged,
)

MORNING = datetime(2026, 6, 8, 2, 2, tzinfo=UTC)
"""10:02 where the dealer works."""
ADDRESS = "文三路 1 号 2 幢 302"
POST = "https://forum.example.com/t/158?page=2"


@pytest.fixture(autouse=True)
def on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING + timedelta(minutes=minutes))


def case(dealer: Dealer, who: str, key: int) -> complaints.Case:
    return fetch(complaints.case, dealer.caller(who), key)


def take(dealer: Dealer, step: ComplaintStep, who: str = "sales") -> ComplaintStep:
    about = {"step_id": step.id}
    do(dealer, who, complaints.take_step, complaints.TakeStep, step.complaint_id, **about)
    return dealer.row(ComplaintStep, step.id)


def sent(dealer: Dealer, of: str = "sales", **more: Any) -> tuple[int, ComplaintStep]:
    key = register(dealer, received_at=MORNING, errand_id=dealer.user_id(of), **more).id
    return key, dealer.rows(ComplaintStep)[-1]


def test_what_was_asked_is_kept(dealer: Dealer):
    key = register(
        dealer, address=ADDRESS, link=POST, demand_kind=DemandKind.RETURN, is_dispute=True
    ).id
    kept = row(dealer, key)
    assert (kept.address, kept.link) == (ADDRESS, POST)
    assert (kept.demand_kind, kept.is_dispute) == (DemandKind.RETURN, True)
    assert dealer.rows(ComplaintStep) == []


def test_nothing_of_it_must_be_said(dealer: Dealer):
    kept = row(dealer, register(dealer, address="", link="", demand_kind="").id)
    assert (kept.address, kept.link, kept.demand_kind, kept.is_dispute) == (None, None, None, False)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "ftp://example.com/a",
        "forum.example.com/t/1",
        "https://",
        "https:///t/1",
        "https://bank.example.com@evil.example.com/",
        "https://example.com/a b",
        "http://[::1",
        f"https://example.com/{'a' * 500}",
    ],
)
def test_a_link_leads_where_it_seems_to(dealer: Dealer, link: str):
    with pytest.raises(ValidationError):
        register(dealer, link=link)


def test_where_he_lives_is_for_those_in_whose_hands_it_is(dealer: Dealer):
    key = register(dealer, address=ADDRESS).id
    people = ("service", "manager", "sales")
    shown = {who: case(dealer, who, key).values["address"] for who in people}
    assert shown == {"service": ADDRESS, "manager": ADDRESS, "sales": "****"}


def test_where_he_lives_stands_in_no_file_no_audit_and_no_log(
    dealer: Dealer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    key, step = sent(dealer, address=ADDRESS)
    take(dealer, step)
    form = complaints.ExportLedger(language="zh_CN")
    book = perform(complaints.export_ledger, dealer.caller("manager"), form)
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).active
    assert sheet is not None
    told = [str(cell) for line in sheet.iter_rows(values_only=True) for cell in line]
    told += [str(one.model_dump()) for one in dealer.rows(AuditEntry)]
    told += [str(one.model_dump()) for one in dealer.rows(ComplaintEvent)]
    told += [str(one.model_dump()) for one in dealer.rows(Notice)]
    assert not [one for one in [*told, caplog.text] if ADDRESS in one or "文三路" in one]
    assert row(dealer, key).address == ADDRESS


def test_a_customer_who_comes_back_late_lives_where_he_lived(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key = triaged(dealer, received_at=MORNING, address=ADDRESS, is_dispute=True)
    for deed in (investigated, replied, accepted, close):
        deed(dealer, key)
    later(monkeypatch, 9 * 24 * 60)
    form = complaints.ReopenComplaint
    new = do(dealer, "service", complaints.reopen, form, key, words="又响了").id
    assert new != key
    assert (row(dealer, new).address, row(dealer, new).is_dispute) == (ADDRESS, True)


# ---- the ledger


def test_the_ledger_is_narrowed_by_wish_and_mark(dealer: Dealer):
    back = register(dealer, demand_kind=DemandKind.RETURN).id
    quarrel = register(dealer, demand_kind=DemandKind.REPAIR, is_dispute=True).id
    plain = register(dealer).id

    def found(**filters: Any) -> set[int]:
        page = fetch(complaints.page, dealer.caller("manager"), Filters(**filters))
        return {one.id for one in page.rows}

    assert found() == {back, quarrel, plain}
    assert found(demand_kind=DemandKind.RETURN) == {back}
    assert found(mark=Mark.DISPUTE) == {quarrel}
    assert found(mark=Mark.DISPUTE, demand_kind=DemandKind.RETURN) == set()
    assert found(mark=Mark.SAFETY) == set()


def test_the_workbook_says_what_is_wanted(dealer: Dealer):
    register(dealer, demand_kind=DemandKind.EXCHANGE, is_dispute=True)
    register(dealer, demand_kind=DemandKind.APOLOGY)
    form = complaints.ExportLedger(language="en", mark=Mark.DISPUTE)
    book = perform(complaints.export_ledger, dealer.caller("manager"), form)
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).active
    assert sheet is not None
    header, *lines = sheet.iter_rows(values_only=True)
    [line] = [dict(zip(header, line, strict=True)) for line in lines]
    assert (line["What is wanted"], line["Marks"]) == ("Exchange", "Dispute")


def test_a_dispute_is_marked_later_too(dealer: Dealer):
    key = triaged(dealer)
    flags = {"is_safety": False, "is_media": False, "is_dispute": True, "is_legal": False}
    form = complaints.FlagComplaint
    do(dealer, "manager", complaints.flag, form, key, reason="拒绝方案", **flags)
    assert row(dealer, key).is_dispute
    assert row(dealer, key).severity == "l1"
    [event] = [one for one in dealer.rows(ComplaintEvent) if one.kind is EventKind.FLAGGED]
    assert event.details["is_dispute"] is True


# ---- somebody turns to him at once


def test_who_is_sent_is_asked_at_once_and_says_that_he_is_on_it(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    key, step = sent(dealer, address=ADDRESS)
    assert (step.is_errand, step.asked_at, step.question) == (True, MORNING, "修了三次还是异响")
    assert step.department is Department.SALES
    assert clock.day_of(step.due_at) == clock.today()
    mine = [one for one in dealer.rows(Notice) if one.user_id == dealer.user_id("sales")]
    assert [one.kind for one in mine if one.acted_at is None] == ["step_asked"]
    [line] = case(dealer, "sales", key).steps
    assert (line.may_take, line.taken_at) == (True, None)
    assert not case(dealer, "service", key).steps[0].may_take
    later(monkeypatch, 7)
    assert take(dealer, step).taken_at == MORNING + timedelta(minutes=7)
    [line] = case(dealer, "manager", key).steps
    assert line.taken_at is not None
    assert (line.taken_at - line.asked_at, line.may_take) == (timedelta(minutes=7), False)
    kinds = [one.kind for one in dealer.rows(ComplaintEvent) if one.complaint_id == key]
    assert kinds == [EventKind.REGISTERED, EventKind.ASKED, EventKind.NOTED]
    mine = [one for one in dealer.rows(Notice) if one.user_id == dealer.user_id("sales")]
    assert [one for one in mine if one.acted_at is None] == []


def test_what_he_does_there_may_be_said(dealer: Dealer):
    _key, step = sent(dealer, errand="今天下午上门取车")
    assert step.question == "今天下午上门取车"


def test_long_words_are_cut_for_him(dealer: Dealer):
    _key, step = sent(dealer, words="响" * 5000)
    assert step.question == "响" * 2000


def test_nobody_says_so_for_him_nor_twice(dealer: Dealer):
    _key, step = sent(dealer)
    for who in ("service", "manager"):
        with pytest.raises(NotPermitted):
            take(dealer, step, who)
    take(dealer, step)
    with pytest.raises(TakenAlready):
        take(dealer, step)


def test_who_has_answered_takes_nothing_up(dealer: Dealer):
    key, step = sent(dealer)
    about = {"step_id": step.id, "words": "已上门"}
    do(dealer, "sales", complaints.answer_step, complaints.AnswerStep, key, **about)
    with pytest.raises(TakenAlready):
        take(dealer, step)


def test_who_is_sent_sees_where_he_lives_until_he_was_there(dealer: Dealer):
    key, step = sent(dealer, "guest", address=ADDRESS)
    shown = case(dealer, "guest", key).values
    assert (shown["address"], shown["phone"]) == (ADDRESS, "+8613857116208")
    about = {"step_id": step.id, "words": "已上门"}
    do(dealer, "guest", complaints.answer_step, complaints.AnswerStep, key, **about)
    shown = case(dealer, "guest", key).values
    assert (shown["address"], shown["phone"]) == ("****", "138 **** 6208")


def test_who_is_only_asked_does_not(dealer: Dealer):
    key = triaged(dealer, received_at=MORNING, address=ADDRESS)
    about = {"department": Department.TECHNICAL, "user_id": dealer.user_id("guest")}
    about |= {"words": "请鉴定", "due_on": clock.today()}
    do(dealer, "service", complaints.ask_department, complaints.AskDepartment, key, **about)
    assert case(dealer, "guest", key).values["address"] == "****"


def test_nothing_is_registered_where_nobody_can_be_sent(dealer: Dealer):
    with pytest.raises(NotAHelper):
        sent(dealer, "admin")
    assert dealer.rows(ComplaintStep) == []


def test_to_begin_with_it_is_whoever_he_is_the_customer_of(dealer: Dealer):
    his = dealer.customer("程思远", owner="sales")
    found = fetch(complaints.caller, dealer.caller("service"), his)
    assert found is not None
    assert (found.advisor_id, found.has_address) == (dealer.user_id("sales"), False)
    pool = dealer.customer("王小明", owner=None, street=ADDRESS)
    found = fetch(complaints.caller, dealer.caller("service"), pool)
    assert found is not None
    assert (found.advisor_id, found.has_address) == (None, True)


def test_the_board_says_who_is_on_it(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    first, taken = sent(dealer)
    second, _step = sent(dealer, "guest")
    later(monkeypatch, 7)
    take(dealer, taken)

    def lines(who: str) -> list[tuple[int, bool]]:
        found = fetch(complaints.asked, dealer.caller(who), Filters())
        return [(one.complaint_id, one.taken_at is not None) for one in found]

    assert lines("manager") == [(second, False), (first, True)]
    assert lines("guest") == [(second, False)]
    assert lines("sales2") == []
    about = {"step_id": taken.id, "words": "已上门"}
    do(dealer, "sales", complaints.answer_step, complaints.AnswerStep, first, **about)
    assert lines("manager") == [(second, False)]
