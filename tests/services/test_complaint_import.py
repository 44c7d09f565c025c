"""Complaints of other systems through the importer, on both engines: with their own dates, once,
and taken back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from db.engine import BEYOND_SCOPE, read_transaction
from db.models import (
    Complaint,
    ComplaintChannel,
    ComplaintEvent,
    ComplaintKind,
    DemandKind,
    Department,
    EventKind,
    Finding,
    Notice,
    Remedy,
    RemedyState,
    RowOutcome,
    RowState,
    Severity,
    Stage,
)
from services import complaints, customers, imports
from services.complaints import ClockKind, ClockState, bringing
from services.core import clock
from services.core.access import System
from services.core.errors import NotFound
from services.core.run import fetch, perform
from services.imports import complainants, courses, of_complaints, of_orders, plans
from services.imports.mapping import guess
from services.imports.registry import KINDS
from services.imports.undo import USED
from tests.dealer import Dealer, as_system
from tests.services.complaint_deeds import do, heading, investigated, register, row
from tests.services.test_imports import (
    E164,
    PHONE,
    bring,
    check,
    doing,
    outcomes,
    reasons,
    rows_of,
    table,
)

VIN = "LSVAA4182E2184847"
N, SAME, SKIP, WRONG = (RowOutcome(name) for name in ("new", "same", "skipped", "wrong"))
CASE = {"external_no": "KS-1", "received_at": "2026-05-08 09:30", "category": "重复维修"}
"""A Friday."""
CLOSED = {
    **CASE,
    "acknowledged_at": "2026-05-08 09:50",
    "answered_at": "2026-05-08 16:00",
    "answer": "已更换衬套并试车",
    "closed_at": "2026-05-11 10:00",
    "finding": "成立",
    "cause": "技能不足",
    "status": "已结案",
}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In May 2026, where the dealer works."""
    return datetime(2026, 5, day, hour, minute, tzinfo=clock.SHANGHAI).astimezone(UTC)


def events(dealer: Dealer, complaint_id: int) -> list[ComplaintEvent]:
    found = [each for each in dealer.rows(ComplaintEvent) if each.complaint_id == complaint_id]
    return sorted(found, key=lambda each: each.seq)


def ledger() -> list[Complaint]:
    """With those that nobody sees any more."""
    with read_transaction() as session:
        as_system(session)
        query = select(Complaint).order_by(col(Complaint.id))
        return list(session.execute(query, execution_options={BEYOND_SCOPE: True}).scalars())


def one(dealer: Dealer, values: dict[str, str], who: str = "manager") -> Complaint:
    """Bring one row; its complaint."""
    key = bring(dealer, "complaints", table(values), who)
    assert outcomes(dealer, key) == [N], rows_of(dealer, key)[2].reasons
    return max(dealer.rows(Complaint), key=lambda each: each.id)


def case(dealer: Dealer, complaint: Complaint) -> complaints.Case:
    return fetch(complaints.case, dealer.caller("manager"), complaint.id)


# ---- what comes of a row


def test_wish_address_and_link_come_along(dealer: Dealer):
    link = "https://forum.example.com/t/158"
    told = {"demand_kind": "退车", "address": "文三路 1 号", "link": link}
    found = one(dealer, {**CLOSED, **told})
    assert (found.demand_kind, found.link) == (DemandKind.RETURN, link)
    assert found.address == told["address"]


@pytest.mark.parametrize("told", [{"link": "javascript:alert(1)"}, {"demand_kind": "别的"}])
def test_a_wish_or_link_that_is_none_is_wrong(dealer: Dealer, told: dict[str, str]):
    key = bring(dealer, "complaints", table({**CLOSED, **told}), "manager")
    assert outcomes(dealer, key) == [WRONG]


