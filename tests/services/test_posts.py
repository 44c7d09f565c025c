"""Who is named for a standing duty: from a day on, by whom, for what, and what follows from it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import AuditEntry, ComplaintDeck, Notice, Post, PostDuty
from services import decks, posts, users
from services.core import clock
from services.core.access import System
from services.core.errors import NotPermitted
from services.core.run import fetch, perform
from services.decks import due, gathering
from services.posts import (
    DayIsOver,
    EndPost,
    NamedAnyhow,
    NamePost,
    NotForThisDuty,
    OneForAll,
    PostLine,
)
from tests.dealer import Dealer

SPEAKER, HOTLINE = PostDuty.SPOKESPERSON, PostDuty.HOTLINE


def name(
    dealer: Dealer, whom: str, by: str = "director", *, duty: PostDuty = HOTLINE, **more: Any
) -> int:
    values = {"duty": duty, "user_id": dealer.user_id(whom), "reason": "岗位安排", **more}
    values.setdefault("from_on", clock.today())
    form = NamePost.model_validate({"request_id": uuid4(), **values})
    return perform(posts.name_post, dealer.caller(by), form)


def end(dealer: Dealer, by: str = "director", *, duty: PostDuty = HOTLINE, **more: Any) -> int:
    values = {"duty": duty, "from_on": clock.today(), "reason": "岗位撤销", **more}
    form = EndPost.model_validate({"request_id": uuid4(), **values})
    return perform(posts.end_post, dealer.caller(by), form)


def who(dealer: Dealer, duty: PostDuty = HOTLINE, store: int | None = None) -> list[str]:
    found = fetch(posts.named, dealer.caller("service"), duty, store)
    return [person.removesuffix(" 某") for _key, person in found]


def line(dealer: Dealer, duty: PostDuty = HOTLINE, store: int | None = None) -> PostLine:
    return next(
        one for one in fetch(posts.page, dealer.caller("manager"), store) if one.duty is duty
    )


def on(monkeypatch: pytest.MonkeyPatch, days: int) -> date:
    later = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: later)
    return clock.today()


def test_the_next_one_ends_it_and_the_past_stays(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    first = clock.today()
    name(dealer, "service")
    name(dealer, "sales", from_on=first + timedelta(days=10))
    assert who(dealer) == ["service"]
    assert (line(dealer).next_on, line(dealer).next_person) == (
        first + timedelta(days=10),
        "sales 某",
    )
    on(monkeypatch, 10)
    assert who(dealer) == ["sales"]
    end(dealer)
    assert who(dealer) == []
    told = fetch(posts.history, dealer.caller("admin"), HOTLINE)
    assert [(one.person, one.never_held) for one in told] == [
        ("", False),
        ("sales 某", True),
        ("service 某", False),
    ]
    assert told[-1].until_on == first + timedelta(days=9)
    assert len(dealer.rows(Post)) == 3


def test_of_a_store_its_own_comes_before_the_groups(dealer: Dealer):
    name(dealer, "steward")
    assert (line(dealer, store=1).is_of_group, line(dealer, store=1).is_own) == (True, False)
    name(dealer, "service", by="manager", store_id=1)
    assert who(dealer, store=1) == ["service", "steward"]
    assert who(dealer, store=2) == ["steward"]
    assert line(dealer, store=1).is_own
    assert [one.duty for one in fetch(posts.page, dealer.caller("manager"), 1)] == [
        HOTLINE,
        SPEAKER,
    ]


def test_a_manager_names_for_his_store_alone(dealer: Dealer):
    for store in (None, 2):
        with pytest.raises(NotPermitted):
            name(dealer, "steward", by="manager", store_id=store)
        with pytest.raises(NotPermitted):
            end(dealer, by="manager", store_id=store)
    name(dealer, "service", by="manager", store_id=1)
    assert not line(dealer).may_name
    assert line(dealer, store=1).may_name


@pytest.mark.parametrize(
    ("whom", "duty", "store"),
    [
        ("guest", HOTLINE, None),
        ("admin", SPEAKER, None),
        ("sales2", HOTLINE, 1),
        ("service", PostDuty.STATISTICS, None),
    ],
)
def test_nobody_is_named_who_cannot_do_it(
    dealer: Dealer, whom: str, duty: PostDuty, store: int | None
):
    with pytest.raises(NotForThisDuty):
        name(dealer, whom, duty=duty, store_id=store)
    able = fetch(posts.candidates, dealer.caller("director"), duty, store)
    assert dealer.user_id(whom) not in dict(able)
    assert able


def test_what_is_the_groups_is_no_stores(dealer: Dealer):
    for duty in (PostDuty.MAILBOX, PostDuty.STATISTICS):
        with pytest.raises(OneForAll):
            name(dealer, "steward", duty=duty, store_id=1)


def test_no_day_that_has_passed_and_nothing_that_is_so_anyhow(dealer: Dealer):
    with pytest.raises(DayIsOver):
        name(dealer, "service", from_on=clock.today() - timedelta(days=1))
    with pytest.raises(NamedAnyhow):
        end(dealer)
    name(dealer, "service")
    with pytest.raises(NamedAnyhow):
        name(dealer, "service")


def test_who_has_left_is_nobody(dealer: Dealer):
    name(dealer, "service")
    left = {"id": dealer.user_id("service"), "version": 1, "is_active": False}
    perform(users.switch, dealer.caller("admin"), users.SwitchUser(request_id=uuid4(), **left))
    assert fetch(posts.named, dealer.caller("sales"), HOTLINE) == []
    assert line(dealer).is_away


def test_it_stands_in_the_audit(dealer: Dealer):
    name(dealer, "service")
    end(dealer)
    found = [one for one in dealer.rows(AuditEntry) if one.action.startswith("posts:")]
    assert [one.action for one in found] == ["posts:named", "posts:ended"]
    assert [one.reason for one in found] == ["岗位安排", "岗位撤销"]


# ---- the month's figures (C05)


def _deck(dealer: Dealer) -> str:
    now = clock.now()
    month = gathering.month_before(f"{clock.day_of(now):%Y-%m}")
    dealer.add(ComplaintDeck(month=month, frozen_at=now, content={"figures": {"now": {}}}))
    return month


def test_who_counts_is_told_of_the_months_deck_and_stands_on_it(dealer: Dealer):
    month, caller = _deck(dealer), dealer.caller("manager")
    assert fetch(decks.deck, caller, month).counted_by == ()
    dealer.named(PostDuty.STATISTICS, "steward")
    perform(due.tell, System("tests"), due.TellOfDecks())
    told = {one.user_id for one in dealer.rows(Notice) if one.kind == "deck_frozen"}
    assert told == {dealer.user_id(one) for one in ("manager", "manager2", "steward")}
    assert fetch(decks.deck, caller, month).counted_by == ("steward 某",)


def test_of_a_signed_deck_who_counted_then(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    dealer.named(PostDuty.STATISTICS, "steward")
    month = _deck(dealer)
    form = decks.SignDeck(request_id=uuid4(), month=month, version=1)
    perform(decks.sign, dealer.caller("director"), form)
    on(monkeypatch, 5)
    name(dealer, "manager", duty=PostDuty.STATISTICS)
    assert fetch(decks.deck, dealer.caller("manager"), month).counted_by == ("steward 某",)


def test_the_day_is_the_dealers(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    name(dealer, "service", from_on=clock.today() + timedelta(days=1))
    eve = clock.midnight(clock.today() + timedelta(days=1))
    moments: list[tuple[datetime, list[str]]] = [
        (eve - timedelta(minutes=1), []),
        (eve, ["service"]),
    ]
    for moment, people in moments:
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        assert who(dealer) == people
