"""What a crisis needs beyond its clocks: the checklist, an entry every day, the board, the log."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from db.models import AuditEntry, ComplaintEvent, EventKind, Notice, Severity, Stage
from services import complaints
from services.complaints import (
    Case,
    CheckedList,
    Checklist,
    Filters,
    FlagComplaint,
    Mark,
    NoteComplaint,
    Progress,
    RemindOfCrises,
    TakeLog,
    Tick,
    TickItem,
)
from services.complaints.checklists import NoSuchItem, TickedAlready
from services.complaints.stages import NotNext
from services.core import clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch, perform
from services.core.tellings import NoticeKind
from tests.dealer import Dealer
from tests.services.complaint_deeds import closed, do, laid, register, triaged
from tests.services.test_complaint_looks import looks

MONDAY = datetime(2026, 6, 8, 4, 0, tzinfo=UTC)
"""Twelve where the dealer works."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
At = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(MONDAY)
    return set_clock


def crisis(dealer: Dealer, **more: object) -> int:
    return register(dealer, received_at=MONDAY, **{"severity": Severity.L4, **more}).id


def tick(
    dealer: Dealer, key: int, item: str, who: str = "service", *, is_done: bool = True
) -> None:
    do(dealer, who, complaints.tick, TickItem, key, item=item, is_done=is_done)


def seen(dealer: Dealer, key: int, who: str = "service") -> Case:
    return fetch(complaints.case, dealer.caller(who), key)


def lists(dealer: Dealer, key: int) -> dict[Checklist, CheckedList]:
    return {one.kind: one for one in seen(dealer, key).checklists}


def one_tick(dealer: Dealer, key: int, item: str) -> Tick:
    ticks = (tick for one in seen(dealer, key).checklists for tick in one.ticks)
    return next(tick for tick in ticks if tick.item == item)


# ---- checklists


def test_an_ordinary_one_is_only_asked_how_it_was_taken(dealer: Dealer):
    key = register(dealer).id
    [taking] = seen(dealer, key).checklists
    assert (taking.kind, taking.progress) == (Checklist.TAKING, Progress(0, 4))
    assert [tick.item for tick in taking.ticks][:2] == ["listened", "apologised"]
    assert seen(dealer, triaged(dealer)).checklists == []


def test_who_and_when_stand_beside_each(dealer: Dealer, at: At):
    key = crisis(dealer)
    tick(dealer, key, "people")
    at(MONDAY + HOUR)
    tick(dealer, key, "maker", "manager")
    by = {one.item: (one.by, one.at) for one in lists(dealer, key)[Checklist.CRISIS].ticks}
    assert by["people"] == ("service 某", MONDAY)
    assert by["maker"] == ("manager 某", MONDAY + HOUR)
    assert by["public"] == ("", None)
    assert lists(dealer, key)[Checklist.CRISIS].progress == Progress(2, 9)
    [row] = fetch(complaints.wall, dealer.caller("service"))
    assert row.crisis == Progress(2, 9)


def test_a_tick_is_taken_back_by_another_event(dealer: Dealer):
    key = crisis(dealer)
    tick(dealer, key, "people")
    with pytest.raises(TickedAlready):
        tick(dealer, key, "people", "manager")
    tick(dealer, key, "people", "manager", is_done=False)
    assert one_tick(dealer, key, "people") == Tick("people", "", None, 2)
    with pytest.raises(TickedAlready):
        tick(dealer, key, "people", is_done=False)
    tick(dealer, key, "people", "manager")
    assert one_tick(dealer, key, "people") == Tick("people", "manager 某", MONDAY, 3)
    kinds = [one.kind for one in dealer.rows(ComplaintEvent)]
    assert kinds == [EventKind.REGISTERED, *[EventKind.TICKED] * 3]


def test_what_is_not_asked_is_not_ticked(dealer: Dealer):
    key = triaged(dealer)
    for item in ("people", "listened"):
        with pytest.raises(NoSuchItem):
            tick(dealer, key, item)
    with pytest.raises(ValidationError):
        tick(dealer, key, "bogus")
    with pytest.raises(NotNext):
        tick(dealer, closed(dealer), "people")
    with pytest.raises(NotFound):
        tick(dealer, crisis(dealer), "people", "sales2")


