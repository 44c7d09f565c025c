"""The boards of departments and causes, and the ledger as a file: figures made by hand."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event

from db.engine import engine
from db.models import (
    AuditEntry,
    Complaint,
    ComplaintEvent,
    ComplaintPerson,
    Department,
    EventKind,
    HeadingTree,
    PartIn,
    WaitingFor,
)
from services import complaints
from services.complaints import ExportLedger, Filters, Part, Severity, exporting
from services.core import clock
from services.core.errors import NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.complaint_deeds import FRIDAY, closed, heading, investigated, laid, triaged

THURSDAY = datetime(2026, 6, 4, 9, 0, tzinfo=UTC)
"""17:00 where the dealer works: an hour before it closes."""
FRIDAY_TEN = datetime(2026, 6, 5, 2, 0, tzinfo=UTC)
"""10:00 there."""
TODAY = FRIDAY.date()


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


@pytest.fixture
def lay(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Lay a complaint that was registered at a moment."""

    def lay_at(at: datetime, serial: int, **more: Any) -> int:
        with monkeypatch.context() as then:
            then.setattr(clock, "now", lambda: at)
            return laid(dealer, f"TS-202606-{serial:04d}", **more)

    return lay_at


def happened(dealer: Dealer, key: int, at: datetime, department: Department) -> None:
    """One more event."""
    one = dealer.row(Complaint, key)
    seq = 1 + sum(each.complaint_id == key for each in dealer.rows(ComplaintEvent))
    dealer.add(
        ComplaintEvent(
            complaint_id=key,
            seq=seq,
            at=at,
            recorded_at=at,
            kind=EventKind.NOTED,
            stage=one.stage,
            severity=one.severity,
            urgency=one.urgency,
            department=department,
            handler_id=one.handler_id,
        )
    )


def board(dealer: Dealer, who: str = "manager", **filters: Any) -> complaints.Board:
    return fetch(complaints.departments, dealer.caller(who), Filters(**filters))


def by_department(dealer: Dealer, who: str = "manager", **filters: Any) -> dict[Department, Any]:
    return {line.department: line for line in board(dealer, who, **filters).departments}


# ---- departments


def test_a_department_s_figures(dealer: Dealer, lay: Callable[..., int]):
    key = lay(THURSDAY, 1, next_due_at=FRIDAY - timedelta(minutes=1))
    happened(dealer, key, FRIDAY_TEN, Department.SERVICE)
    lay(FRIDAY_TEN, 2, next_due_at=FRIDAY + timedelta(hours=1))
    lay(THURSDAY, 3, waiting_for=WaitingFor.CUSTOMER)
    lay(THURSDAY, 4, closed_at=FRIDAY, next_due_at=THURSDAY)
    lay(FRIDAY, 5, department=Department.PARTS)
    assert [line.department for line in board(dealer).departments] == ["service", "parts"]
    service = by_department(dealer)[Department.SERVICE]
    assert (service.open, service.late, service.waiting, service.tossed) == (3, 1, 1, 0)
    a_day = 24 * 60 + 50
    assert service.median_days == pytest.approx(a_day / 1440)
    assert service.mean_days == pytest.approx((a_day * 2 + 470) / 3 / 1440)
    # The first lay still since Friday 10:00, the second always; what waits counts in neither.
    assert service.idle == pytest.approx((470 + 470) / (60 + 530 + 470))
    assert by_department(dealer)[Department.PARTS].idle is None


def test_a_note_ends_the_idle_time(dealer: Dealer, lay: Callable[..., int]):
    key = lay(THURSDAY, 1)
    assert by_department(dealer)[Department.SERVICE].idle == 1
    happened(dealer, key, FRIDAY, Department.SERVICE)
    assert by_department(dealer)[Department.SERVICE].idle == 0


@pytest.mark.parametrize(
    ("passed", "tossed"),
    [
        ([], 0),
        ([Department.PARTS], 0),
        ([Department.PARTS, Department.SERVICE], 1),
        ([Department.PARTS, Department.SALES], 0),
        ([Department.PARTS, Department.SALES, Department.TECHNICAL], 1),
    ],
)
def test_what_is_passed_around_is_counted_where_it_lies(
    dealer: Dealer, lay: Callable[..., int], passed: list[Department], tossed: int
):
    key = lay(THURSDAY, 1)
    for department in passed:
        happened(dealer, key, FRIDAY_TEN, department)
    assert by_department(dealer)[Department.SERVICE].tossed == tossed


