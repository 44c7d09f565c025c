"""Second paths to data, and what an attacker would try: each found once, kept from coming back.

ASVS 1.3.7, 2.3.4, 4.1.3, 8.2.1-8.2.3, 14.2.1, 16.2.5.
"""

import logging
import os
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from db.engine import engine_for, write_transaction
from db.migrate import upgrade
from db.models import (
    AuditEntry,
    Customer,
    Ownership,
    ParameterValue,
    Reveal,
    Revision,
    Touch,
    Vehicle,
)
from pages.components import troubles, words
from server.addresses import is_allowed_host, is_same_origin
from services import audits, customers, drafts
from services.core import access, clock, keys
from services.core.errors import NotFound, NotPermitted, RequestReused
from services.core.masks import HIDDEN
from services.core.parameters import REVEALS_OF_SPECIALIST
from services.core.run import fetch, perform
from services.customers import (
    AddVehicle,
    AssignCustomer,
    EndOwnership,
    OwnershipRole,
    RecordTouch,
    RevealField,
    UpdateCustomer,
)
from services.customers.reveals import RevealsSpent
from tests.dealer import Dealer

NAME = "赵铁柱"
NOTE = "owes 13857116208"


def correct(dealer: Dealer, key: int, *, by: str = "sales", version: int = 1, **values: object):
    form = UpdateCustomer(request_id=uuid4(), customer_id=key, version=version, **values)
    return perform(customers.update, dealer.caller(by), form)


# ---- masked values do not come by another way


@pytest.mark.parametrize(("reader", "told"), [("sales", False), ("service", True)])
def test_a_masked_birthday_is_not_told_by_what_is_to_be_done(
    dealer: Dealer, reader: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 5, 4))
    key = dealer.customer(owner="service", birthday=date(1980, 5, 7))
    file = fetch(customers.file, dealer.caller(reader), key)
    assert (file.values["birthday"] == date(1980, 5, 7)) is told
    assert ("Birthday" in [action.msgid for action in file.actions]) is told


def test_who_reads_no_file_reads_no_customers_values_in_the_audit(dealer: Dealer) -> None:
    key = dealer.customer()
    correct(dealer, key, note="owes the neighbour", name="赵铁柱")

    def changes(username: str) -> list[list[object]]:
        page = fetch(audits.page, dealer.caller(username), audits.AuditFilters())
        [entry] = [line for line in page.lines if line.action == "customers:edited"]
        return sorted(map(list, entry.changes))

    assert changes("director") == [["name", "王****", "赵****"], ["note", "", HIDDEN]]
    assert changes("admin") == [["name", HIDDEN, HIDDEN], ["note", "", HIDDEN]]


def test_what_a_person_typed_about_a_customer_stands_in_no_audit_entry(dealer: Dealer) -> None:
    key = dealer.customer()
    typed = {
        "name": NAME,
        "contact_name": "钱大柱",
        "note": NOTE,
        "need": "a car for his wife",
        "hobbies": "plays the erhu",
        "employer": "the harbour office",
        "city": "Ninghai",
        "email": "zhao@example.com",
        "do_not_contact_reason": "lost his father",
    }
    correct(dealer, key, **typed)
    summary = "his wife Sun Li will call"
    touch = RecordTouch(
        request_id=uuid4(), customer_id=key, kind=customers.TouchKind.CALL, summary=summary
    )
    perform(customers.record_touch, dealer.caller("sales"), touch)
    consent = customers.GiveConsent(
        request_id=uuid4(), customer_id=key, purpose=customers.Purpose.CLUB, proof="told Sun Li"
    )
    perform(customers.give_consent, dealer.caller("sales"), consent)
    told = str([(entry.details, entry.reason) for entry in dealer.rows(AuditEntry)])
    clear = (*typed.values(), summary, "Sun Li", "王小明")
    assert [value for value in clear if value in told] == []
    kept = {revision.field: revision.new for revision in dealer.rows(Revision)}
    assert {name: kept[name] for name in typed} == typed


