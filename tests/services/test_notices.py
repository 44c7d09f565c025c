"""Notices: one for each cause, silent at night, seen, settled, one's own."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from db.engine import write_transaction
from db.models import Notice
from services import calendars, customers, notices
from services.core import clock, parameters, worktime
from services.core import notices as telling
from services.core.access import Permission, System
from services.core.errors import NotFound
from services.core.run import fetch, perform
from services.core.tellings import KINDS, NoticeKind, Telling
from services.core.words import translate
from services.notices import CloseCause, CloseNotice, NotDoneYet, SeeNotices
from tests.dealer import Dealer, as_system

NOON = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
"""Twelve o'clock where the dealer works."""
FILE = {"person": "Wang", "number": "K1", "customer": 1}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, NOON)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def tell(
    dealer: Dealer,
    *people: str,
    cause: str = "x:1",
    kind: NoticeKind = NoticeKind.CUSTOMER_HANDED_ON,
    **params: object,
) -> list[int]:
    with write_transaction() as session:
        as_system(session)
        ids = [dealer.user_id(who) for who in people]
        return telling.tell(session, ids, kind, cause, **{**FILE, **params})


def bell(dealer: Dealer, who: str) -> tuple[int, int]:
    closed = fetch(notices.bell, dealer.caller(who))
    opened = fetch(notices.opened_bell, dealer.caller(who))
    assert len(opened.lines) == min(opened.waiting, notices.SHOWN)
    return opened.waiting, closed.unseen


# ---- once for each cause


def test_a_cause_is_told_once_whatever_came_of_it(dealer: Dealer):
    [first] = tell(dealer, "sales", "sales")
    assert tell(dealer, "sales") == []
    perform(notices.close, dealer.caller("sales"), CloseNotice(notice_id=first))
    assert tell(dealer, "sales") == []
    assert len(tell(dealer, "sales", "service")) == 1
    assert len(tell(dealer, "sales", cause="x:2")) == 1


def test_nobody_to_tell_is_no_trouble(dealer: Dealer):
    assert tell(dealer) == []


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_kind_has_words_in_both_languages(kind: NoticeKind, language: str):
    params = {
        "person": "Wang",
        "what": ["Due work"],
        "answer": ["Granted"],
        "number": "K1",
        "year": 2031,
        "title": "a.csv",
        "incident": "1f",
        "clock": ["Closing"],
        "count": 3,
        "model": "H7",
        "day": "2026-06-05",
        "level": ["L3 major"],
        "month": "2026-05",
        "percent": 80,
        "score": 90,
        "hour": "10:00",
        "view": "mailbox",
        "who": "Li",
        "name": "Li",
        "time": "10:00",
        "moment": "2026-06-05 10:00",
    }
    words = translate(language, KINDS[kind].msgid, **params)
    assert "{" not in words
    assert any("\u4e00" <= sign <= "\u9fff" for sign in words) is (language == "zh_CN")


# ---- not at night


@pytest.mark.parametrize(
    ("hour", "shown"),
    [(0, 8), (7, 8), (8, 8), (12, 12), (19, 19), (20, 32), (23, 32)],
)
def test_quiet_hours(dealer: Dealer, monkeypatch: pytest.MonkeyPatch, hour: int, shown: int):
    midnight = clock.midnight(clock.day_of(NOON))
    set_clock(monkeypatch, midnight + timedelta(hours=hour))
    tell(dealer, "sales")
    [row] = dealer.rows(Notice)
    assert row.show_at == midnight + timedelta(hours=shown)
    assert bell(dealer, "sales") == ((1, 1) if shown == hour else (0, 0))
    set_clock(monkeypatch, row.show_at)
    assert bell(dealer, "sales") == (1, 1)


