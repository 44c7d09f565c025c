"""The rows of the demonstration dealer: valid by our own rules, believable as a dealer's."""

from collections import Counter as Tally
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import Session

from db.demo import accounts, errors, load_sized
from db.demo.chunks import TABLES
from db.demo.facts import Duplicate, Invented, LookAlike
from db.demo.loading import SIZES
from db.demo.world import HISTORY_DAYS
from db.demo.writers import table_of
from db.engine import engine_for
from db.models import (
    NEVER,
    Consent,
    Customer,
    CustomerKind,
    CustomerSummary,
    Document,
    DocumentStatus,
    Lifecycle,
    Order,
    OrderKind,
    Ownership,
    OwnershipRole,
    Purpose,
    Touch,
    ValueClass,
    Vehicle,
)
from db.search import scope_grams
from db.summaries import GAPS
from services.core import normal
from services.core.access import system
from services.customers.summary import derived
from tests.demonstration import AS_OF, SIZE, Made, Rows, by_customer, kept, made

BITS = {gap.name: gap.bit for gap in GAPS}


@pytest.fixture(scope="module")
def dealer() -> Made:
    """The dealer of most tests below; nothing may change it."""
    return made()


@pytest.fixture(scope="module")
def rows(dealer: Made) -> Rows:
    return dealer.rows


@pytest.fixture(scope="module")
def whole() -> Rows:
    return made(SIZES["small"]).rows


# ---- valid by our own rules