def test_who_took_and_who_handles(dealer: Dealer):
    laid(dealer, "TS-202606-0001", "service")
    laid(dealer, "TS-202606-0002", "service", handler_id=dealer.user_id("sales"))
    laid(dealer, "TS-202606-0003", "service", closed_at=FRIDAY)
    people = {line.id: (line.took, line.handles) for line in board(dealer).people}
    assert people == {dealer.user_id("service"): (2, 1), dealer.user_id("sales"): (0, 1)}


def test_the_board_is_narrowed_as_the_ledger_is(dealer: Dealer):
    laid(dealer, "TS-202606-0001", severity=Severity.L1)
    laid(dealer, "TS-202606-0002", severity=Severity.L3, department=Department.PARTS)
    assert set(by_department(dealer, severity=Severity.L3)) == {Department.PARTS}
    assert set(by_department(dealer, part=Part.CLOSED)) == {Department.SERVICE, Department.PARTS}
    assert by_department(dealer, text="客户") == {}


# ---- sight


@pytest.mark.parametrize(
    ("who", "count"),
    [("director", 3), ("manager", 2), ("sales", 2), ("manager2", 1), ("guest", 1), ("club", 0)],
)
def test_everybody_s_boards_count_what_he_sees(dealer: Dealer, who: str, count: int):
    asked = laid(dealer, "TS-202606-0001")
    laid(dealer, "TS-202606-0002")
    laid(dealer, "TS-202606-0003", "sales2", store_id=2)
    laid(dealer, "TS-202606-0004", is_legal=True)
    guest = dealer.user_id("guest")
    dealer.add(ComplaintPerson(complaint_id=asked, user_id=guest, part=PartIn.ASKED, since=FRIDAY))
    assert sum(line.open for line in board(dealer, who).departments) == count
    assert sum(line.handles for line in board(dealer, who).people) == count
    assert causes(dealer, who).received == count


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine(), "before_cursor_execute", note)


def test_many_complaints_take_no_more_looks_than_one(dealer: Dealer):
    def looks() -> list[int]:
        found = []
        for read in (lambda: board(dealer), lambda: causes(dealer)):
            read()  # what is kept, such as the calendar, is read now
            with statements() as sent:
                read()
            found.append(len(sent))
        return found

    laid(dealer, "TS-202606-0001")
    few = looks()
    for serial in range(2, 22):
        laid(dealer, f"TS-202606-{serial:04d}", "sales" if serial % 2 else "service")
    assert looks() == few
    assert min(few) > 0


# ---- causes


def causes(
    dealer: Dealer, who: str = "manager", tree: HeadingTree = HeadingTree.CAUSE, **more: Any
) -> complaints.CauseBoard:
    days = {"since": TODAY, "until": TODAY, **more}
    return fetch(complaints.causes, dealer.caller(who), tree, **days)


def test_the_tree_counts_each_node_and_what_is_below_it(dealer: Dealer):
    def node(code: str) -> int:
        return heading(dealer, code)

    wanted = ["sales.delivery.late", *["service.repair.repeat"] * 2, "service.repair"]
    for serial, code in enumerate(wanted, start=1):
        laid(dealer, f"TS-202606-{serial:04d}", category_id=node(code))
    found = causes(dealer, tree=HeadingTree.CATEGORY)
    assert (found.received, found.unsorted) == (4, 0)
    assert [(line.heading.path_en[-1], line.own, line.total) for line in found.lines] == [
        ("Service", 0, 3),
        ("Quality of repair", 1, 3),
        ("Repeat repair", 2, 2),
        ("Sales", 0, 1),
        ("Delivery", 0, 1),
        ("Late delivery", 1, 1),
    ]
    assert [line.share for line in found.lines][:3] == [0.75, 0.75, 0.5]


def test_what_has_no_cause_yet_is_counted_apart(dealer: Dealer):
    laid(dealer, "TS-202606-0001")
    laid(dealer, "TS-202606-0002", cause_id=heading(dealer, "people.skill"))
    found = causes(dealer)
    assert (found.received, found.unsorted) == (2, 1)
    assert [(line.own, line.total, line.share) for line in found.lines] == [
        (0, 1, 0.5),
        (1, 1, 0.5),
    ]


