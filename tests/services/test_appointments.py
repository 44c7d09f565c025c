"""Appointments: never twice at one place, in opening hours, kept, missed once, called off."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from db.engine import write_transaction
from db.models import (
    Appointment,
    AppointmentSlot,
    AppointmentSource,
    AppointmentState,
    AuditEntry,
    Bay,
    CalendarDay,
    ParameterValue,
    VisitTask,
    WorkKind,
)
from services import appointments, sweeping
from services.appointments import booking, garage, slots
from services.core import audit, clock
from services.core.access import System
from services.core.errors import NotFound, NotPermitted, StaleRecord
from services.core.run import fetch, perform
from tests.dealer import Dealer, as_system
from tests.races.test_races import together

MONDAY = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
"""10:00 where the dealer works; it opens at 9 and closes at 18."""
TEN = MONDAY + timedelta(days=1)
HOUR = timedelta(hours=1)
S = AppointmentState
DEEDS: dict[str, Any] = {
    "agree": appointments.agree,
    "remind": appointments.remind,
    "confirm": appointments.confirm,
    "arrive": appointments.arrive,
    "miss": appointments.miss,
}


@pytest.fixture(autouse=True)
def on_monday(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment, which a test may set: `on_monday[0] = …`."""
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


@pytest.fixture
def bay(dealer: Dealer) -> int:
    [key] = dealer.add(Bay(store_id=1, name="1号工位"))
    return key


def book(dealer: Dealer, who: str = "service", **more: Any) -> int:
    """An appointment of an hour tomorrow at ten; its id."""
    values: dict[str, Any] = {
        "request_id": uuid4(),
        "work": WorkKind.MAINTENANCE,
        "starts_at": TEN,
        "minutes": 60,
        "source": AppointmentSource.CALL,
        **more,
    }
    if "customer_id" not in values and "visitor" not in values:
        values["customer_id"] = dealer.customer(owner=who)
    form = appointments.BookAppointment(**values)
    return perform(appointments.book, dealer.caller(who), form).id


def do(dealer: Dealer, deed: str, key: int, who: str = "service", **more: Any) -> Any:
    version = more.pop("version", None) or dealer.row(Appointment, key).version
    form = appointments.WorkOnAppointment(
        request_id=uuid4(), appointment_id=key, version=version, **more
    )
    return perform(DEEDS[deed], dealer.caller(who), form)


def move(dealer: Dealer, key: int, who: str = "service", **to: Any) -> Any:
    row = dealer.row(Appointment, key)
    place = {name: getattr(row, name) for name in ("starts_at", "minutes", "bay_id", "advisor_id")}
    form = appointments.MoveAppointment(
        request_id=uuid4(), appointment_id=key, version=row.version, **{**place, **to}
    )
    return perform(appointments.move, dealer.caller(who), form)


def cancel(dealer: Dealer, key: int, who: str = "service", reason: str = "客户临时有事") -> Any:
    version = dealer.row(Appointment, key).version
    form = appointments.CancelAppointment(
        request_id=uuid4(), appointment_id=key, version=version, reason=reason
    )
    return perform(appointments.cancel, dealer.caller(who), form)


def sweep() -> int:
    return sweeping.DUTIES["appointments"].do(System("tests"))


def times_of(dealer: Dealer, key: int) -> list[str]:
    rows = dealer.rows(AppointmentSlot)
    return sorted(slots.said(row.at)[-5:] for row in rows if row.appointment_id == key)


# ---- never twice


def test_it_takes_the_quarters_of_its_bay(dealer: Dealer, bay: int):
    key = book(dealer, bay_id=bay)
    assert times_of(dealer, key) == ["10:00", "10:15", "10:30", "10:45"]
    assert dealer.row(Appointment, key).state is S.BOOKED


