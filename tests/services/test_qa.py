"""Reviews of calls: drawn by chance, the same for everybody, never one's own (V02)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import Notice, QAReview, TouchKind
from services import qa, settings
from services.core import clock
from services.core.errors import NotFound, NotPermitted
from services.core.parameters import QA_LEAST, QA_SHARE
from services.core.run import fetch, perform
from services.qa import reviewing, rubric, sampling
from tests.dealer import Dealer

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
MAY = date(2026, 5, 1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def calls(dealer: Dealer, count: int, who: str = "service", **more: Any) -> list[int]:
    """So many calls in May, an hour apart; their ids."""
    key = dealer.customer(owner=who if who not in {"manager", "director"} else "service")
    begin = clock.midnight(MAY) + 9 * HOUR
    return [
        dealer.touch(key, user_id=dealer.user_id(who), **{"at": begin + n * HOUR, **more})
        for n in range(count)
    ]


def review(dealer: Dealer, call: int, who: str = "manager", **more: Any) -> int:
    values = {"scores": dict.fromkeys(qa.items(), 2), "note": "很好，请保持", **more}
    form = qa.ReviewCall(request_id=uuid4(), touch_id=call, **values)
    return perform(qa.review, dealer.caller(who), form)


def month(dealer: Dealer, who: str = "manager", back: int = 0) -> qa.Month:
    return fetch(qa.to_review, dealer.caller(who), back)


def test_of_few_calls_five_are_drawn_and_of_many_their_share(dealer: Dealer):
    calls(dealer, 3, "data")
    calls(dealer, 20, "sales")
    calls(dealer, 140, "service")
    found = {one.person: (one.calls, one.drawn) for one in month(dealer).people}
    assert found == {"data 某": (3, 3), "sales 某": (20, 5), "service 某": (140, 7)}


def test_the_same_calls_are_drawn_for_everybody_and_again(dealer: Dealer):
    calls(dealer, 40)
    first = [one.id for one in month(dealer).waiting]
    assert len(first) == 5
    assert [one.id for one in month(dealer).waiting] == first
    assert [one.id for one in month(dealer, "director").waiting] == first
    assert month(dealer, "manager2").waiting == []


def test_only_calls_that_we_made_in_a_month_that_is_over(dealer: Dealer):
    calls(dealer, 2, is_inbound=True)
    calls(dealer, 2, kind=TouchKind.WECHAT)
    calls(dealer, 2, at=MONDAY)
    [last] = calls(dealer, 1, at=clock.midnight(date(2026, 6, 1)) - timedelta(seconds=1))
    assert [one.id for one in month(dealer).waiting] == [last]
    assert month(dealer, back=1).month == date(2026, 4, 1)


def test_what_is_decided_later_draws_nothing_anew(dealer: Dealer):
    calls(dealer, 100)
    before = month(dealer).waiting
    for key, value in ((QA_SHARE, "0.5"), (QA_LEAST, "20")):
        form = settings.ChangeSetting(
            request_id=uuid4(),
            key=key,
            store_id=None,
            value=value,
            from_on=clock.today(),
            reason="多抽一些",
        )
        perform(settings.change, dealer.caller("director"), form)
    assert month(dealer).waiting == before


def test_a_review_is_told_and_read(dealer: Dealer):
    [call] = calls(dealer, 1)
    scores = dict.fromkeys(qa.items(), 2) | {"tone": 0, "script": 1}
    key = review(dealer, call, scores=scores, note="语气再亲切一些")
    row = dealer.row(QAReview, key)
    assert (row.score, row.month, row.owner_id) == (85, MAY, dealer.user_id("service"))
    notices = [one for one in dealer.rows(Notice) if one.kind == "qa_reviewed"]
    assert [one.user_id for one in notices] == [dealer.user_id("service")]
    [own] = fetch(qa.results, dealer.caller("service")).reviews
    assert (own.note, own.is_own, own.seen_at) == ("语气再亲切一些", True, None)
    form = qa.ReadReview(request_id=uuid4(), review_id=key, version=1)
    perform(qa.read, dealer.caller("service"), form)
    assert dealer.row(QAReview, key).seen_at is not None
    [person] = month(dealer).people
    assert (person.reviewed, person.score) == (1, 85)
    assert month(dealer).waiting == []


def test_a_colleague_reads_nobody_elses_review(dealer: Dealer):
    [call] = calls(dealer, 1)
    key = review(dealer, call)
    assert fetch(qa.results, dealer.caller("sales")).reviews == []
    assert len(fetch(qa.results, dealer.caller("manager")).reviews) == 1
    with pytest.raises(NotFound):
        perform(
            qa.read,
            dealer.caller("sales"),
            qa.ReadReview(request_id=uuid4(), review_id=key, version=1),
        )


def test_nobody_reviews_his_own_call(dealer: Dealer):
    [call] = calls(dealer, 1, "manager")
    found = month(dealer)
    assert (found.waiting, found.own) == ([], 1)
    with pytest.raises(reviewing.OwnCall):
        review(dealer, call)
    review(dealer, call, "director")


def test_only_drawn_calls_are_reviewed_once(dealer: Dealer):
    made = calls(dealer, 30)
    drawn = [one.id for one in month(dealer).waiting]
    other = next(one for one in made if one not in drawn)
    with pytest.raises(reviewing.NotDrawn):
        review(dealer, other)
    [today] = calls(dealer, 1, "sales", at=MONDAY)
    with pytest.raises(reviewing.NotDrawn):
        review(dealer, today)
    review(dealer, drawn[0])
    with pytest.raises(reviewing.Reviewed):
        review(dealer, drawn[0], "director")


def test_another_stores_calls_are_not_seen(dealer: Dealer):
    [call] = calls(dealer, 1)
    with pytest.raises(NotFound):
        review(dealer, call, "manager2")
    with pytest.raises(NotFound):
        fetch(qa.heard, dealer.caller("manager2"), call)
    with pytest.raises(NotPermitted):
        fetch(qa.heard, dealer.caller("sales"), call)


@pytest.mark.parametrize("scores", [{}, {"tone": 2}, {"x": 1, **dict.fromkeys("abcde", 2)}])
def test_scores_are_of_the_rubric(dealer: Dealer, scores: dict[str, int]):
    [call] = calls(dealer, 1)
    with pytest.raises((rubric.NotOfRubric, rubric.TooFewItems)):
        review(dealer, call, scores=scores)
    assert len(qa.items()) == 10


def test_a_trend_by_month(dealer: Dealer, on_monday: list[datetime]):
    for at, points in ((0, 2), (31, 1)):
        on_monday[0] = MONDAY + timedelta(days=at)
        [call] = calls(dealer, 1, at=clock.midnight(sampling.latest()) + HOUR)
        review(dealer, call, scores=dict.fromkeys(qa.items(), points))
    trend = fetch(qa.results, dealer.caller("service")).trend
    assert [(one.month, one.score, one.reviews) for one in trend] == [
        (MAY, 100, 1),
        (date(2026, 6, 1), 50, 1),
    ]
