"""The backtest of maintenance and its forecast, against numbers made by hand."""

from datetime import date, datetime, timedelta

import pytest

from db.models import Lifecycle, ParameterValue
from services import visits
from services.core import clock, parameters
from services.core.errors import NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer
from tests.services.test_service_dues import SYSTEM, car, serviced
from tests.services.test_visits import DAY, MONDAY

DELIVERED = date(2025, 1, 1)
YEAR = (date(2025, 6, 9), date(2026, 6, 8))


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


def driven(dealer: Dealer, *after: int, model: str = "A7", km_a_day: int = 100) -> int:
    """A car that came for maintenance so many days after its delivery."""
    who = car(dealer, delivered_on=DELIVERED, model=model)
    for days in after:
        serviced(dealer, who, DELIVERED + days * DAY, 1 + km_a_day * days)
    return who[1]


def test_each_car_is_predicted_from_what_was_known_before(dealer: Dealer):
    """100 km a day: 10,000 km are 100 days after the second maintenance."""
    good = driven(dealer, 100, 200, 310)  # ten days late
    bad = driven(dealer, 100, 200, 440, model="B3")  # 140 days late
    driven(dealer, 100, 200)  # too few
    driven(dealer, 100, 200, 200)  # two orders of one day are one visit
    early = driven(dealer, 10, 110, 200)  # ten days early, within the time
    found = fetch(visits.backtest, dealer.caller("director"), *YEAR)
    assert {one.vehicle_id: one.error for one in found.rows} == {good: 10, bad: 140, early: -10}
    assert found.rows[0].vehicle_id == bad
    whole = found.whole
    assert (whole.n, whole.error) == (3, 10.0)
    assert whole.near == pytest.approx(2 / 3)
    # The plain rule waits for a year: 365 - 110, 365 - 240 and 365 - 90 days too long.
    assert {one.vehicle_id: one.plain_error for one in found.rows} == {
        good: 110 - 365,
        bad: 240 - 365,
        early: 90 - 365,
    }
    assert (whole.plain_error, whole.plain_near) == (255.0, 0.0)
    assert [(one.name, one.n, one.error) for one in found.by_model] == [
        ("A7", 2, 10.0),
        ("B3", 1, 140.0),
    ]
    assert [(one.name, one.n) for one in found.by_age] == [("0-2", 3)]
    assert sum(found.errors) == sum(found.plain_errors) == 3
    assert dict(zip(found.bins, found.errors, strict=True)) == {
        begin: {-15: 1, 0: 1, 120: 1}.get(begin, 0) for begin in range(-135, 121, 15)
    }


def test_only_those_whose_last_one_lies_in_the_time(dealer: Dealer):
    driven(dealer, 100, 200, 310)
    caller = dealer.caller("director")
    came = DELIVERED + 310 * DAY
    assert fetch(visits.backtest, caller, came, came).whole.n == 1
    assert fetch(visits.backtest, caller, came + DAY, came + DAY).whole.n == 0
    assert fetch(visits.backtest, caller, came, came, 2).whole.n == 0
    assert fetch(visits.backtest, caller, came, came - DAY).whole.n == 0


def test_what_was_read_later_is_not_known_before(dealer: Dealer):
    """The odometer as it stands today must not help to predict the past."""
    who = car(dealer, delivered_on=DELIVERED, odometer_on=date(2026, 6, 1), odometer_km=90_000)
    for days in (100, 200, 310):
        serviced(dealer, who, DELIVERED + days * DAY, 1 + 100 * days)
    [one] = fetch(visits.backtest, dealer.caller("director"), *YEAR).rows
    assert one.error == 10


def test_a_store_sees_its_own_cars_and_specialists_no_backtest(dealer: Dealer):
    driven(dealer, 100, 200, 310)
    assert fetch(visits.backtest, dealer.caller("manager"), *YEAR).whole.n == 1
    assert fetch(visits.backtest, dealer.caller("manager2"), *YEAR).whole.n == 0
    with pytest.raises(NotPermitted):
        fetch(visits.backtest, dealer.caller("service"), *YEAR)


def predict(_dealer: Dealer) -> None:
    assert perform(visits.predict_services, SYSTEM, visits.PredictServices()).is_finished


def test_the_forecast_counts_each_car_in_its_week(dealer: Dealer):
    """The first maintenance after 250 days of 40 km where nothing is read."""
    usual = timedelta(days=250)
    for due in (date(2026, 6, 8), date(2026, 6, 14), date(2026, 6, 15), date(2026, 6, 1)):
        car(dealer, delivered_on=due - usual)
    driven(dealer, 100, 200, 310, 410, 510)  # measured: due on the 610th day, 3 September
    gone = dealer.customer(lifecycle=Lifecycle.LOST)
    dealer.vehicle(gone, delivered_on=date(2026, 6, 9) - usual)
    predict(dealer)
    caller = dealer.caller("manager")
    found = fetch(visits.forecast, caller)
    assert found.weeks[0] == date(2026, 6, 8)
    assert found.assumed == [2, 1, *[0] * 10]
    assert found.overdue == 1
    assert sum(found.measured) == 0  # on 3 September: beyond twelve weeks
    assert sum(fetch(visits.forecast, dealer.caller("manager2")).assumed) == 0
    assert fetch(visits.forecast, dealer.caller("director"), 2).overdue == 0


def test_the_capacity_is_what_the_open_days_take(dealer: Dealer):
    dealer.add(
        ParameterValue(
            key=parameters.SERVICES_PER_DAY,
            store_id=1,
            value="3",
            from_on=date(2026, 6, 1),
            created_at=datetime(2026, 6, 1, tzinfo=MONDAY.tzinfo),
            reason="three lifts",
        )
    )
    own = fetch(visits.forecast, dealer.caller("manager")).capacity
    assert own[0] % 3 == 0
    assert 0 < own[0] <= 21
    whole = fetch(visits.forecast, dealer.caller("director")).capacity
    other = fetch(visits.forecast, dealer.caller("director"), 2).capacity
    assert [a + b for a, b in zip(own, other, strict=True)] == whole