@pytest.mark.parametrize(
    ("starts_at", "minutes"),
    [(TEN, 15), (TEN - HOUR, 75), (TEN + timedelta(minutes=45), 60), (TEN - HOUR, 240)],
)
def test_who_comes_second_is_told_who_has_it_and_what_is_free(
    dealer: Dealer, bay: int, starts_at: datetime, minutes: int
):
    book(dealer, bay_id=bay, customer_id=dealer.customer("李大同"))
    with pytest.raises(slots.BayTaken) as told:
        book(dealer, bay_id=bay, starts_at=starts_at, minutes=minutes)
    assert (told.value.params["bay"], told.value.params["who"]) == ("1号工位", "李大同")
    assert "06-09 " in str(told.value.params["free"])
    assert len(dealer.rows(Appointment)) == 1


def test_what_is_offered_is_free(dealer: Dealer, bay: int):
    book(dealer, bay_id=bay)
    with pytest.raises(slots.BayTaken) as told:
        book(dealer, bay_id=bay)
    assert told.value.params["free"] == "06-09 09:00 · 06-09 11:00 · 06-09 11:30"
    book(dealer, bay_id=bay, starts_at=TEN - HOUR)
    book(dealer, bay_id=bay, starts_at=TEN + HOUR)


def test_side_by_side_is_no_overlap(dealer: Dealer, bay: int):
    for hour in (-1, 0, 1):
        book(dealer, bay_id=bay, starts_at=TEN + hour * HOUR)
    assert len(dealer.rows(Appointment)) == 3


def test_an_advisor_receives_one_at_a_time(dealer: Dealer, bay: int):
    advisor = dealer.user_id("service")
    key = book(dealer, advisor_id=advisor)
    assert times_of(dealer, key) == ["10:00", "10:15"]  # he receives; the rest is the bay's
    with pytest.raises(slots.AdvisorTaken):
        book(dealer, advisor_id=advisor, bay_id=bay)
    book(dealer, advisor_id=advisor, bay_id=bay, starts_at=TEN + HOUR / 2)


def test_the_group_says_how_many_he_receives_at_once(dealer: Dealer):
    dealer.add(
        ParameterValue(
            key="visits.seats",
            store_id=1,
            value="2",
            from_on=date(2026, 6, 1),
            created_at=MONDAY,
            reason="two",
        )
    )
    advisor = dealer.user_id("service")
    book(dealer, advisor_id=advisor)
    book(dealer, advisor_id=advisor)
    with pytest.raises(slots.AdvisorTaken):
        book(dealer, advisor_id=advisor)


def test_two_who_book_at_once_get_one_place(dealer: Dealer, bay: int):
    people = [dealer.customer(owner="service") for _ in range(4)]
    deeds = [lambda key=key: book(dealer, bay_id=bay, customer_id=key) for key in people]
    outcome = together(*deeds)
    assert [type(one) for one in outcome].count(int) == 1
    assert sum(isinstance(one, slots.BayTaken) for one in outcome) == 3
    assert len(dealer.rows(Appointment)) == 1
    assert len(dealer.rows(AppointmentSlot)) == 4


def test_without_the_slots_both_would_have_it(
    dealer: Dealer, bay: int, monkeypatch: pytest.MonkeyPatch
):
    """The negative control: it is the slots that keep the second one out."""
    monkeypatch.setattr(slots, "take", lambda *_: None)
    people = [dealer.customer(owner="service") for _ in range(2)]
    deeds = [lambda key=key: book(dealer, bay_id=bay, customer_id=key) for key in people]
    assert [type(one) for one in together(*deeds)] == [int, int]


def test_what_was_read_as_free_is_taken_meanwhile(dealer: Dealer, bay: int):
    """The index itself refuses, whatever a service believes."""
    key = book(dealer, bay_id=bay)
    with write_transaction() as session:
        as_system(session)
        row = session.get_one(Appointment, key)
        wanted = slots.wanted_of(row)
        rows = [
            {"appointment_id": key, "at": at, "bay_id": bay, "advisor_id": None, "seat": None}
            for at in wanted.quarters
        ]
        added = slots.add_once(session, AppointmentSlot, rows, AppointmentSlot.id)
        assert added == []
        audit.record(session, as_system(session), audit.Action.DATA_LOADED, "appointments")


# ---- when


@pytest.mark.parametrize("minutes", [10, 20, 725, 0, -15])
def test_lengths_are_whole_quarters(dealer: Dealer, bay: int, minutes: int):
    with pytest.raises((slots.OffGrid, ValidationError)):
        book(dealer, bay_id=bay, minutes=minutes)


