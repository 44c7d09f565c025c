"""The page of working hours: who opens it, a week and single days decided, refusals in words."""

from datetime import date, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from db.models import CalendarDay, CalendarWeek
from pages.components.calendars import in_short
from pages.components.year import LOOKS
from services.calendars import WEEKDAYS, DayState
from services.core import clock
from services.core.choices import choice_label
from services.core.words import translate
from tests.dealer import Dealer
from tests.pages.visit import ROOT, texts, visit

PAGE = "admin/calendars.py"
HOURS, DAYS = "calendars.change_hours", "calendars.set_days"
TOMORROW = clock.today() + timedelta(days=1)


def said(app: AppTest) -> str:
    """What stands on the page, without the signs that keep markdown from reading it."""
    return texts(app).replace("\\", "")


def widget(app: AppTest, kind: str, key: str) -> Any:
    [found] = [each for each in getattr(app, kind) if (each.key or "").startswith(key)]
    return found


def run(app: AppTest, opener: str) -> AppTest:
    """One run with the drawer open; a test has no fragments of its own."""
    return widget(app, "button", opener).click().run()


def fill(app: AppTest, opener: str, form: str, **values: str) -> None:
    run(app, opener)
    for name, value in values.items():
        kind = "text_area" if name == "reason" else "text_input"
        widget(app, kind, f"{form}:{name}").set_value(value)
    run(app, opener)


def send(app: AppTest, opener: str, form: str) -> None:
    widget(app, "button", f"{form}:send").click()
    run(app, opener)


def decided(dealer: Dealer, **more: Any) -> int:
    values = {"falls_on": TOMORROW, "hours": [], "created_at": clock.now(), "reason": "moving"}
    [key] = dealer.add(CalendarDay(**values | more))
    return key


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("director", True),
        ("manager", True),
        ("steward", False),
        ("club_manager", False),
        ("admin", False),
    ],
)
def test_who_may_read_sees_week_and_year(dealer: Dealer, who: str, may: bool):
    app = visit(dealer, who, PAGE, language="en")
    assert not app.exception
    assert "Jan: " in said(app)
    assert bool([b for b in app.button if b.key == "calendar:change"]) is may


@pytest.mark.parametrize("who", ["sales", "club", "guest"])
def test_others_have_no_such_page(dealer: Dealer, who: str):
    app = visit(dealer, who)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(str(ROOT / "pages" / PAGE)).run()


def test_a_manager_begins_with_his_store_and_changes_nothing_elsewhere(dealer: Dealer):
    app = visit(dealer, "manager2", PAGE)
    assert app.selectbox(key="store").value == "2"
    assert [b for b in app.button if b.key == "calendar:change"]
    app.query_params["store"] = "1"
    app.run()
    assert not [b for b in app.button if b.key == "calendar:change"]


def test_a_week_is_weighed_and_decided(dealer: Dealer):
    app = visit(dealer, "director", PAGE, language="en")
    form = f"{HOURS}:group"
    fill(app, "calendar:change", form, sunday="10:00-12:00，13:00－16:00", reason="fewer come")
    weighed = next(table.value for table in app.dataframe if "before" in table.value)
    assert (weighed["more"] < 0).any()
    assert (weighed["after"] - weighed["before"] == weighed["more"]).all()
    assert dealer.rows(CalendarWeek) == []
    send(app, "calendar:change", form)
    assert not app.exception
    assert not app.error
    [row] = dealer.rows(CalendarWeek)
    assert (row.store_id, row.from_on, row.hours[6]) == (None, TOMORROW, [[600, 720], [780, 960]])
    app = visit(dealer, "admin", PAGE, language="en")
    assert "Sunday 10:00-12:00, 13:00-16:00" in texts(app)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "**Tuesday**: 12:00-09:00 ends before it has begun"),
        ("zh_CN", "**星期二**：12:00-09:00 的结束时间须晚于开始时间"),
    ],
)
def test_wrong_hours_are_named_before_and_after_the_click(
    dealer: Dealer, language: str, words: str
):
    app = visit(dealer, "director", PAGE, language=language)
    form = f"{HOURS}:group"
    fill(app, "calendar:change", form, tuesday="12:00-9:00", reason="为了试一试")
    assert words in said(app)
    assert not app.error
    send(app, "calendar:change", form)
    assert app.error
    assert words in said(app)
    assert widget(app, "text_input", f"{form}:tuesday").value == "12:00-9:00"
    assert dealer.rows(CalendarWeek) == []