@pytest.mark.parametrize("mark", ["is_safety", "is_media"])
def test_safety_and_media_are_a_crisis_too(dealer: Dealer, mark: str):
    key = triaged(dealer)
    marks = {"is_safety": False, "is_media": False, "is_legal": False, mark: True}
    assert not seen(dealer, key).is_major
    do(dealer, "manager", complaints.flag, FlagComplaint, key, reason="媒体来电", **marks)
    assert seen(dealer, key).is_major
    assert [*lists(dealer, key)] == [Checklist.CRISIS]
    [row] = fetch(complaints.wall, dealer.caller("manager"))
    assert row.crisis == Progress(0, 9)


def test_of_others_the_wall_tells_nothing(dealer: Dealer):
    triaged(dealer)
    [row] = fetch(complaints.wall, dealer.caller("service"))
    assert row.crisis is None


# ---- tracked daily


def swept() -> int:
    return perform(complaints.remind_of_crises, System("tests"), RemindOfCrises())


def told(dealer: Dealer) -> list[tuple[str, bool]]:
    """Who was told, and whether that still stands."""
    kind = NoticeKind.COMPLAINT_UNTRACKED
    names = {dealer.user_id(name): name for name in ("service", "sales", "manager", "director")}
    mine = [one for one in dealer.rows(Notice) if one.kind == kind]
    return sorted((names[one.user_id], one.acted_at is None) for one in mine)


def test_a_crisis_of_which_nobody_writes_is_told_of_once_a_day(dealer: Dealer, at: At):
    key = crisis(dealer, handler_id=dealer.user_id("sales"))
    at(MONDAY + DAY + 11 * HOUR)  # Tuesday, one minute is left
    assert swept() == 0
    at(MONDAY + DAY + 12 * HOUR)  # Wednesday: all of Tuesday has passed
    assert (swept(), swept()) == (2, 0)
    assert told(dealer) == [("director", True), ("sales", True)]
    at(MONDAY + 3 * DAY)
    assert swept() == 2
    assert told(dealer) == [
        *(("director", False), ("director", True)),
        *(("sales", False), ("sales", True)),
    ]
    do(dealer, "manager", complaints.note, NoteComplaint, key, words="已向总监报告")
    at(MONDAY + 4 * DAY)
    assert swept() == 0
    at(MONDAY + 5 * DAY)
    assert swept() == 2


def test_what_the_system_does_is_no_entry(dealer: Dealer, at: At):
    key = crisis(dealer)
    dealer.add(
        ComplaintEvent(
            complaint_id=key,
            seq=2,
            at=MONDAY + DAY,
            recorded_at=MONDAY + DAY,
            kind=EventKind.NOTED,
            stage=Stage.REGISTERED,
            severity=Severity.L4,
            urgency="ordinary",
            department="service",
            handler_id=dealer.user_id("service"),
        )
    )
    at(MONDAY + 2 * DAY)
    assert swept() == 2


def test_only_what_is_heaviest_and_open_is_tracked(dealer: Dealer, at: At):
    crisis(dealer, severity=Severity.L3, is_safety=True)
    triaged(dealer)
    closed(dealer)
    at(MONDAY + 9 * DAY)
    assert swept() == 0


def test_of_a_legal_one_only_those_named_are_told(dealer: Dealer, at: At):
    key = crisis(dealer, handler_id=dealer.user_id("sales"))
    legal = {"is_safety": False, "is_media": False, "is_legal": True}
    do(dealer, "manager", complaints.flag, FlagComplaint, key, reason="起诉", **legal)
    form = complaints.NamePerson
    about = {"user_id": dealer.user_id("director"), "reason": "转由他人"}
    do(dealer, "manager", complaints.unname_person, form, key, **about)
    at(MONDAY + 3 * DAY)
    swept()
    assert told(dealer) == [("sales", True)]


# ---- the board