def test_a_closed_one_keeps_its_own_dates(dealer: Dealer):
    before = clock.now()
    found = one(
        dealer,
        {
            **CLOSED,
            "complaint_kind": "投诉",
            "channel": "消协",
            "words": "同一异响修了三次",
            "demand": "彻底修好",
            "severity": "重大",
            "department": "售后部",
            "store": "HZ01",
            "name": "李女士",
            "phone": PHONE,
            "product": "Aurora A7",
            "first_responder": "service",
            "handler": "sales 某",
            "compensation_fen": "200",
        },
    )
    service, sales = dealer.user_id("service"), dealer.user_id("sales")
    assert (found.number, found.external_no) == ("TS-202605-0001", "KS-1")
    assert (found.received_at, found.registered_at) == (at(8, 9, 30), at(8, 9, 30))
    assert (found.closed_at, found.stage) == (at(11, 10), Stage.CLOSED)
    assert (found.kind, found.channel) == (ComplaintKind.COMPLAINT, ComplaintChannel.REGULATOR)
    assert (found.severity, found.department) == (Severity.L3, Department.SERVICE)
    assert (found.words, found.demand) == ("同一异响修了三次", "彻底修好")
    assert (found.person, found.phone, found.customer_id) == ("李女士", E164, None)
    assert (found.product, found.finding) == ("Aurora A7", Finding.JUSTIFIED)
    assert found.category_id == heading(dealer, "service.repair.repeat")
    assert found.cause_id == heading(dealer, "people.skill")
    assert (found.first_responder_id, found.accountable_id) == (service, service)
    assert found.handler_id == sales
    told = events(dealer, found.id)
    assert [(each.kind, each.at, each.stage) for each in told] == [
        (EventKind.REGISTERED, at(8, 9, 30), Stage.REGISTERED),
        (EventKind.ACKNOWLEDGED, at(8, 9, 50), Stage.ACKNOWLEDGED),
        (EventKind.FOUND, at(8, 16), Stage.INVESTIGATING),
        (EventKind.REPLIED, at(8, 16), Stage.REPLIED),
        (EventKind.EXECUTED, at(11, 10), Stage.REPLIED),
        (EventKind.CLOSED, at(11, 10), Stage.CLOSED),
    ]
    assert all(each.recorded_at >= before for each in told)
    assert [each.note for each in told if each.note] == ["已更换衬套并试车"]
    [remedy] = dealer.rows(Remedy)
    assert (remedy.amount_fen, remedy.state) == (20_000, RemedyState.DONE)
    assert (remedy.planned_at, remedy.done_at, remedy.paid_at) == (at(11, 10),) * 3
    assert dealer.rows(Notice) == []


def test_the_clocks_follow_from_the_dates_of_the_list(dealer: Dealer):
    found = {each.kind: each for each in case(dealer, one(dealer, CLOSED)).clocks}
    assert {kind: each.ended_at for kind, each in found.items()} == {
        ClockKind.ACKNOWLEDGE: at(8, 9, 50),
        ClockKind.ANSWER: at(8, 16),
        ClockKind.PROPOSE: at(11, 10),
        ClockKind.CLOSE: at(11, 10),
    }
    missed = {kind for kind, each in found.items() if each.state is ClockState.MISSED}
    assert missed == {ClockKind.PROPOSE, ClockKind.CLOSE}  # the showroom was open at the weekend
    late = {**CLOSED, "external_no": "KS-2", "acknowledged_at": "2026-05-08 15:00"}
    found = {each.kind: each for each in case(dealer, one(dealer, late)).clocks}
    assert found[ClockKind.ACKNOWLEDGE].state is ClockState.MISSED
    assert found[ClockKind.ANSWER].state is ClockState.MET