def test_quiet_hours_within_a_day(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    hours = {parameters.QUIET_FROM: 11, parameters.QUIET_UNTIL: 13}
    monkeypatch.setattr(parameters, "values", lambda _session, _keys: hours)
    tell(dealer, "sales")
    assert dealer.rows(Notice)[0].show_at == NOON + timedelta(hours=1)
    hours[parameters.QUIET_UNTIL] = 11  # the same hour: no quiet hours at all
    tell(dealer, "service")
    assert dealer.rows(Notice)[1].show_at == NOON


def test_what_is_urgent_is_shown_at_night(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    set_clock(monkeypatch, NOON + timedelta(hours=10))
    tell(dealer, "admin", kind=NoticeKind.SWEEP_FAILED, what=["Due work"], incident="1", job=1)
    assert bell(dealer, "admin") == (1, 1)


# ---- seen and settled


def test_seen_is_not_settled(dealer: Dealer):
    [first] = tell(dealer, "sales")
    [second] = tell(dealer, "sales", cause="x:2")
    assert bell(dealer, "sales") == (2, 2)
    perform(notices.see, dealer.caller("sales"), SeeNotices(newest=first))
    assert bell(dealer, "sales") == (2, 1)
    perform(notices.close, dealer.caller("sales"), CloseNotice(notice_id=second))
    assert bell(dealer, "sales") == (1, 0)
    assert [line.id for line in fetch(notices.page, dealer.caller("sales"))] == [first]
    everything = fetch(notices.page, dealer.caller("sales"), only_open=False)
    assert [line.id for line in everything] == [second, first]


def test_what_waits_for_a_deed_is_not_waved_away(dealer: Dealer):
    what = {"what": ["Due work"], "approval": 1}
    [key] = tell(dealer, "admin", kind=NoticeKind.APPROVAL_ASKED, **what)
    with pytest.raises(NotDoneYet):
        perform(notices.close, dealer.caller("admin"), CloseNotice(notice_id=key))
    with write_transaction() as session:
        as_system(session)
        telling.settle(session, "x:1")
    assert bell(dealer, "admin") == (0, 0)


def test_ones_notices_are_ones_own(dealer: Dealer):
    [key] = tell(dealer, "sales")
    for who in ("service", "manager", "director", "admin"):
        assert bell(dealer, who) == (0, 0)
        with pytest.raises(NotFound):
            perform(notices.close, dealer.caller(who), CloseNotice(notice_id=key))
        perform(notices.see, dealer.caller(who), SeeNotices(newest=key))
        perform(notices.close_cause, dealer.caller(who), CloseCause(cause="x:1"))
    assert bell(dealer, "sales") == (1, 1)


def test_what_one_knows_from_elsewhere_is_settled_but_no_failure(dealer: Dealer):
    about = {"what": ["Due work"], "title": "a.csv", "subject": "1", "job": 1}
    tell(dealer, "sales", kind=NoticeKind.IMPORT_DONE, cause="job:1", **about)
    tell(dealer, "sales", kind=NoticeKind.JOB_FAILED, cause="job:2", **about)
    for cause in ("job:1", "job:2", "job:3"):
        perform(notices.close_cause, dealer.caller("sales"), CloseCause(cause=cause))
    [left] = fetch(notices.page, dealer.caller("sales"))
    assert left.telling is KINDS[NoticeKind.JOB_FAILED]


# ---- who is told of what


def test_a_file_that_was_handed_on_is_named_to_those_who_see_it_and_kept_by_its_number(
    dealer: Dealer,
):
    key = dealer.customer("赵秘密", owner="sales")
    form = customers.AssignCustomer(
        request_id=uuid4(),
        customer_id=key,
        version=1,
        store_id=1,
        owner_id=dealer.user_id("service"),
        reason="holiday",
    )
    perform(customers.assign, dealer.caller("manager"), form)
    [line] = fetch(notices.page, dealer.caller("service"))
    assert line.place == ("customers", {"id": str(key)})
    assert line.params["number"] == "T0000001 赵秘密"
    [kept] = dealer.rows(Notice)
    assert kept.params["number"] == "T0000001"
    onward = form.model_copy(
        update={"request_id": uuid4(), "version": 2, "store_id": 2, "owner_id": None}
    )
    perform(customers.assign, dealer.caller("director"), onward)
    [line] = fetch(notices.page, dealer.caller("service"))
    assert line.params["number"] == "T0000001"
    assert bell(dealer, "sales") == bell(dealer, "manager") == (0, 0)


def test_those_who_may(dealer: Dealer):
    def names(store: int | None = None) -> set[str]:
        with write_transaction() as session:
            as_system(session)
            found = set(telling.those_who_may(session, Permission.IMPORTS_RUN, store))
        return {who for who in ("director", "manager", "manager2", "steward", "sales", "admin")
                if dealer.user_id(who) in found}  # fmt: skip

    assert names() == {"director", "manager", "manager2", "steward"}
    assert names(2) == names() - {"manager"}


@pytest.mark.parametrize(
    ("month", "known", "told"),
    [(11, {2026}, 0), (12, {2026}, 2), (12, {2026, 2027}, 0), (5, set(), 2)],
)
def test_unknown_holidays_are_told_once_to_who_looks_after_the_system(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch, month: int, known: set[int], told: int
):
    set_clock(monkeypatch, NOON.replace(month=month))
    monkeypatch.setattr(worktime, "_KNOWN", frozenset(known))
    form = calendars.TellHolidays()
    assert perform(calendars.tell_holidays, System("tests"), form) == told
    assert perform(calendars.tell_holidays, System("tests"), form) == 0
    assert bell(dealer, "admin") == bell(dealer, "director") == ((1, 1) if told else (0, 0))


def test_settled_ones_are_forgotten_after_their_time(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    [gone] = tell(dealer, "sales")
    tell(dealer, "sales", cause="x:2")
    perform(notices.close, dealer.caller("sales"), CloseNotice(notice_id=gone))
    set_clock(monkeypatch, NOON + timedelta(days=180))
    assert perform(notices.drop_old, System("tests"), notices.DropNotices()) == 0
    set_clock(monkeypatch, NOON + timedelta(days=180, seconds=1))
    assert perform(notices.drop_old, System("tests"), notices.DropNotices()) == 1
    assert [row.cause for row in dealer.rows(Notice)] == ["x:2"]


def test_a_kind_leads_where_its_params_say():
    for kind, each in KINDS.items():
        assert isinstance(each, Telling), kind
        assert bool(each.query) <= bool(each.address)
