"""Two callers who give away the last room of an event at once; with its negative control."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.models import CampaignAnswer, CampaignKind, Desk, Rsvp, VisitKind
from services import campaigns
from services.campaigns import answering
from services.core import clock
from services.core.access import load
from services.core.run import perform
from tests.dealer import Dealer
from tests.races.test_races import together

DAY = timedelta(days=1)


@pytest.fixture
def event(dealer: Dealer) -> int:
    """One with room for three people."""
    lead = dealer.caller("manager")
    told = {"name": "活动", "kind": CampaignKind.INVITATION, "desk": Desk.SALES}
    told |= {"channel": VisitKind.CALL}
    begun = campaigns.BeginCampaign(request_id=uuid4(), store_id=1, **told)
    key = perform(campaigns.begin, lead, begun)
    today = clock.today()
    edited = campaigns.EditCampaign(
        request_id=uuid4(),
        campaign_id=key,
        version=1,
        script="{customer}您好",
        from_on=today,
        until_on=today + DAY,
        event_on=today + 2 * DAY,
        capacity=3,
        **told,
    )
    perform(campaigns.edit, lead, edited)
    shown = campaigns.WorkOnCampaign(request_id=uuid4(), campaign_id=key, version=2)
    return perform(campaigns.approve, dealer.caller("director"), shown)


def accept(dealer: Dealer, event: int, who: int) -> Any:
    form = campaigns.AnswerInvitation(
        request_id=uuid4(), campaign_id=event, customer_id=who, rsvp=Rsvp.COMES, people=2
    )
    return perform(campaigns.answer, dealer.caller("sales"), form)


def both(dealer: Dealer, event: int) -> list[Any]:
    people = [dealer.customer("甲"), dealer.customer("乙")]
    return together(*[lambda who=who: accept(dealer, event, who) for who in people])


def test_of_two_at_once_one_has_the_room_and_the_other_waits(dealer: Dealer, event: int):
    said = both(dealer, event)
    assert sorted(one.is_waiting for one in said) == [False, True]
    rows = dealer.rows(CampaignAnswer)
    assert sum(row.people for row in rows if not row.is_waiting) == 2


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_who_does_not_wait_for_the_campaign_gives_it_away_twice(
    dealer: Dealer, event: int, monkeypatch: pytest.MonkeyPatch
):
    """On SQLite one writes at a time anyway."""
    counted = threading.Barrier(2)

    def unlocked(session: Any, model: Any, key: int, **_lock: Any) -> Any:
        return load(session, model, key)

    def taken(session: Any, campaign_id: int) -> int:
        found = answering_taken(session, campaign_id)
        counted.wait(timeout=10)
        return found

    answering_taken = answering.taken
    monkeypatch.setattr(answering, "load", unlocked)
    monkeypatch.setattr(answering, "taken", taken)
    said = both(dealer, event)
    assert [one.is_waiting for one in said] == [False, False]