def test_days_begin_where_the_dealer_works(dealer: Dealer, lay: Callable[..., int]):
    midnight = datetime(2026, 6, 4, 16, 0, tzinfo=UTC)
    lay(midnight - timedelta(minutes=1), 1)
    lay(midnight, 2)
    assert causes(dealer).received == 1
    assert causes(dealer, since=TODAY - timedelta(days=1)).received == 2
    assert causes(dealer, until=TODAY - timedelta(days=1), since=TODAY).received == 0


def test_one_store_s_causes(dealer: Dealer):
    laid(dealer, "TS-202606-0001")
    laid(dealer, "TS-202606-0002", "sales2", store_id=2)
    assert causes(dealer, "director", store_id=2).received == 1


# ---- the ledger as a file


def exported(dealer: Dealer, who: str = "manager", **asked: Any) -> list[list[Any]]:
    form = ExportLedger.model_validate({"language": "en", **asked})
    file = perform(complaints.export_ledger, dealer.caller(who), form)
    sheet = openpyxl.load_workbook(io.BytesIO(file.data)).active
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


def test_a_row_says_what_the_ledger_says_and_how_it_ended(dealer: Dealer):
    key = closed(dealer)
    header, line = exported(dealer)
    told = dict(zip(header, line, strict=True))
    assert told["Number"] == dealer.row(Complaint, key).number
    assert told["Received at"] == told["Closed at"] == "2026-06-05 17:50"
    assert told["Category"] == "Service / Quality of repair / Repeat repair"
    assert (told["Finding"], told["Cause"]) == ("Justified", "People / Lack of skill")
    assert (told["Customer"], told["Stage"], told["Due next"]) == ("李女士", "Closed", "")


def test_an_open_one_says_what_is_due(dealer: Dealer):
    investigated(dealer, triaged(dealer))
    header, line = exported(dealer)
    told = dict(zip(header, line, strict=True))
    assert (told["Due next"], told["Due at"][:10]) == ("Acknowledge", "2026-06-06")
    assert told["Time used"] == "0%"


def test_the_file_holds_every_row_that_the_filters_leave(dealer: Dealer):
    for serial in range(1, 53):
        laid(dealer, f"TS-202606-{serial:04d}", closed_at=FRIDAY if serial > 51 else None)
    assert len(exported(dealer)) == 53
    assert len(exported(dealer, part="open")) == 52
    assert [line[0] for line in exported(dealer, number="0007")[1:]] == ["TS-202606-0007"]
    assert len(exported(dealer, number="x")) == len(exported(dealer, department="parts")) == 1


def test_no_phone_leaves_and_no_formula_runs(dealer: Dealer):
    laid(dealer, phone="+8613857116208", person='=HYPERLINK("x")')
    form = ExportLedger(language="zh_CN")
    file = perform(complaints.export_ledger, dealer.caller("manager"), form)
    sheet = openpyxl.load_workbook(io.BytesIO(file.data)).active
    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert '=HYPERLINK("x")' in [cell.value for cell in cells]
    assert not [cell.value for cell in cells if "138" in cell.value]
    assert file.name == "投诉台账 2026-06-05.xlsx"


def test_who_took_it_along_is_written_down(dealer: Dealer):
    laid(dealer)
    exported(dealer, severity="l2", number="2026")
    [entry] = [row for row in dealer.rows(AuditEntry) if row.action == "complaints:exported"]
    assert (entry.actor_name, entry.subject_kind) == ("manager 某", "complaints")
    assert entry.details == {"rows": 1, "filters": {"severity": "l2", "number": "2026"}}


def test_a_file_holds_what_its_reader_sees(dealer: Dealer):
    laid(dealer, "TS-202606-0001")
    laid(dealer, "TS-202606-0002", "sales2", store_id=2)
    assert [line[0] for line in exported(dealer, "manager2")[1:]] == ["TS-202606-0002"]
    for who in ("service", "club_manager", "guest"):
        with pytest.raises(NotPermitted):
            exported(dealer, who)


def test_many_rows_leave_with_the_director_alone(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exporting, "FEW", 1)
    monkeypatch.setattr(exporting, "MOST", 2)
    for serial in (1, 2):
        laid(dealer, f"TS-202606-{serial:04d}")
    for who in ("manager", "steward"):
        with pytest.raises(exporting.TooManyToTake):
            exported(dealer, who)
    assert len(exported(dealer, "director")) == 3
    laid(dealer, "TS-202606-0003")
    with pytest.raises(exporting.TooManyToTake):
        exported(dealer, "director")
    assert len(exported(dealer, "manager", number="0003")) == 2