@pytest.mark.parametrize(
    ("more", "stage", "kinds"),
    [
        ({}, Stage.REGISTERED, []),
        ({"acknowledged_at": "2026-05-09"}, Stage.ACKNOWLEDGED, [EventKind.ACKNOWLEDGED]),
        ({"status": "open"}, Stage.REGISTERED, []),
        ({"status": "处理中"}, Stage.TRIAGED, [EventKind.TRIAGED]),
        (
            {"status": "In progress", "answered_at": "2026-05-09", "answer": "在查"},
            Stage.TRIAGED,
            [EventKind.CONTACTED, EventKind.TRIAGED],
        ),
        (
            {"status": "处理中", "finding": "成立"},
            Stage.INVESTIGATING,
            [EventKind.TRIAGED, EventKind.FOUND],
        ),
        (
            {"answered_at": "2026-05-09"},
            Stage.TRIAGED,
            [EventKind.CONTACTED, EventKind.TRIAGED],
        ),
        (
            {"answered_at": "2026-05-09", "complaint_kind": "咨询", "status": "已回复"},
            Stage.REPLIED,
            [EventKind.REPLIED],
        ),
        (
            {"answered_at": "2026-05-09", "finding": "不成立", "cause": "客户使用"},
            Stage.REPLIED,
            [EventKind.FOUND, EventKind.REPLIED],
        ),
        ({"answer": "已致电"}, Stage.REGISTERED, [EventKind.NOTED]),
        ({"closed_at": "2026-05-09"}, Stage.CLOSED, [EventKind.CLOSED]),
        (
            {"closed_at": "2026-05-09", "status": "撤诉", "answered_at": "2026-05-08"},
            Stage.WITHDRAWN,
            [EventKind.CONTACTED, EventKind.WITHDRAWN],
        ),
    ],
)
def test_a_status_leads_to_a_stage(dealer: Dealer, more, stage, kinds):
    found = one(dealer, {**CASE, **more})
    told = events(dealer, found.id)
    assert (found.stage, told[-1].stage) == (stage, stage)
    assert [each.kind for each in told[1:]] == kinds
    assert (found.closed_at is None) == ("closed_at" not in more)
    assert (found.next_due_at is None) == ("closed_at" in more)
    wall = fetch(complaints.wall, dealer.caller("manager"))
    assert [each.id for each in wall] == ([found.id] if found.closed_at is None else [])


def test_what_came_open_is_led_to_its_end_here(dealer: Dealer):
    found = one(dealer, {**CASE, "status": "处理中", "first_responder": "service"})
    who, key = "service", found.id
    investigated(dealer, key, who)
    do(dealer, who, complaints.reply, complaints.ReplyToComplaint, key, words="已更换衬套")
    do(dealer, who, complaints.accept, complaints.AcceptReply, key)
    do(dealer, who, complaints.close, complaints.CloseComplaint, key)
    assert row(dealer, key).stage is Stage.CLOSED
    assert [each.seq for each in events(dealer, key)] == [1, 2, 3, 4, 5, 6]


def test_a_closed_one_is_opened_again_like_any_other(dealer: Dealer):
    recent = clock.now() - timedelta(days=1)
    day = f"{recent.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
    found = one(dealer, {**CASE, "received_at": day, "closed_at": day})
    do(dealer, "manager", complaints.reopen, complaints.ReopenComplaint, found.id, words="又响了")
    assert row(dealer, found.id).stage is Stage.INVESTIGATING


def test_a_day_alone_is_as_early_as_it_can_be(dealer: Dealer):
    found = one(
        dealer,
        {**CASE, "acknowledged_at": "2026-05-08", "closed_at": "2026年5月9日", "status": "closed"},
    )
    assert [each.at for each in events(dealer, found.id)] == [at(8, 9, 30), at(8, 9, 30), at(9, 0)]
    other = one(dealer, {**CASE, "external_no": "2", "received_at": "2026-05-08T01:30:00Z"})
    assert other.received_at == at(8, 9, 30)


# ---- numbers