def test_an_incident_in_the_log_says_where_and_never_what_was_typed(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(words, "language", lambda: "en")
    key = dealer.customer()
    row = dealer.row(Customer, key)
    row.name, row.note, row.kind = NAME, NOTE, None
    with pytest.raises(IntegrityError) as refused:
        dealer.add(row)
    assert "[parameters:" not in str(refused.value)
    bugs: list[Exception] = [refused.value]
    with pytest.raises(ValidationError) as invalid:
        drafts.KeepDraft(form="customers.create", values={"note": NOTE * 9000})
    bugs.append(invalid.value)
    with caplog.at_level(logging.ERROR):
        said = [troubles.incident(bug) for bug in bugs]
    assert caplog.text.count("incident ") == len(said)
    assert "IntegrityError" in caplog.text
    assert __file__ in caplog.text
    assert NAME not in caplog.text
    assert NOTE not in caplog.text


# ---- whose row it is


def shared_car(dealer: Dealer) -> tuple[int, int, int]:
    """(owner's file of sales, driver's file of service, the car)."""
    owner, driver = dealer.customer(), dealer.customer(name="李四", owner="service")
    car = dealer.vehicle(owner)
    form = AddVehicle(
        request_id=uuid4(),
        customer_id=driver,
        role=OwnershipRole.DRIVER,
        vin=dealer.row(Vehicle, car).vin,
    )
    perform(customers.add_vehicle, dealer.caller("service"), form)
    return owner, driver, car


def test_a_drivers_file_that_moves_leaves_the_car_with_its_owner(dealer: Dealer) -> None:
    owner, driver, car = shared_car(dealer)
    form = AssignCustomer(
        request_id=uuid4(),
        customer_id=driver,
        version=1,
        store_id=2,
        owner_id=dealer.user_id("sales2"),
        reason="moved away",
    )
    perform(customers.assign, dealer.caller("director"), form)
    row = dealer.row(Vehicle, car)
    assert (row.store_id, row.owner_id) == (1, dealer.user_id("sales"))
    assert [one.id for one in fetch(customers.file, dealer.caller("sales"), owner).vehicles] == [
        car
    ]


def test_a_car_that_nobody_owned_follows_its_new_owners_file(dealer: Dealer) -> None:
    former, buyer = dealer.customer(), dealer.customer(store=2, owner="sales2")
    car = dealer.vehicle(former)
    [part] = [one for one in dealer.rows(Ownership) if one.vehicle_id == car]
    end = EndOwnership(
        request_id=uuid4(),
        customer_id=former,
        ownership_id=part.id,
        ended_on=clock.today(),
        reason="sold to a dealer",
    )
    perform(customers.end_ownership, dealer.caller("sales"), end)
    join = AddVehicle(request_id=uuid4(), customer_id=buyer, vin=dealer.row(Vehicle, car).vin)
    perform(customers.add_vehicle, dealer.caller("director"), join)
    file = fetch(customers.file, dealer.caller("sales2"), buyer)
    assert [one.id for one in file.vehicles] == [car]


def test_a_shared_car_is_changed_by_its_owners_keeper_alone(dealer: Dealer) -> None:
    _owner, driver, car = shared_car(dealer)
    form = customers.UpdateVehicle(
        request_id=uuid4(), customer_id=driver, vehicle_id=car, version=1, color="red"
    )
    with pytest.raises(NotPermitted):
        perform(customers.update_vehicle, dealer.caller("service"), form)
    assert dealer.row(Vehicle, car).color == ""


def test_a_request_id_gives_its_result_to_nobody_else(dealer: Dealer) -> None:
    key = dealer.customer()
    form = RecordTouch(
        request_id=uuid4(), customer_id=key, kind=customers.TouchKind.CALL, summary="called back"
    )
    first = perform(customers.record_touch, dealer.caller("sales"), form)
    assert perform(customers.record_touch, dealer.caller("sales"), form) == first
    for other in ("service", "director", "sales2"):
        with pytest.raises(RequestReused):
            perform(customers.record_touch, dealer.caller(other), form)
    assert len(dealer.rows(Touch)) == 1


def test_what_is_added_while_a_file_is_handed_on_goes_along_or_is_refused(dealer: Dealer) -> None:
    key = dealer.customer()
    touch = RecordTouch(
        request_id=uuid4(), customer_id=key, kind=customers.TouchKind.CALL, summary="called back"
    )
    hand_on = AssignCustomer(
        request_id=uuid4(),
        customer_id=key,
        version=1,
        store_id=2,
        owner_id=dealer.user_id("sales2"),
        reason="moved away",
    )
    with ThreadPoolExecutor(1) as colleague:
        with write_transaction() as session:
            customers.assign(session, access.identify(session, dealer.caller("director")), hand_on)
            session.flush()
            late = colleague.submit(perform, customers.record_touch, dealer.caller("sales"), touch)
            time.sleep(0.3)
        with pytest.raises(NotFound):
            late.result()
    assert dealer.rows(Touch) == []


def test_reveals_at_the_same_time_stay_within_the_quota(dealer: Dealer) -> None:
    dealer.add(
        ParameterValue(
            key=REVEALS_OF_SPECIALIST,
            value="3",
            from_on=clock.today(),
            created_at=clock.now(),
            reason="a test",
        )
    )
    files = [dealer.customer(owner="service") for _ in range(8)]

    def look(key: int) -> bool:
        form = RevealField(request_id=uuid4(), customer_id=key, field="phone", reason="call back")
        try:
            perform(customers.reveal, dealer.caller("sales"), form)
        except RevealsSpent:
            return False
        return True

    with ThreadPoolExecutor(len(files)) as people:
        seen = list(people.map(look, files))
    assert (sum(seen), len(dealer.rows(Reveal))) == (3, 3)


# ---- what may be sent


@pytest.mark.parametrize("field", ["name", "kind", "lifecycle", "value_class"])
def test_what_a_file_must_have_cannot_be_emptied(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        UpdateCustomer(request_id=uuid4(), customer_id=1, version=1, **{field: None})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_fields_that_were_not_sent_keep_what_they_are(dealer: Dealer) -> None:
    key = dealer.customer(kind=customers.CustomerKind.COMPANY, lifecycle=customers.Lifecycle.LOST)
    correct(dealer, key, city="杭州")
    row = dealer.row(Customer, key)
    assert (row.name, row.kind, row.lifecycle) == ("王小明", "company", "lost")


def test_an_instant_without_its_zone_is_refused() -> None:
    values = {"request_id": uuid4(), "customer_id": 1, "kind": "call", "summary": "hello"}
    with pytest.raises(ValidationError):
        RecordTouch(**values, at=datetime(2026, 5, 4))  # noqa: DTZ001 - it is what is refused


def identity(birthday: str) -> str:
    """An identity number of this day, its check digit computed."""
    digits = f"330106{birthday}001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


def test_an_identity_number_with_the_same_last_four_is_still_another(dealer: Dealer) -> None:
    days = (date(1980, 1, 1) + timedelta(days=nth) for nth in range(60))
    numbers = [identity(day.strftime("%Y%m%d")) for day in days]
    first = numbers[0]
    second = next(number for number in numbers[1:] if number[-4:] == first[-4:])
    key = dealer.customer()
    before = correct(dealer, key, id_number=first)
    hashed = dealer.row(Customer, key).id_number_hash
    correct(dealer, key, version=before.version, id_number=second)
    row = dealer.row(Customer, key)
    assert (row.id_number_last4, row.version) == (first[-4:], before.version + 1)
    assert row.id_number_hash != hashed
    last = dealer.rows(Revision)[-1]
    assert (last.field, last.old, last.new) == ("id_number", HIDDEN, HIDDEN)
    assert dealer.rows(AuditEntry)[-1].details["changes"] == [["id_number", HIDDEN, HIDDEN]]


@pytest.mark.parametrize("blank", [" ", "\t", "\u3000", " \n"])
def test_a_long_run_of_blanks_is_shown_at_once(blank: str) -> None:
    began = time.perf_counter()
    words.plain("a" + blank * 50_000 + "b")
    assert time.perf_counter() - began < 1  # it took ten seconds


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a \n b", "a b"),
        (" a\r\n\n b ", " a b "),
        ("a  b", "a  b"),
        ("\n", " "),
        ("a\u2028b", "a b"),
    ],
)
def test_lines_become_one(text: str, shown: str) -> None:
    assert words.plain(text) == shown


@pytest.mark.parametrize("host", ["[", "[::::]", "[1.2.3]", "[::1]x", "localhost@evil", ""])
def test_a_host_that_is_none_is_refused_without_a_fault(host: str) -> None:
    assert is_allowed_host(host, frozenset({"localhost"})) is False


@pytest.mark.parametrize("origin", ["http://[", "http://[::zz]", "null", "http://evil", ""])
def test_an_origin_that_is_none_is_a_strangers(origin: str) -> None:
    assert is_same_origin(origin, "localhost:8501") is False


# ---- what lies on the disk


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_database_and_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    upgrade(url)
    keys.rotate()
    with engine_for(url).connect():
        found = {
            path.name: stat.S_IMODE(path.stat().st_mode)
            for path in tmp_path.iterdir()
            if path.is_file()
        }
    engine_for(url).dispose()
    assert {"new.sqlite", "new.sqlite.lock", "new.sqlite-wal", "keys.json", "keys.lock"} <= set(
        found
    )
    assert set(found.values()) == {0o600}