def test_beginnings_are_whole_quarters(dealer: Dealer, bay: int):
    with pytest.raises(slots.OffGrid):
        book(dealer, bay_id=bay, starts_at=TEN + timedelta(minutes=5))


def test_a_closed_day_offers_the_next_open_one(dealer: Dealer, bay: int):
    dealer.add(
        CalendarDay(
            store_id=1, falls_on=date(2026, 6, 9), hours=[], created_at=MONDAY, reason="盘点"
        )
    )
    with pytest.raises(slots.ClosedThen) as told:
        book(dealer, bay_id=bay)
    assert str(told.value.params["free"]).startswith("06-10 09:00")


@pytest.mark.parametrize("hour", [-1.25, 7.25, 12])
def test_it_ends_before_the_store_closes(dealer: Dealer, bay: int, hour: float):
    with pytest.raises(slots.ClosedThen):
        book(dealer, bay_id=bay, starts_at=TEN + hour * HOUR)


def test_the_past_is_over_and_the_present_quarter_is_not(
    dealer: Dealer, bay: int, on_monday: list[datetime]
):
    on_monday[0] = MONDAY + timedelta(minutes=10)
    with pytest.raises(slots.BeginsInThePast):
        book(dealer, bay_id=bay, starts_at=MONDAY - timedelta(minutes=15))
    book(dealer, bay_id=bay, starts_at=MONDAY, source=AppointmentSource.WALK_IN)


def test_nobody_is_in_two_places_but_his_other_car_is(dealer: Dealer, bay: int):
    customer = dealer.customer(owner="service")
    cars = [dealer.vehicle(customer), dealer.vehicle(customer)]
    advisor = dealer.user_id("service")
    book(dealer, bay_id=bay, customer_id=customer, vehicle_id=cars[0])
    with pytest.raises(booking.BookedAlready):
        book(dealer, advisor_id=advisor, customer_id=customer, vehicle_id=cars[0])
    book(dealer, advisor_id=advisor, customer_id=customer, vehicle_id=cars[1])


# ---- who, where


def test_without_a_file_a_name_is_enough(dealer: Dealer, bay: int):
    key = book(dealer, visitor="赵女士", phone="13912345678", bay_id=bay)
    row = fetch(appointments.one, dealer.caller("service"), key)
    assert (row.who, row.customer_id) == ("赵女士", None)
    assert "1234" not in row.phone
    with pytest.raises(booking.WhoComes):
        book(dealer, customer_id=None, bay_id=bay)


@pytest.mark.parametrize("advisor", ["club", "admin", "sales2"])
def test_not_everybody_receives(dealer: Dealer, advisor: str):
    with pytest.raises(booking.NotAnAdvisor):
        book(dealer, advisor_id=dealer.user_id(advisor))
    with pytest.raises(booking.WhereTo):
        book(dealer)


def test_a_bay_takes_its_kinds_of_work_while_it_is_in_use(dealer: Dealer, bay: int):
    [paint] = dealer.add(Bay(store_id=1, name="喷漆房", kinds=["body"]))
    [there] = dealer.add(Bay(store_id=2, name="1"))
    for wrong in (paint, there, 99):
        with pytest.raises(booking.NotThisBay):
            book(dealer, bay_id=wrong)
    book(dealer, bay_id=paint, work=WorkKind.BODY)
    form = {"request_id": uuid4(), "bay_id": bay, "version": 1, "name": "x", "is_in_use": False}
    perform(appointments.change_bay, dealer.caller("manager"), appointments.ChangeBay(**form))
    with pytest.raises(booking.NotThisBay):
        book(dealer, bay_id=bay)


def test_a_bay_with_appointments_stays_in_use(dealer: Dealer, bay: int):
    book(dealer, bay_id=bay)
    form = {"request_id": uuid4(), "bay_id": bay, "version": 1, "name": "x", "is_in_use": False}
    with pytest.raises(garage.BayHasAppointments):
        perform(appointments.change_bay, dealer.caller("manager"), appointments.ChangeBay(**form))