def test_numbers_are_of_the_month_of_receipt_without_gaps_or_doubles(dealer: Dealer):
    lines = [
        {**CASE, "external_no": f"N{nth}", "received_at": day}
        for nth, day in enumerate(["2026-05-09", "2026-04-30", "2026-05-08", "2026-04-01"])
    ]
    bring(dealer, "complaints", table(*lines, {**CASE, "external_no": "x", "category": "?"}))
    numbers = {each.external_no: each.number for each in dealer.rows(Complaint)}
    assert numbers == {
        "N3": "TS-202604-0001",
        "N1": "TS-202604-0002",
        "N2": "TS-202605-0001",
        "N0": "TS-202605-0002",
    }
    month = f"{clock.today():%Y%m}"
    assert register(dealer, received_at=None).number == f"TS-{month}-0001"
    today = {**CASE, "external_no": "T", "received_at": clock.today().isoformat()}
    assert one(dealer, today).number == f"TS-{month}-0002"
    assert register(dealer, received_at=None).number == f"TS-{month}-0003"


def test_a_month_holds_no_more_than_its_numbers(dealer: Dealer, monkeypatch):
    monkeypatch.setattr(bringing, "MOST", 2)
    lines = [{**CASE, "external_no": f"N{nth}"} for nth in range(3)]
    key = bring(dealer, "complaints", table(*lines))
    assert outcomes(dealer, key) == [N, N, WRONG]
    assert reasons(dealer, key, 4) == [("received_at", of_complaints.MONTH_FULL)]
    assert len(dealer.rows(Complaint)) == 2


def test_the_same_file_again_makes_nothing(dealer: Dealer):
    what = table(CLOSED, {**CASE, "external_no": "KS-2"}, {**CASE, "external_no": "KS-2"})
    key = bring(dealer, "complaints", what)
    assert outcomes(dealer, key) == [N, N, SKIP]
    assert reasons(dealer, key, 4) == [("external_no", plans.SAME_AS)]
    again = bring(dealer, "complaints", what)
    assert outcomes(dealer, again) == [SAME, SAME, SKIP]
    assert reasons(dealer, again, 2) == [("external_no", of_complaints.IN_LEDGER)]
    assert len(dealer.rows(Complaint)) == 2


def test_what_is_a_legal_case_meanwhile_does_not_come_twice(dealer: Dealer):
    found = one(dealer, CASE)
    form = {"user_id": dealer.user_id("director"), "reason": "律师函"}
    do(dealer, "manager", complaints.name_person, complaints.NamePerson, found.id, **form)
    do(dealer, "manager", complaints.flag, complaints.FlagComplaint, found.id,
       is_safety=False, is_media=False, is_legal=True, reason="律师函")  # fmt: skip
    again = bring(dealer, "complaints", table(CASE), "steward")
    assert outcomes(dealer, again) == [SAME]
    assert len(dealer.rows(Complaint)) == 1


def test_the_number_there_finds_it(dealer: Dealer):
    found = one(dealer, CASE)
    one(dealer, {**CASE, "external_no": "KS-22"})
    manager = dealer.caller("manager")
    for text in ("KS-1", " KS-1 ", found.number):
        page = fetch(complaints.page, manager, complaints.Filters(text=text))
        assert [each.id for each in page.rows] == [found.id]
    assert case(dealer, found).values["external_no"] == "KS-1"


# ---- refused