def plain(dealer: Made) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The customers and cars about which nothing is planted that a number could show."""
    odd = {fact.customer for kind in (Duplicate, Invented, LookAlike) for fact in dealer.all(kind)}
    their = {row["vehicle_id"] for row in dealer.rows[Ownership] if row["customer_id"] in odd}
    return (
        [row for row in dealer.rows[Customer] if row["id"] not in odd],
        [row for row in dealer.rows[Vehicle] if row["id"] not in their],
    )


def test_numbers_are_valid_and_each_is_given_once(dealer: Made) -> None:
    people, cars = plain(dealer)
    phones = [row["phone"] for row in people if row["phone"]]
    others = [row["other_phone"] for row in people if row["other_phone"]]
    assert [normal.phone(number) for number in phones + others] == phones + others
    assert {normal.phone_kind(number) for number in phones} == {normal.PhoneKind.MOBILE}
    assert normal.PhoneKind.FIXED in {normal.phone_kind(number) for number in others}
    assert len(set(phones + others)) == len(phones + others)
    plates = [row["plate"] for row in cars if row["plate"]]
    assert [normal.plate(plate) for plate in plates] == plates
    kinds = {normal.plate_kind(plate) for plate in plates}
    assert kinds == {normal.PlateKind.ORDINARY, normal.PlateKind.NEW_ENERGY}
    assert len(set(plates)) == len(plates)
    vins = [row["vin"] for row in cars if row["vin"]]
    assert all(normal.vin(code) == normal.Vin(code, checks=True) for code in vins)
    emails = [row["email"] for row in people if row["email"]]
    assert [normal.email(address) for address in emails] == emails
    assert emails


def test_plates_and_phones_stay_apart_in_a_huge_dealer() -> None:
    from db.demo import cars, people

    cars_of_huge = range(1, 1_600_001, 7)
    assert len({cars._ordinary(nth) for nth in cars_of_huge}) == len(cars_of_huge)
    assert len({cars._new_energy(nth, cars._BATTERY) for nth in cars_of_huge}) == len(cars_of_huge)
    assert len({people._scattered(nth) for nth in cars_of_huge}) == len(cars_of_huge)


def test_wrong_vins_are_wrong_and_never_meet_in_a_huge_dealer() -> None:
    """Errors by chance made one VIN of two cars, in a dealer of a million customers."""
    from db.demo import cars

    right = [cars.vin("LYK", "YC15A", 2024, number) for number in range(0, 1_500_000, 37)]
    wrong = [errors.wrong_vin(code) for code in right]
    assert len(set(wrong)) == len(set(right)) == len(right)
    assert all(normal.vin(code).checks for code in right[:500])
    assert not any(normal.vin(code).checks for code in wrong[:500])


def test_names_are_names(rows: Rows) -> None:
    for row in rows[Customer]:
        assert normal.name(row["name"]) == row["name"]
        assert not normal.is_placeholder_name(row["name"])
        assert row["name_pinyin"].replace(" ", "").isascii()
        assert row["number"] == f"C{row['id']:07d}"
        is_company = row["kind"] == CustomerKind.COMPANY
        assert bool(row["contact_name"]) == is_company
        assert not (is_company and row["birthday"])


def test_text_fits_its_column(rows: Rows) -> None:
    for table in TABLES:
        for column in table_of(table).columns:
            limit = getattr(column.type, "length", None)
            longest = (
                max((len(row[column.name] or "") for row in rows[table]), default=0) if limit else 0
            )
            assert longest <= (limit or 0), f"{table.__name__}.{column.name}"


def test_rows_carry_the_scope_of_their_customer(rows: Rows) -> None:
    scope = {row["id"]: (row["store_id"], row["owner_id"]) for row in rows[Customer]}
    for table in (Ownership, Order, Touch, Document, Consent, CustomerSummary):
        for row in rows[table]:
            assert (row["store_id"], row["owner_id"]) == scope[row["customer_id"]]
    owners: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows[Ownership]:
        if row["role"] == OwnershipRole.OWNER:
            owners[row["vehicle_id"]].append(row)
    for row in rows[Vehicle]:
        last = owners[row["id"]][-1]
        assert (row["store_id"], row["owner_id"]) == scope[last["customer_id"]]


def test_a_car_has_one_owner_at_a_time(rows: Rows) -> None:
    owners: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows[Ownership]:
        assert row["ended_on"] is None or row["ended_on"] >= row["began_on"]
        if row["role"] == OwnershipRole.OWNER:
            owners[row["vehicle_id"]].append(row)
    handed_on = [held for held in owners.values() if len(held) > 1]
    assert handed_on
    for held in handed_on:
        for before, after in pairwise(held):
            assert before["ended_on"] <= after["began_on"]


def test_history_lies_in_its_two_years(rows: Rows) -> None:
    begin = AS_OF - timedelta(days=HISTORY_DAYS)
    created = {row["id"]: row["created_at"].date() for row in rows[Customer]}
    for row in rows[Order]:
        assert begin <= row["ordered_on"] < AS_OF
        assert row["ordered_on"] >= created[row["customer_id"]]
        assert row["closed_on"] is None or row["ordered_on"] <= row["closed_on"] < AS_OF
        assert row["amount_fen"] >= 0
        assert (row["repair_kind"] is None) == (row["kind"] == OrderKind.SALE)
    last_moment = datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC)
    for row in rows[Touch]:
        assert row["at"] < last_moment
        assert row["at"].date() >= max(begin, created[row["customer_id"]])
        assert "{" not in row["summary"]
    read: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for row in rows[Order]:
        if row["odometer_km"]:
            read[row["vehicle_id"]].append((row["ordered_on"], row["odometer_km"]))
    for readings in read.values():
        kilometres = [km for _, km in sorted(readings)]
        assert kilometres == sorted(kilometres)


# ---- summaries


def test_summaries_say_what_the_tables_say(rows: Rows) -> None:
    touches, links = by_customer(rows, Touch), by_customer(rows, Ownership)
    summaries = {row["customer_id"]: row for row in rows[CustomerSummary]}
    assert set(summaries) == {row["id"] for row in rows[Customer]}
    for row in rows[Customer]:
        said = summaries[row["id"]]
        moments = [touch["at"] for touch in touches[row["id"]]]
        assert said["last_touch_at"] == max(moments, default=NEVER)
        owned = {
            link["vehicle_id"]
            for link in links[row["id"]]
            if link["role"] == OwnershipRole.OWNER and link["ended_on"] is None
        }
        assert said["vehicles"] == len(owned)
        scope = scope_grams(row["store_id"], row["owner_id"], is_member=row["is_member"])
        assert said["grams"].split()[: len(scope)] == scope


def test_the_application_would_derive_the_same_summaries(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)
    load_sized(database, SIZE, as_of=AS_OF)
    with Session(engine_for(database)) as session:
        session.info["scope"] = system("tests")
        for row in kept(database, CustomerSummary):
            assert derived(session, row["customer_id"]) == row


def test_the_mask_of_gaps_is_right(rows: Rows) -> None:
    """Told again, field by field, from the tables."""
    links, consents = by_customer(rows, Ownership), by_customer(rows, Consent)
    papers = by_customer(rows, Document)
    cars = {row["id"]: row for row in rows[Vehicle]}
    masks = {row["customer_id"]: row["missing"] for row in rows[CustomerSummary]}
    seen: Tally[str] = Tally()
    for row in rows[Customer]:
        mine = links[row["id"]]
        now = [cars[link["vehicle_id"]] for link in mine if link["ended_on"] is None]
        now = now or [cars[link["vehicle_id"]] for link in mine]
        states = {paper["status"] for paper in papers[row["id"]]}
        is_potential = row["lifecycle"] == Lifecycle.POTENTIAL
        is_important = not is_potential and row["value_class"] == ValueClass.IMPORTANT
        empty = {
            "phone": row["phone"] is None,
            "source": row["source"] is None,
            "owner": row["owner_id"] is None,
            "need": row["need"] == "",
            "address": "" in (row["province"], row["city"], row["district"]),
            "vin": not is_potential and (not now or any(not car["vin"] for car in now)),
            "plate": not is_potential and (not now or any(not car["plate"] for car in now)),
            "delivered_on": not is_potential
            and (not now or any(not car["delivered_on"] for car in now)),
            "birthday": not is_potential
            and row["kind"] == CustomerKind.PERSON
            and row["birthday"] is None,
            "preferred_channel": not is_potential and row["preferred_channel"] is None,
            "service_consent": not any(
                consent["purpose"] == Purpose.SERVICE_CALLS and consent["withdrawn_at"] is None
                for consent in consents[row["id"]]
            ),
            "second_contact": is_important and row["second_contact_id"] is None,
            "decision_maker": is_important and row["decision_maker"] == "",
            "documents": not is_potential
            and (
                not states & {DocumentStatus.IN_PLACE, DocumentStatus.BORROWED}
                or DocumentStatus.MISSING in states
            ),
        }
        found = {name for name, bit in BITS.items() if masks[row["id"]] & bit}
        assert found == {name for name, is_empty in empty.items() if is_empty}
        seen.update(found)
    assert set(seen) == set(BITS) - {"name"}


def test_the_small_dealer_has_something_of_everything(whole: Rows) -> None:
    people = whole[Customer]
    assert len(people) == 2000
    assert abs(len(whole[Vehicle]) - 3000) <= 30
    assert 9_000 <= len(whole[Touch]) <= 11_000
    persons = sum(row["kind"] == CustomerKind.PERSON for row in people)
    assert 0.82 <= persons / len(people) <= 0.88
    classes = Tally((row["lifecycle"], row["value_class"]) for row in people)
    assert set(classes) == {
        ("potential", "ordinary"),
        *((life, value) for life in ("existing", "lost") for value in ("ordinary", "important")),
    }
    assert min(classes.values()) >= 20
    assert 40 <= sum(row["owner_id"] is None for row in people) <= 160
    assert 400 <= sum(row["is_member"] for row in people) <= 700
    soon = AS_OF + timedelta(days=30)
    ends = [row["insurance_until"] for row in whole[Vehicle] if row["insurance_until"]]
    assert 100 <= sum(AS_OF <= day <= soon for day in ends) <= 400
    assert {row["role"] for row in whole[Ownership]} == set(OwnershipRole)
    assert {row["status"] for row in whole[Document]} == set(DocumentStatus)
    assert sum(row["withdrawn_at"] is not None for row in whole[Consent]) >= 50
    assert sum((row["next_contact_on"] or AS_OF) > AS_OF for row in whole[Touch]) >= 50
    assert len({row["summary"] for row in whole[Touch]}) >= 1500
    complete = sum(row["missing"] == 0 for row in whole[CustomerSummary])
    assert 0.2 <= complete / len(people) <= 0.6
