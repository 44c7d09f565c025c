"""The page of campaigns, and an invitation on the screen of a call."""

from datetime import timedelta
from typing import Any

import pytest

from db.models import Campaign, CampaignAnswer, CampaignKind, CampaignState, Rsvp, VisitTask
from tests.dealer import Dealer
from tests.pages.visit import texts, visit
from tests.services.test_campaigns import (
    draft,
    invitation,
    of,
    on_monday,
    running,
    say,
    sweep,
)

__all__ = ["on_monday"]

PAGE = "care/campaigns.py"
CALLS = "care/visits.py"
DAY = timedelta(days=1)


def button(app: Any, key: str) -> Any:
    return next(each for each in app.button if each.key == key)


def keys(app: Any) -> set[str]:
    return {str(each.key) for each in app.button}


def of_form(app: Any, kind: str, name: str) -> Any:
    return next(each for each in getattr(app, kind) if f":{name}:" in str(each.key))


@pytest.mark.parametrize("who", ["director", "manager", "sales", "service", "data", "steward"])
def test_it_opens_for_who_makes_contacts(dealer: Dealer, who: str):
    app = visit(dealer, who, PAGE, language="en")
    assert not app.exception
    assert "There are no campaigns yet" in texts(app)
    assert ("campaigns:adopt" in keys(app)) == (who in {"director", "manager"})


@pytest.mark.parametrize("who", ["club", "club_manager", "admin", "guest", None])
def test_others_do_not_see_it(dealer: Dealer, who: str | None):
    with pytest.raises(ValueError, match="navigation page"):
        visit(dealer, who, PAGE, language="en")


def test_taken_over_opened_and_told_what_it_lacks(dealer: Dealer):
    app = visit(dealer, "director", PAGE)
    button(app, "campaigns:adopt").click().run()
    assert not app.exception
    assert "年度客户关怀" in texts(app)
    first = min(dealer.rows(Campaign), key=lambda row: row.id)
    button(app, f"campaigns:open:{first.id}").click().run()
    assert not app.exception
    assert app.query_params["id"] == str(first.id)
    assert "批准前还需补充：联系客户的起止日期" in texts(app)
    assert "campaigns:approve" not in keys(app)


def test_what_is_missing_in_a_new_one_is_said(dealer: Dealer):
    app = visit(dealer, "manager", PAGE, language="en")
    button(app, "campaigns:new").click().run()
    of_form(app, "text_input", "name").set_value("试驾周")
    button(app, "campaigns.begin:send").click()
    button(app, "campaigns:new").click().run()  # a test has no fragments of its own
    assert [error.value for error in app.error] == ["**Desk**: This must be filled in"]


def test_a_draft_is_edited_and_thrown_away(dealer: Dealer):
    key = draft(dealer, name="试驾周")
    app = visit(dealer, "manager", PAGE, language="en", id=str(key))
    button(app, "campaigns:edit").click().run()
    assert not app.exception
    of_form(app, "text_input", "name").set_value("试驾月")
    button(app, f"campaigns.edit:{key}.{dealer.row(Campaign, key).version}:send").click()
    button(app, "campaigns:edit").click().run()
    assert not app.exception
    assert dealer.row(Campaign, key).name == "试驾月"
    app = visit(dealer, "director", PAGE, language="en", id=str(key))
    button(app, "campaigns:discard").click().run()
    assert dealer.rows(Campaign) == []


def test_approved_by_another_person_and_ended(dealer: Dealer):
    dealer.customer()
    key = draft(dealer, name="试驾周")
    mine = visit(dealer, "manager", PAGE, language="en", id=str(key))
    assert not mine.exception
    assert "somebody else has to approve it" in texts(mine)
    assert "campaigns:approve" not in keys(mine)
    app = visit(dealer, "director", PAGE, language="en", id=str(key))
    assert "people at the desk" in texts(app)
    button(app, "campaigns:approve").click().run()
    assert not app.exception
    assert dealer.row(Campaign, key).state is CampaignState.APPROVED
    sweep()
    app.run()
    assert "Customers of the campaign" in str([each.label for each in app.metric])
    button(app, "campaigns:end").click().run()
    of_form(app, "text_input", "reason").set_value("车辆未到")
    button(app, f"campaigns.end:{key}:send").click()
    button(app, "campaigns:end").click().run()
    assert dealer.row(Campaign, key).end_reason == "车辆未到"


def test_another_store_is_told_that_there_is_no_such_campaign(dealer: Dealer):
    key = draft(dealer, name="试驾周")
    app = visit(dealer, "manager2", PAGE, language="en", id=str(key))
    assert "试驾周" not in texts(app)
    assert not app.exception


def test_three_goals_of_annual_care(dealer: Dealer):
    dealer.customer()
    key = running(dealer, kind=CampaignKind.ANNUAL_CARE)
    sweep()
    app = visit(dealer, "manager", PAGE, language="en", id=str(key))
    assert not app.exception
    assert "The three goals" in texts(app)


def test_an_invitation_is_answered_at_a_call_and_the_guest_marked(dealer: Dealer, on_monday):
    who, other = dealer.customer("王小明"), dealer.customer("李四")
    key = invitation(dealer, capacity=2)
    say(dealer, key, other, Rsvp.COMES, 2)
    sweep()
    on_monday[0] += 5 * DAY
    task = of(dealer, who)
    app = visit(dealer, "sales", CALLS, language="en", task=str(task.id))
    assert not app.exception
    assert "It is full" in texts(app)
    of_form(app, "text_area", "words").set_value("想来").run()
    of_form(app, "text_input", "no_more").set_value("等候补通知").run()
    of_form(app, "number_input", "people").set_value(1).run()
    app.session_state[f"call-begun:{task.id}"] = -1000.0
    choose = of_form(app, "selectbox", "rsvp")
    choose.set_value(next(one for one in choose.options if one == "Comes")).run()
    button(app, f"visits.record_call:{task.id}:send").click().run()
    assert not app.exception
    [row] = [one for one in dealer.rows(CampaignAnswer) if one.customer_id == who]
    assert (row.answer, row.people, row.is_waiting) == (Rsvp.COMES, 1, True)
    assert dealer.row(VisitTask, task.id).state == "done"
    on_monday[0] += 5 * DAY
    app = visit(dealer, "service", PAGE, language="en", id=str(key))
    assert not app.exception
    assert "Waits for room" in texts(app)
    button(app, f"campaigns:came:{row.id}").click().run()
    assert not app.exception
    assert dealer.row(CampaignAnswer, row.id).came_at is not None