LATER = (clock.now() + timedelta(days=2)).date().isoformat()
REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"answered_at": "2026-05-08 09:29"}, "answered_at", of_complaints.BEFORE),
    ({"closed_at": "2026-05-07"}, "closed_at", of_complaints.BEFORE),
    (
        {"acknowledged_at": "2026-05-09 10:00", "answered_at": "2026-05-09 09:00"},
        "answered_at",
        of_complaints.BEFORE,
    ),
    (
        {"answered_at": "2026-05-10", "closed_at": "2026-05-09"},
        "closed_at",
        of_complaints.BEFORE,
    ),
    ({"received_at": LATER}, "received_at", "The date must not be after {max}"),
    ({"closed_at": LATER}, "closed_at", "The date must not be after {max}"),
    ({"received_at": "2026-05-08 25:00"}, "received_at",
     "Write a time of day as hours and minutes: 14:30"),
    ({"received_at": "05/08/2026"}, "received_at",
     "Write a date that exists as year-month-day, e.g. 2026-11-21"),
    ({"status": "已结案"}, "closed_at", of_complaints.WHEN_ENDED),
    ({"status": "撤诉"}, "closed_at", of_complaints.WHEN_ENDED),
    ({"status": "open", "closed_at": "2026-05-09"}, "status", of_complaints.STILL_OPEN),
    ({"status": "已回复", "closed_at": "2026-05-09", "answered_at": "2026-05-09"}, "status",
     of_complaints.STILL_OPEN),
    ({"status": "已回复"}, "answered_at", of_complaints.WHEN_ANSWERED),
    ({"status": "随便"}, "status", "Write one of these: {options}"),
    ({"store": "XX99"}, "store", of_complaints.NO_SUCH_STORE),
    ({"category": "天气"}, "category", of_complaints.NO_SUCH_CATEGORY),
    ({"category": ""}, "category", plans.MISSING),
    ({"external_no": ""}, "external_no", plans.MISSING),
    ({"words": "字" * 10_001}, "words", "This is too long (at most {max} characters)"),
    ({"phone": "12"}, "phone", "A phone number has 11 digits"),
    ({"compensation_fen": "-5"}, "compensation_fen", "Write a sum in yuan such as 1234.50"),
    ({"compensation_fen": "1000000000000"}, "compensation_fen", "At most {max} yuan"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "field", "msgid"), REFUSED)
def test_a_row_is_refused_with_its_reason(dealer: Dealer, more, field, msgid):
    key = bring(dealer, "complaints", table({**CASE, **more}))
    assert outcomes(dealer, key) == [WRONG]
    [(where, why)] = reasons(dealer, key, 2)
    assert where == field
    assert why.startswith(msgid)
    assert dealer.rows(Complaint) == []


def test_a_moment_of_today_that_has_not_come_is_refused(dealer: Dealer, monkeypatch):
    noon = datetime(2026, 5, 8, 4, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)
    key = check(dealer, "complaints", table({**CASE, "received_at": "2026-05-08 12:01"}))
    assert reasons(dealer, key, 2) == [("received_at", "This has not come yet")]
    key = check(dealer, "complaints", table({**CASE, "received_at": "2026-05-08 12:00"}))
    assert outcomes(dealer, key) == [N]


def test_ten_thousand_characters_come_in(dealer: Dealer):
    assert len(one(dealer, {**CASE, "words": "字" * 10_000}).words) == 10_000


def test_rows_of_another_store_wait_for_their_own_import(dealer: Dealer):
    what = table({**CASE, "store": "HZ01"}, {**CASE, "external_no": "2", "store": "宁波江北店"})
    key = bring(dealer, "complaints", what, "director")
    assert outcomes(dealer, key) == [N, SKIP]
    assert reasons(dealer, key, 3) == [("store", of_complaints.OF_STORE)]
    key = bring(dealer, "complaints", what, "director", store=2)
    assert outcomes(dealer, key) == [SKIP, N]
    assert sorted(each.store_id for each in dealer.rows(Complaint)) == [1, 2]


# ---- whose it is