def test_days_are_closed_from_the_drawer(dealer: Dealer):
    app = visit(dealer, "manager", PAGE, language="en")
    form = f"{DAYS}:1"
    fill(app, "calendar:days", form, reason="moving house")
    widget(app, "date_input", f"{form}:last_on").set_value(TOMORROW + timedelta(days=2))
    run(app, "calendar:days")
    send(app, "calendar:days", form)
    assert not app.error
    assert [(row.store_id, row.falls_on, row.hours) for row in dealer.rows(CalendarDay)] == [
        (1, TOMORROW + timedelta(days=n), []) for n in range(3)
    ]
    app = visit(dealer, "steward", PAGE, language="en", year=str(TOMORROW.year))
    assert "moving house" in texts(app)


def test_the_page_follows_to_the_year_that_was_decided(dealer: Dealer):
    app = visit(dealer, "manager", PAGE, language="en")
    form, day = f"{DAYS}:1", date(TOMORROW.year + 1, 10, 1)
    fill(app, "calendar:days", form, reason="National Day")
    widget(app, "date_input", f"{form}:first_on").set_value(day)
    run(app, "calendar:days")
    assert "must not be before" in texts(app)
    assert not app.error  # nobody complains before the second day is chosen
    widget(app, "date_input", f"{form}:last_on").set_value(day + timedelta(days=6))
    send(app, "calendar:days", form)
    assert not app.error
    assert app.query_params["year"] == str(day.year)
    assert "National Day" in texts(app)


def test_the_past_asks_for_a_confession(dealer: Dealer):
    app = visit(dealer, "manager", PAGE, language="en")
    form = f"{DAYS}:1"
    run(app, "calendar:days")
    assert not app.checkbox
    widget(app, "date_input", f"{form}:first_on").set_value(clock.today() - timedelta(days=1))
    run(app, "calendar:days")
    assert "Correct the past" in widget(app, "checkbox", f"{form}:corrects_past").label


def test_what_was_decided_is_withdrawn_from_its_drawer(dealer: Dealer):
    key = decided(dealer, store_id=1)
    app = visit(dealer, "manager", PAGE, language="en", year=str(TOMORROW.year))
    line = f"{key}-{key}"

    def opened() -> AppTest:
        app.session_state["calendar:days:picked"] = line
        return app

    opened().run()
    assert "moving" in texts(app)
    widget(app, "text_area", f"calendars.withdraw_days:{line}:reason").set_value("decided too soon")
    opened().run()
    widget(opened(), "button", f"calendars.withdraw_days:{line}:send").click().run()
    assert not app.exception
    assert dealer.row(CalendarDay, key).withdrawn_at is not None


def test_a_week_is_withdrawn_from_its_drawer(dealer: Dealer):
    [key] = dealer.add(
        CalendarWeek(
            from_on=TOMORROW,
            hours=[[]] * 7,
            keeps_holidays=True,
            created_at=clock.now(),
            reason="by mistake",
        )
    )
    app = visit(dealer, "director", PAGE, language="en")

    def opened() -> AppTest:
        app.session_state["calendar:weeks:picked"] = key
        return app

    opened().run()
    form = f"calendars.withdraw_hours:{key}"
    widget(app, "text_area", f"{form}:reason").set_value("decided too soon")
    opened().run()
    widget(opened(), "button", f"{form}:send").click().run()
    assert not app.exception
    assert dealer.row(CalendarWeek, key).withdrawn_at is not None


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_an_unknown_year_is_said_to_be_so(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch, language: str
):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 22))
    words = translate(
        language,
        "The holidays of {year} are not known yet: plain weekly hours hold until the program is "
        "updated",
        year="2027",
    )
    app = visit(dealer, "admin", PAGE, language=language, year="2026")
    assert words not in texts(app)
    app.query_params["year"] = "2027"
    app.run()
    assert words in texts(app)


def test_each_state_has_a_look_and_words_of_its_own():
    assert set(LOOKS) == set(DayState)
    assert len({(look.symbol, look.is_open) for look in LOOKS.values()}) == len(DayState)
    assert len({choice_label(state) for state in DayState}) == len(DayState)


def test_a_week_in_short_says_days_alike_once(dealer: Dealer):
    assert len(WEEKDAYS) == 7
    told = in_short(("9", "9", "9", "9", "9", "8", ""))
    assert told.count("9") == 1
    assert told.count(";") == 2