def test_the_board_tells_what_happened_last_and_how_long_ago(dealer: Dealer, at: At):
    triaged(dealer)
    first, second = crisis(dealer), crisis(dealer, severity=Severity.L3, is_media=True)
    tick(dealer, first, "people", "manager")
    at(MONDAY + 5 * HOUR)
    found = fetch(complaints.crises, dealer.caller("director"), Filters())
    by = {one.row.id: one for one in found}
    assert by.keys() == {first, second}
    one = by[first]
    assert (one.last_kind, one.last_by, one.idle_hours) == (EventKind.TICKED, "manager 某", 5.0)
    assert (one.row.crisis, one.row.marks, one.is_quiet) == (Progress(1, 9), (), False)
    assert (by[second].last_kind, by[second].row.marks) == (EventKind.REGISTERED, (Mark.MEDIA,))
    assert one.row.next_clock is not None
    assert fetch(complaints.crises, dealer.caller("sales2"), Filters()) == []
    at(MONDAY + 29 * HOUR)
    late = {
        one.row.id
        for one in fetch(complaints.crises, dealer.caller("director"), Filters())
        if one.is_quiet
    }
    assert late == {first, second}
    only = fetch(complaints.crises, dealer.caller("director"), Filters(severity=Severity.L4))
    assert [one.row.id for one in only] == [first]


def test_the_heaviest_come_first_then_those_of_which_nobody_writes(dealer: Dealer, at: At):
    """An L4 has no limit for its end: it comes before all others, whatever their clocks say."""
    media = crisis(dealer, severity=Severity.L3, is_media=True)
    fresh, quiet = crisis(dealer), crisis(dealer)
    at(MONDAY + HOUR)
    do(dealer, "service", complaints.note, NoteComplaint, quiet, words="客户在医院")
    at(MONDAY + 2 * HOUR)
    do(dealer, "service", complaints.note, NoteComplaint, fresh, words="已到现场")
    at(MONDAY + 30 * HOUR)
    found = fetch(complaints.crises, dealer.caller("director"), Filters())
    assert [one.row.id for one in found] == [quiet, fresh, media]


def test_more_crises_take_no_more_looks_at_the_database(dealer: Dealer):
    who = dealer.caller("director")
    reads = {
        "wall": lambda who: fetch(complaints.wall, who),
        "crises": lambda who: fetch(complaints.crises, who, Filters()),
    }

    def count(first: int, last: int) -> dict[str, int]:
        for serial in range(first, last + 1):
            key = laid(dealer, f"TS-202606-{serial:04d}", severity=Severity.L4)
            tick(dealer, key, "people")
        return {name: looks(read, who) for name, read in reads.items()}

    assert count(1, 2) == count(3, 12)


# ---- the log


def taken(dealer: Dealer, key: int, who: str, language: str = "zh_CN") -> str:
    form = TakeLog.model_validate({"complaint_id": key, "language": language})
    file = perform(complaints.log, dealer.caller(who), form)
    assert file.name.endswith("TS-202606-0001.pdf")
    pages = PdfReader(io.BytesIO(file.data)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_the_log_is_the_whole_time_line(dealer: Dealer):
    key = crisis(dealer, words="高速上 <b>失速</b> & 追尾")
    tick(dealer, key, "evidence")
    words = "第一行\n" + "很长的说明" * 390
    do(dealer, "service", complaints.note, NoteComplaint, key, words=words)
    text = taken(dealer, key, "manager")
    assert "高速上<b>失速</b>&追尾" in text
    assert text.count("很") == 390  # the end of a sheet may part a word
    assert text.index("已保全证据") < text.index("第一行")
    assert "manager某" in text
    english = taken(dealer, key, "manager", "en")
    assert "Logofthecase" in english
    assert "1of9" in english


def test_who_takes_the_log_is_written_down_and_sees_no_more_than_elsewhere(dealer: Dealer):
    key = crisis(dealer)
    assert "13857116208" in taken(dealer, key, "manager")
    assert "13857116208" not in taken(dealer, key, "steward")
    entries = [one for one in dealer.rows(AuditEntry) if one.action == "complaints:log_taken"]
    assert len(entries) == 2
    with pytest.raises(NotPermitted):
        taken(dealer, key, "service")
    with pytest.raises(NotFound):
        taken(dealer, key, "manager2")