def test_files_and_cars_are_found(dealer: Dealer):
    who = dealer.customer("王小明", phone=E164, number="C0000777")
    car = dealer.vehicle(who, vin=VIN, plate="浙A12345")
    rows: list[tuple[dict[str, str], int | None, int | None]] = [
        ({"phone": PHONE}, who, None),
        ({"phone": PHONE, "name": "王先生"}, who, None),
        ({"plate": "浙A·12345"}, who, car),
        ({"vin": VIN, "name": "王小明"}, who, car),
        ({"customer_number": "c0000777", "vin": VIN}, who, car),
        ({"phone": PHONE, "vin": VIN}, who, car),
        ({"vin": VIN, "name": "赵六"}, None, car),
        ({"vin": VIN, "phone": "13900001111"}, None, car),
        ({"name": "赵六", "phone": "13900001111"}, None, None),
        ({}, None, None),
    ]
    lines = [{**CASE, "external_no": f"N{nth:02d}", **row} for nth, (row, *_) in enumerate(rows)]
    key = bring(dealer, "complaints", table(*lines))
    assert outcomes(dealer, key) == [N] * len(rows)
    found = sorted(dealer.rows(Complaint), key=lambda each: each.external_no)
    assert [(each.customer_id, each.vehicle_id) for each in found] == [
        (customer, vehicle) for _, customer, vehicle in rows
    ]
    assert (found[1].person, found[6].person) == ("", "赵六")
    assert found[9].words == CASE["category"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"phone": PHONE, "name": "赵六"}, ("phone", complainants.OTHERS_PHONE)),
        ({"phone": "13900002222"}, ("phone", complainants.SEVERAL_FILES)),
        ({"phone": "13900003333"}, ("phone", complainants.FILE_ELSEWHERE)),
        ({"customer_number": "C9999999"}, ("customer_number", complainants.NO_SUCH_NUMBER)),
        ({"plate": "浙A99999"}, ("plate", complainants.CAR_NOT_HERE)),
        ({"vin": "LSVAA4182E2184848"}, ("vin", complainants.CAR_NOT_HERE)),
    ],
)
def test_who_is_not_clear_comes_without_a_file(dealer: Dealer, row, reason):
    dealer.customer("王小明", phone=E164)
    dealer.customer("张三", phone="+8613900002222")
    dealer.customer("张三丰", other_phone="+8613900002222")
    there = dealer.customer("李四", phone="+8613900003333", store=2, owner="sales2")
    dealer.vehicle(there, vin="LSVAA4182E2184848", plate="浙B12345")
    key = bring(dealer, "complaints", table({**CASE, "channel": "热线", **row}))
    assert reasons(dealer, key, 2) == [reason]
    [found] = dealer.rows(Complaint)
    assert (found.customer_id, found.vehicle_id) == (None, None)
    assert found.person == row.get("name", "")


def test_somebody_elses_car_is_not_put_on_a_file(dealer: Dealer):
    who = dealer.customer("王小明", phone=E164)
    dealer.vehicle(dealer.customer("赵六"), vin=VIN)
    key = bring(dealer, "complaints", table({**CASE, "phone": PHONE, "vin": VIN}))
    assert ("vin", of_orders.NOT_HIS_CAR) in reasons(dealer, key, 2)
    [found] = dealer.rows(Complaint)
    assert (found.customer_id, found.vehicle_id) == (who, None)


def test_hands_are_those_of_the_store_else_whoever_brings_the_list(dealer: Dealer):
    key = bring(
        dealer,
        "complaints",
        table(
            {**CASE, "external_no": "1"},
            {**CASE, "external_no": "2", "handler": "service"},
            {**CASE, "external_no": "3", "handler": "guest", "first_responder": "谁"},
        ),
        "steward",
    )
    steward, service = dealer.user_id("steward"), dealer.user_id("service")
    found = sorted(dealer.rows(Complaint), key=lambda each: each.external_no)
    hands = [(each.first_responder_id, each.handler_id) for each in found]
    assert hands == [(steward, steward), (service, service), (steward, steward)]
    assert [each.actor_id for each in dealer.rows(ComplaintEvent)] == [None, service, None]
    where = {
        field for field, msgid in reasons(dealer, key, 4) if msgid == of_complaints.NOT_A_HANDLER
    }
    assert where == {"handler", "first_responder"}


def test_the_host_gives_it_to_whoever_leads(dealer: Dealer):
    what = table(CASE)
    form = imports.opening(
        what, b"x", kind="complaints", file_name="x.csv", store_id=1,
        mapping={name: name for name in what.columns},
    )  # fmt: skip

    def do_as_host(command: Any, each: Any, /) -> Any:
        return perform(command, System("tests"), each)

    key = imports.check_all(do_as_host, what, form)
    assert key is not None
    imports.run_all(do_as_host, key)
    [found] = dealer.rows(Complaint)
    assert found.handler_id in {dealer.user_id("manager"), dealer.user_id("director")}


