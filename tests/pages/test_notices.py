"""The bell, the notices and the approvals as people see them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db.models import Approval, ApprovalState, Job, JobState, Notice
from services import settings
from services.core import clock
from services.core.parameters import REVEALS_OF_OTHERS
from services.core.run import perform
from tests.dealer import Dealer
from tests.pages.visit import texts, visit

EVERYONE = ["director", "manager", "sales", "steward", "club_manager", "club", "admin", "guest"]


def asked(dealer: Dealer) -> int:
    form = settings.ChangeSetting(
        request_id=uuid4(),
        key=REVEALS_OF_OTHERS,
        value="31",
        from_on=clock.today(),
        reason="too many were shown",
    )
    outcome = perform(settings.change, dealer.caller("manager"), form)
    assert outcome.asked is not None
    return outcome.asked.approval_id


def button(app, key: str):
    [found] = [each for each in app.button if (each.key or "").startswith(key)]
    return found


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("page", ["account/notices.py", "account/approvals.py"])
@pytest.mark.parametrize(("language", "empty"), [("en", "Nothing"), ("zh_CN", "没有")])
def test_everyone_has_both_pages(dealer: Dealer, who: str, page: str, language: str, empty: str):
    app = visit(dealer, who, page, language=language)
    assert not app.exception
    assert empty in texts(app)


def test_the_director_agrees_in_the_drawer(dealer: Dealer):
    key = asked(dealer)
    app = visit(dealer, "director", "account/approvals.py", language="en", approval=str(key))
    assert not app.exception
    assert "too many were shown" in texts(app)
    button(app, f"approvals.decide:{key}:yes").click().run()
    assert not app.exception
    assert app.toast[0].value == "Agreed. It is done"
    assert dealer.row(Approval, key).state is ApprovalState.GRANTED


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Say why, in a few words"), ("zh_CN", "请简要说明原因")]
)
def test_a_refusal_needs_its_reason(dealer: Dealer, language: str, words: str):
    key = asked(dealer)
    app = visit(dealer, "director", "account/approvals.py", language=language, approval=str(key))
    button(app, f"approvals.decide:{key}:no").click().run()
    assert words in "".join(error.value for error in app.error)
    assert dealer.row(Approval, key).state is ApprovalState.OPEN


def test_whoever_asked_sees_no_answer_but_the_way_back(dealer: Dealer):
    key = asked(dealer)
    app = visit(dealer, "manager", "account/approvals.py", language="en", approval=str(key))
    assert not [each for each in app.button if (each.key or "").startswith("approvals.decide")]
    button(app, f"approvals.withdraw:{key}:send").click().run()
    assert dealer.row(Approval, key).state is ApprovalState.WITHDRAWN


def test_a_request_of_others_is_not_there(dealer: Dealer):
    key = asked(dealer)
    app = visit(dealer, "steward", "account/approvals.py", language="en", approval=str(key))
    assert "does not exist" in app.error[0].value


def test_a_failed_job_says_why_and_leads_on(dealer: Dealer):
    now = clock.now()
    [key] = dealer.add(
        Job(
            kind="import_run",
            subject="7",
            title="名单_*.csv",
            state=JobState.FAILED,
            user_id=dealer.user_id("manager"),
            asked_at=now,
            ended_at=now,
            trouble={"msgid": "The system is busy. Try again in a moment", "params": {}},
        )
    )
    app = visit(dealer, "manager", "account/notices.py", language="en", job=str(key))
    assert not app.exception
    assert "The system is busy" in app.error[0].value
    assert button(app, "jobs:open")
    button(app, "jobs:close").click().run()
    assert not app.error


def test_notices_are_listed_with_their_words(dealer: Dealer, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as at_noon:
        noon = clock.midnight(clock.today()) - timedelta(hours=12)
        at_noon.setattr(clock, "now", lambda: noon)
        asked(dealer)
    for row in dealer.rows(Notice):
        assert row.user_id in {dealer.user_id("director"), dealer.user_id("admin")}
    app = visit(dealer, "admin", "account/notices.py", language="en")
    [told] = app.dataframe[0].value.to_dict("records")
    assert told["words"].startswith("manager 某 asks for approval: Masked fields")
