"""The parameters page: who opens it, one number changed in its drawer, refusals in words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from db.models import Approval, ParameterValue
from pages.components.settings import SECTIONS
from services.core import clock
from services.core.parameters import PARAMETERS, REVEALS_OF_SPECIALIST
from tests.dealer import Dealer
from tests.pages.visit import ROOT, texts, visit

PAGE = "admin/settings.py"
FORM = f"settings.change:{REVEALS_OF_SPECIALIST}:None"


def opened(app: AppTest) -> AppTest:
    """The next run meets the click that opens the drawer; a test has no fragments of its own."""
    app.session_state["settings:customers:picked"] = REVEALS_OF_SPECIALIST
    return app


def field(app: AppTest, kind: str, name: str):
    [found] = [each for each in getattr(app, kind) if (each.key or "").startswith(f"{FORM}:{name}")]
    return found


def fill(app: AppTest, value: str, reason: str) -> None:
    opened(app).run()
    field(opened(app), "text_input", "value").set_value(value).run()
    field(opened(app), "text_area", "reason").set_value(reason).run()


def send(app: AppTest) -> None:
    [button] = [each for each in app.button if each.key == f"{FORM}:send"]
    opened(app)
    button.click().run()


@pytest.mark.parametrize("who", ["director", "manager", "steward", "club_manager", "admin"])
def test_who_may_read_sees_every_parameter(dealer: Dealer, who: str):
    app = visit(dealer, who, PAGE, language="en")
    assert not app.exception
    assert sum(len(table.value) for table in app.dataframe) == len(PARAMETERS)
    opened(app).run()
    assert not app.exception
    assert bool([each for each in app.button if each.key == f"{FORM}:send"]) is (who != "admin")


@pytest.mark.parametrize("who", ["sales", "club", "guest"])
def test_others_have_no_such_page(dealer: Dealer, who: str):
    app = visit(dealer, who)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(str(ROOT / "pages" / PAGE)).run()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parameter of these tests as if it needed one person only."""
    known = replace(PARAMETERS[REVEALS_OF_SPECIALIST], needs_approval=False)
    monkeypatch.setitem(PARAMETERS, known.key, known)


@pytest.mark.usefixtures("alone")
def test_the_director_decides_from_tomorrow_on(dealer: Dealer):
    app = visit(dealer, "director", PAGE, language="en")
    fill(app, "25", "too many were shown")
    assert "nobody went over this number" in texts(app)
    send(app)
    assert not app.exception
    assert not app.error
    [row] = dealer.rows(ParameterValue)
    tomorrow = clock.today() + timedelta(days=1)
    assert (row.key, row.value, row.from_on) == (REVEALS_OF_SPECIALIST, "25", tomorrow)
    app = visit(dealer, "admin", PAGE, language="en")
    [told] = app.dataframe[0].value.query("next == '25'").to_dict("records")
    assert (told["value"], told["next_on"]) == ("60", tomorrow)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Write a number from 0 to 1000"), ("zh_CN", "请填写 0 至 1000 之间的数值")],
)
def test_a_refusal_is_worded_and_keeps_what_was_typed(dealer: Dealer, language: str, words: str):
    app = visit(dealer, "director", PAGE, language=language)
    fill(app, "5000", "为了试一试，一个理由")
    send(app)
    assert words in "".join(error.value for error in app.error)
    assert field(app, "text_input", "value").value == "5000"
    assert dealer.rows(ParameterValue) == []


def test_a_change_that_needs_two_is_sent_for_approval(dealer: Dealer):
    app = visit(dealer, "manager", PAGE, language="en")
    fill(app, "25", "too many were shown")
    assert "Somebody else has to agree" in texts(app)
    send(app)
    assert not app.exception
    assert app.toast[0].value == "Sent for approval. People who may answer: 2"
    assert dealer.rows(ParameterValue) == []
    [row] = dealer.rows(Approval)
    assert (row.asked_by_id, row.reason) == (dealer.user_id("manager"), "too many were shown")


@pytest.mark.usefixtures("alone")
def test_a_store_follows_the_group_again(dealer: Dealer):
    dealer.add(
        ParameterValue(
            key=REVEALS_OF_SPECIALIST,
            store_id=1,
            value="25",
            from_on=clock.today() - timedelta(days=3),
            created_at=clock.now(),
            reason="too many were shown",
        )
    )
    of_store = FORM.replace("None", "1")
    app = visit(dealer, "director", PAGE, language="en", store="1")
    opened(app).run()
    [reason] = [each for each in app.text_area if (each.key or "").startswith(of_store)]
    opened(app)
    reason.set_value("the trial is over").run()
    [follow] = [each for each in app.button if each.key == f"{of_store}:follow"]
    opened(app)
    follow.click().run()
    assert not app.exception
    assert not app.error
    row = dealer.rows(ParameterValue)[-1]
    assert (row.store_id, row.value, row.reason) == (1, "", "the trial is over")
    app = visit(dealer, "manager2", PAGE, language="en", store="2")
    opened(app).run()
    assert not [each for each in app.button if (each.key or "").endswith(":follow")]


def test_what_has_not_begun_is_withdrawn_from_the_history(dealer: Dealer):
    [key] = dealer.add(
        ParameterValue(
            key=REVEALS_OF_SPECIALIST,
            value="25",
            from_on=clock.today() + timedelta(days=3),
            created_at=clock.now(),
            reason="too many were shown",
        )
    )
    app = visit(dealer, "director", PAGE, language="en")
    app.session_state[f"setting:{REVEALS_OF_SPECIALIST}:past:chosen"] = key
    opened(app).run()
    assert "too many were shown" in texts(app)
    form = f"settings.withdraw:{key}"
    [reason] = [each for each in app.text_area if (each.key or "").startswith(form)]
    opened(app)
    reason.set_value("decided too soon").run()
    [button] = [each for each in app.button if each.key == f"{form}:send"]
    opened(app)
    button.click().run()
    assert not app.exception
    assert dealer.row(ParameterValue, key).withdrawn_at is not None


def test_every_parameter_has_a_table_to_stand_in():
    assert {each.section for each in PARAMETERS.values()} == set(SECTIONS)