# ---- sorted


@pytest.mark.parametrize(
    ("said", "code", "is_exact"),
    [
        ("重复维修", "service.repair.repeat", True),
        ("Repeat repair", "service.repair.repeat", True),
        ("service.repair.repeat", "service.repair.repeat", True),
        ("售后服务 / 维修质量 / 重复维修", "service.repair.repeat", True),
        ("售后服务 > 维修质量 > 说不清", "service.repair", False),
        ("销售投诉", "sales", True),
        ("ENGINE", "quality.engine", True),
        ("FUEL/PROPULSION SYSTEM", "quality.engine", True),
        ("Problems at the end of the loan or lease", "sales.finance", True),
    ],
)
def test_a_category_is_found_on_any_level(dealer: Dealer, said, code, is_exact):
    key = bring(dealer, "complaints", table({**CASE, "channel": "热线", "category": said}))
    assert outcomes(dealer, key) == [N]
    assert dealer.rows(Complaint)[0].category_id == heading(dealer, code)
    notes = [] if is_exact else [("category", of_complaints.SORTED_ABOVE)]
    assert reasons(dealer, key, 2) == notes


def test_a_public_list_needs_no_mapping(dealer: Dealer):
    columns = ("Complaint ID", "Date received", "Product", "Issue", "Submitted via", "Date closed",
               "Company response", "Timely response?", "Consumer complaint narrative")  # fmt: skip
    assert guess(KINDS["complaints"], columns) == {
        "Complaint ID": "external_no",
        "Date received": "received_at",
        "Product": "product",
        "Issue": "category",
        "Submitted via": "channel",
        "Date closed": "closed_at",
        "Company response": "status",
        "Consumer complaint narrative": "words",
    }
    cells = ("7654321", "2026-05-08", "Vehicle loan or lease", "Problem with fees", "Web Referral",
             "2026-05-20", "Closed with explanation", "Yes", "They charged me twice")  # fmt: skip
    what = imports.Table(columns, [imports.Row(2, cells)], "csv", 1)
    key = bring(dealer, "complaints", what)
    assert outcomes(dealer, key) == [N]
    [found] = dealer.rows(Complaint)
    assert (found.channel, found.stage) == (ComplaintChannel.REGULATOR, Stage.CLOSED)
    assert found.category_id == heading(dealer, "sales.finance")


# ---- what it does not do


def test_history_raises_nothing_and_tells_nobody(dealer: Dealer):
    who = dealer.customer("王小明", phone=E164)
    lines = [{**CASE, "external_no": f"N{nth}", "phone": PHONE} for nth in range(4)]
    bring(dealer, "complaints", table(*lines, {**CASE, "external_no": "L4", "severity": "紧急"}))
    found = dealer.rows(Complaint)
    assert [each.customer_id for each in found] == [who, who, who, who, None]
    assert {each.severity for each in found} == {Severity.L2, Severity.L4}
    assert dealer.rows(Notice) == []


def test_the_sweep_warns_of_open_ones_alone(dealer: Dealer):
    bring(dealer, "complaints", table(CLOSED, {**CASE, "external_no": "open"}))
    perform(complaints.watch, System("tests"), complaints.WatchComplaints())
    [still] = [each for each in dealer.rows(Complaint) if each.closed_at is None]
    assert {each.params["complaint"] for each in dealer.rows(Notice)} == {still.id}


# ---- taken back