def test_anothers_car_and_another_stores_customer(dealer: Dealer, bay: int):
    car = dealer.vehicle(dealer.customer())
    with pytest.raises(booking.NotHisVehicle):
        book(dealer, bay_id=bay, vehicle_id=car)
    there = dealer.customer(store=2, owner="sales2")
    with pytest.raises(NotFound):
        book(dealer, bay_id=bay, customer_id=there)


def test_colleagues_at_the_reception_work_on_the_same(dealer: Dealer, bay: int):
    key = book(dealer, "sales", bay_id=bay)
    do(dealer, "confirm", key, "service")
    with pytest.raises(NotFound):
        do(dealer, "remind", key, "sales2")
    with pytest.raises(NotPermitted):
        do(dealer, "remind", key, "club")


# ---- what becomes of it


def test_the_states_and_what_leads_from_one_to_the_next(
    dealer: Dealer, bay: int, on_monday: list[datetime]
):
    key = book(dealer, bay_id=bay, is_request=True)
    with pytest.raises(booking.NotInThisState):
        do(dealer, "confirm", key)
    do(dealer, "agree", key)
    with pytest.raises(booking.NotInThisState):
        do(dealer, "agree", key)
    do(dealer, "remind", key)
    do(dealer, "confirm", key)
    with pytest.raises(booking.NotYet):
        do(dealer, "arrive", key)
    with pytest.raises(booking.NotBegun):
        do(dealer, "miss", key)
    on_monday[0] = TEN - HOUR / 4
    do(dealer, "arrive", key)
    row = dealer.row(Appointment, key)
    assert (row.state, row.arrived_at, row.reminded_at) == (S.ARRIVED, on_monday[0], MONDAY)
    for deed in ("agree", "remind", "confirm", "arrive", "miss"):
        with pytest.raises(booking.NotAwaited):
            do(dealer, deed, key)
    assert len(times_of(dealer, key)) == 4


def test_called_off_keeps_the_reason_and_frees_the_time(dealer: Dealer, bay: int):
    key = book(dealer, bay_id=bay)
    cancel(dealer, key)
    row = dealer.row(Appointment, key)
    assert (row.state, row.reason, times_of(dealer, key)) == (S.CANCELLED, "客户临时有事", [])
    book(dealer, bay_id=bay)
    with pytest.raises(booking.NotAwaited):
        cancel(dealer, key)


def test_moved_it_leaves_its_time_and_its_history_stays(dealer: Dealer, bay: int):
    key, other = book(dealer, bay_id=bay), book(dealer, bay_id=bay, starts_at=TEN + 2 * HOUR)
    do(dealer, "confirm", key)
    move(dealer, key, starts_at=TEN + HOUR / 2)  # over its own time
    row = dealer.row(Appointment, key)
    assert (row.state, row.moved, row.reminded_at) == (S.BOOKED, 1, None)
    assert times_of(dealer, key) == ["10:30", "10:45", "11:00", "11:15"]
    with pytest.raises(slots.BayTaken):
        move(dealer, key, starts_at=TEN + HOUR * 1.5)
    assert times_of(dealer, key) == ["10:30", "10:45", "11:00", "11:15"]
    move(dealer, other, bay_id=None, advisor_id=dealer.user_id("service"))
    move(dealer, key, starts_at=TEN + HOUR * 1.5)
    told = [row for row in dealer.rows(AuditEntry) if row.action == "appointments:moved"]
    assert len(told) == 3
    assert told[0].details["changes"][0][0] == "starts_at"


def test_a_stale_version_and_a_double_click(dealer: Dealer, bay: int):
    key = book(dealer, bay_id=bay)
    do(dealer, "remind", key)
    with pytest.raises(StaleRecord):
        do(dealer, "confirm", key, version=1)
    again = uuid4()
    customer = dealer.customer(owner="service")
    one, two = (
        book(dealer, bay_id=bay, starts_at=TEN + HOUR, request_id=again, customer_id=customer)
        for _ in range(2)
    )
    assert one == two


