"""The company mailbox: looked into by the hour, else whoever is named hears of it (C28)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import CalendarDay, MailboxCheck, Notice, PostDuty
from services import mailbox, notices
from services.core import clock
from services.core.access import System
from services.core.errors import NotPermitted
from services.core.run import fetch, perform
from services.mailbox import CheckMailbox, RemindOfMailbox
from tests.dealer import Dealer

MONDAY = date(2026, 6, 8)
SYSTEM = System("tests")


def at(monkeypatch: pytest.MonkeyPatch, day: int, hour: int, minute: int = 0) -> None:
    """A day of the week that begins on MONDAY (0), where the dealer works."""
    moment = datetime(2026, 6, 8, tzinfo=UTC) + timedelta(days=day, hours=hour - 8, minutes=minute)
    monkeypatch.setattr(clock, "now", lambda: moment)


def look(dealer: Dealer, who: str = "service", **more: Any) -> int:
    form = CheckMailbox(request_id=uuid4(), **{"new_count": 2, "made_count": 1, **more})
    return perform(mailbox.check, dealer.caller(who), form)


def remind() -> int:
    return perform(mailbox.remind, SYSTEM, RemindOfMailbox())


def told(dealer: Dealer, kind: str = "mailbox_missed") -> list[tuple[int, str]]:
    return [(one.user_id, one.cause) for one in dealer.rows(Notice) if one.kind == kind]


@pytest.fixture
def keeper(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> int:
    """Named since the Friday before."""
    at(monkeypatch, -3, 9)
    dealer.named(PostDuty.MAILBOX, "service")
    look(dealer)
    for day in (-2, -1):
        at(monkeypatch, day, 9)
        look(dealer)
    return dealer.user_id("service")


def test_nobody_hears_of_it_while_nobody_is_named(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    at(monkeypatch, 3, 12)
    assert remind() == 0
    assert fetch(mailbox.state, dealer.caller("service")).named == []
    assert fetch(mailbox.state, dealer.caller("service")).missed_on == []
    dealer.named(PostDuty.MAILBOX, "service")  # when the hour of today has passed already
    assert remind() == 0


def test_who_is_named_hears_of_it_once_when_the_hour_has_passed(
    dealer: Dealer, keeper: int, monkeypatch: pytest.MonkeyPatch
):
    at(monkeypatch, 0, 9, 59)
    assert remind() == 0
    assert not fetch(mailbox.state, dealer.caller("service")).is_missed
    at(monkeypatch, 0, 10)
    assert (remind(), remind()) == (1, 0)
    assert told(dealer) == [(keeper, f"mailbox:{MONDAY}:missed")]
    assert fetch(mailbox.state, dealer.caller("service")).is_missed
    assert told(dealer, "mailbox_neglected") == []


def test_who_looks_afterwards_has_done_it_and_nobody_else_hears(
    dealer: Dealer, keeper: int, monkeypatch: pytest.MonkeyPatch
):
    at(monkeypatch, 0, 10)
    remind()
    assert fetch(notices.opened_bell, dealer.caller("service")).waiting == 1
    at(monkeypatch, 0, 11)
    look(dealer, "sales")
    assert fetch(notices.opened_bell, dealer.caller("service")).waiting == 0
    found = fetch(mailbox.state, dealer.caller("service"))
    assert (found.checks[0].is_late, found.checks[0].person) == (True, "sales 某")
    at(monkeypatch, 1, 9)
    look(dealer)
    at(monkeypatch, 1, 12)
    assert remind() == 0


def test_his_manager_hears_of_it_on_the_next_working_day(
    dealer: Dealer, keeper: int, monkeypatch: pytest.MonkeyPatch
):
    shut = {"reason": "盘点", "hours": [], "created_at": clock.now()}
    dealer.add(CalendarDay(falls_on=MONDAY + timedelta(days=1), **shut))
    at(monkeypatch, 0, 23)
    remind()
    at(monkeypatch, 1, 12)  # nobody works
    assert remind() == 0
    at(monkeypatch, 2, 9, 30)
    look(dealer)  # too late for Monday
    assert (remind(), remind()) == (1, 0)
    cause = f"mailbox:{MONDAY}:neglected"
    assert told(dealer, "mailbox_neglected") == [(dealer.user_id("manager"), cause)]
    assert len(told(dealer)) == 1
    assert fetch(mailbox.state, dealer.caller("service")).missed_on == [MONDAY]


def test_of_somebody_of_the_group_the_director_hears(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
):
    at(monkeypatch, -1, 23)
    dealer.named(PostDuty.MAILBOX, "steward")
    at(monkeypatch, 1, 12)
    assert remind() == 2
    assert [who for who, _cause in told(dealer, "mailbox_neglected")] == [
        dealer.user_id("director")
    ]


def test_days_of_standing_still_are_told_of_at_once_and_not_for_ever(
    dealer: Dealer, keeper: int, monkeypatch: pytest.MonkeyPatch
):
    at(monkeypatch, 60, 23)
    first = remind()
    days = {cause for _who, cause in told(dealer)}
    assert first == len(days) <= mailbox.LOOKED_BACK
    assert remind() == 0


def test_two_looks_a_day_and_none_of_a_day_that_was_before(
    dealer: Dealer, keeper: int, monkeypatch: pytest.MonkeyPatch
):
    at(monkeypatch, 0, 9)
    look(dealer, note="一封询价")
    at(monkeypatch, 0, 16)
    look(dealer, new_count=0, made_count=0)
    found = fetch(mailbox.state, dealer.caller("service")).checks
    assert [one.is_first for one in found][:2] == [False, True]
    assert not any(one.is_late for one in found)
    assert (found[1].new_count, found[1].made_count, found[1].note) == (2, 1, "一封询价")
    assert {row.at for row in dealer.rows(MailboxCheck)} >= {clock.now()}


def test_it_is_for_those_who_take_complaints(dealer: Dealer):
    for who in ("guest", "admin", "club"):
        with pytest.raises(NotPermitted):
            look(dealer, who)
        with pytest.raises(NotPermitted):
            fetch(mailbox.state, dealer.caller(who))