def test_an_undone_import_counts_nowhere_and_can_come_again(dealer: Dealer):
    who = dealer.customer("王小明", phone=E164)
    what = table({**CLOSED, "phone": PHONE}, {**CASE, "external_no": "KS-2"})
    key = bring(dealer, "complaints", what)
    perform(complaints.watch, System("tests"), complaints.WatchComplaints())
    imports.undo_all(doing(dealer), key)
    assert {each.state for each in rows_of(dealer, key).values()} == {RowState.REVERSED}
    assert dealer.rows(Complaint) == []
    found = ledger()
    assert [each.number for each in found] == ["TS-202605-0001", "TS-202605-0002"]
    assert all(each.voided_at and each.next_due_at is None for each in found)
    assert all(each.acted_at for each in dealer.rows(Notice))
    for person in ("manager", "director", "service"):
        me = dealer.caller(person)
        assert fetch(complaints.wall, me) == fetch(complaints.page, me).rows == []
        counted = fetch(
            complaints.causes, me, complaints.HeadingTree.CATEGORY, date(2026, 5, 1), clock.today()
        )
        assert counted.received == 0
        with pytest.raises(NotFound):
            fetch(complaints.case, me, found[0].id)
    assert perform(complaints.watch, System("tests"), complaints.WatchComplaints()).last is None
    changes = fetch(customers.history, dealer.caller("manager"), who)
    assert {(each.field, each.action) for each in changes} == {
        ("complaint", "imports:run"),
        ("complaint", "imports:undone"),
    }
    again = bring(dealer, "complaints", what)
    assert outcomes(dealer, again) == [N, N]
    assert [each.number for each in ledger()][2:] == [
        "TS-202605-0003",
        "TS-202605-0004",
    ]


def test_what_was_worked_on_since_is_kept(dealer: Dealer):
    key = bring(dealer, "complaints", table(CASE, {**CASE, "external_no": "KS-2"}))
    [first] = [each for each in dealer.rows(Complaint) if each.external_no == "KS-1"]
    form = complaints.NoteComplaint(request_id=uuid4(), complaint_id=first.id, words="已致电客户")
    perform(complaints.note, dealer.caller("service"), form)
    imports.undo_all(doing(dealer), key)
    states = {number: each.state for number, each in rows_of(dealer, key).items()}
    assert states == {2: RowState.KEPT, 3: RowState.REVERSED}
    assert reasons(dealer, key, 2)[-1] == ("", USED)
    wall = fetch(complaints.wall, dealer.caller("manager"))
    assert [each.id for each in wall] == [first.id]


def test_a_file_that_a_complaint_names_is_not_taken_back(dealer: Dealer):
    key = bring(dealer, "customers", table({"name": "王小明", "phone": PHONE, "vin": VIN}))
    brought = bring(dealer, "complaints", table({**CASE, "phone": PHONE, "vin": VIN}))
    imports.undo_all(doing(dealer), brought)
    imports.undo_all(doing(dealer), key)
    assert rows_of(dealer, key)[2].state is RowState.KEPT
    assert ledger()[0].customer_id is not None


def test_voided_ones_make_nobody_a_repeater(dealer: Dealer):
    who = dealer.customer("王小明", phone=E164)
    day = clock.today().isoformat()
    lines = [
        {**CASE, "external_no": f"N{nth}", "phone": PHONE, "received_at": day} for nth in range(3)
    ]
    key = bring(dealer, "complaints", table(*lines))
    imports.undo_all(doing(dealer), key)
    taken = register(dealer, customer_id=who, received_at=None)
    assert row(dealer, taken.id).severity is Severity.L1


# ---- the whole way


def test_every_course_is_in_the_order_of_its_moments():
    moments = {"received_at": at(8, 9), "acknowledged_at": at(8, 10), "answered_at": at(9, 9),
               "closed_at": at(10, 9)}  # fmt: skip
    for status in of_complaints.STATUSES:
        known = moments if status in courses.ENDED else {**moments}
        told = courses.Course(status, known, answer="好").events()
        assert [each.at for each in told] == sorted(each.at for each in told)
        assert [each.note for each in told].count("好") == 1


def test_the_template_comes_in(dealer: Dealer):
    file = fetch(imports.template, dealer.caller("manager"), "complaints", "zh_CN")
    what = imports.read_table(file.data, file.name)
    key = bring(dealer, "complaints", what)
    assert outcomes(dealer, key) == [N]