def test_who_does_not_come_is_given_up_once_and_called_the_day_after(
    dealer: Dealer, bay: int, on_monday: list[datetime]
):
    key = book(dealer, bay_id=bay)
    unknown = book(dealer, visitor="赵女士", bay_id=bay, starts_at=TEN + HOUR)
    on_monday[0] = TEN + timedelta(minutes=30)
    assert sweep() == 0  # within the time of grace
    on_monday[0] = TEN + timedelta(minutes=31)
    assert sweep() == 1
    assert sweep() == 0
    row = dealer.row(Appointment, key)
    assert (row.state, times_of(dealer, key)) == (S.NO_SHOW, [])
    [task] = dealer.rows(VisitTask)
    assert (task.customer_id, task.due_from) == (row.customer_id, date(2026, 6, 10))
    assert "2026-06-09" in task.purpose
    on_monday[0] = TEN + timedelta(days=3)
    assert sweep() == 1
    assert dealer.row(Appointment, unknown).state is S.NO_SHOW
    assert len(dealer.rows(VisitTask)) == 1  # nobody can be called who has no file


def test_who_comes_late_is_received_without_a_bay(
    dealer: Dealer, bay: int, on_monday: list[datetime]
):
    key = book(dealer, bay_id=bay)
    on_monday[0] = TEN + timedelta(minutes=45)
    do(dealer, "miss", key)
    book(dealer, bay_id=bay, starts_at=TEN + timedelta(minutes=45))
    do(dealer, "arrive", key)
    row = dealer.row(Appointment, key)
    assert (row.state, row.bay_id, row.ended_at) == (S.ARRIVED, None, None)


# ---- how it is seen


def test_the_day_says_what_is_free(dealer: Dealer, bay: int):
    key = book(dealer, bay_id=bay, advisor_id=dealer.user_id("service"))
    grid = fetch(
        appointments.day, dealer.caller("service"), 1, date(2026, 6, 9), appointments.By.BAY
    )
    assert [slots.said(at)[-5:] for at in grid.times][:2] == ["09:00", "09:30"]
    assert len(grid.times) == 18
    assert [row.id for row in grid.cells[TEN, bay].rows] == [key]
    assert not grid.cells[TEN, bay].is_free
    assert grid.cells[TEN + HOUR, bay].is_free
    week = fetch(
        appointments.week, dealer.caller("service"), 1, date(2026, 6, 8), appointments.By.ADVISOR
    )
    load = week.loads[date(2026, 6, 9), dealer.user_id("service")]
    assert (load.booked, load.free) == (1, 17)
    with pytest.raises(NotFound):
        fetch(appointments.day, dealer.caller("sales2"), 1, MONDAY.date(), appointments.By.BAY)


def test_the_rates_of_four_weeks(dealer: Dealer, bay: int, on_monday: list[datetime]):
    keys = [book(dealer, bay_id=bay, starts_at=TEN + n * HOUR) for n in range(4)]
    cancel(dealer, keys[0])
    on_monday[0] = TEN + 4 * HOUR
    do(dealer, "arrive", keys[1])
    do(dealer, "arrive", keys[2])
    sweep()
    on_monday[0] = TEN + timedelta(days=2)
    rates = fetch(appointments.rates, dealer.caller("manager"), 1)
    assert (rates.came, rates.due, rates.cancelled, rates.made) == (2, 3, 1, 4)
    assert rates.show_rate == pytest.approx(2 / 3)
    assert not rates.is_alarming
    assert fetch(appointments.rates, dealer.caller("sales2")).show_rate is None


def test_the_export_is_written_down(dealer: Dealer, bay: int):
    book(dealer, bay_id=bay, customer_id=dealer.customer("李大同", phone="+8613812346208"))
    form = appointments.ExportAppointments(
        language="en", since=date(2026, 6, 1), until=date(2026, 6, 30)
    )
    file = perform(appointments.export_list, dealer.caller("manager"), form)
    assert file.name.endswith(".xlsx")
    assert b"6208" not in file.data
    assert [row.action for row in dealer.rows(AuditEntry)][-1] == "appointments:exported"
    with pytest.raises(NotPermitted):
        perform(appointments.export_list, dealer.caller("service"), form)
