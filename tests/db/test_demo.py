"""The demonstration dealer: the same everywhere, valid by our own rules, only where it belongs."""

import hashlib
import os
import subprocess
import sys
from collections import Counter as Tally
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from sqlalchemy import insert, select
from sqlmodel import Session

from db.demo import (
    ACCOUNTS,
    PASSWORD,
    SHOWN,
    DemoRefused,
    RefusalReason,
    Size,
    accounts,
    is_half_loaded,
    load_sized,
)
from db.demo import chunks as chunking
from db.demo.chunks import TABLES, Chunk, chunks
from db.demo.loading import SIZES
from db.demo.world import HISTORY_DAYS, World
from db.demo.writers import table_of
from db.engine import engine_for
from db.grams import query_grams
from db.models import (
    NEVER,
    Consent,
    Counter,
    Customer,
    CustomerKind,
    CustomerSummary,
    Document,
    DocumentStatus,
    Installation,
    InstallationKind,
    Lifecycle,
    Order,
    OrderKind,
    Ownership,
    OwnershipRole,
    Purpose,
    Role,
    Store,
    Touch,
    User,
    ValueClass,
    Vehicle,
)
from db.search import candidates, scope_grams
from db.summaries import GAPS
from db.types import Base
from services.core import normal
from services.core.access import system
from services.customers.summary import derived

AS_OF = date(2026, 6, 15)
SIZE = Size(customers=150, stores=3)
BITS = {gap.name: gap.bit for gap in GAPS}
Rows = dict[type[Base], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap hash, and several chunks where one would do."""
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)
    monkeypatch.setattr(chunking, "CHUNK", 64)


def made(size: Size = SIZE, seed: int = 815) -> Rows:
    """What the generators make, without any database."""
    shops = accounts.shops(size.stores)
    world = World(as_of=AS_OF, seed=seed, customers=size.customers, stores=shops)
    world.employ(accounts.staff(shops, seed))
    out: Rows = {table: [] for table in TABLES}
    for chunk in chunks(world):
        for table, rows in chunk.rows.items():
            out[table] += rows
    return out


def kept(url: str, model: type[Base]) -> list[dict[str, Any]]:
    table = table_of(model)
    first = next(iter(table.primary_key.columns))
    with engine_for(url).connect() as connection:
        found = connection.execute(select(table).order_by(first)).mappings()
        return [dict(row) for row in found]


def digest(rows: Rows) -> str:
    text = repr(
        [(table.__name__, [sorted(row.items()) for row in rows[table]]) for table in TABLES]
    )
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def rows() -> Rows:
    """The dealer of most tests below; nothing may change it."""
    return made()


# ---- the same everywhere


def test_what_is_made_is_what_both_databases_keep(database: str) -> None:
    summary = load_sized(database, SIZE, as_of=AS_OF)
    expected = made()
    for table in TABLES:
        assert kept(database, table) == expected[table]
        assert summary.counts[table_of(table).name] == len(expected[table]) > 0
    assert summary.counts["users"] == len(kept(database, User))
    assert summary.counts["stores"] == SIZE.stores


def test_the_same_in_another_process_with_other_hashes() -> None:
    root = Path(__file__).parents[2]
    program = (
        "from tests.db.test_demo import chunking, digest, made; chunking.CHUNK = 64;"
        " print(digest(made()))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == digest(made())


def test_another_seed_is_another_dealer() -> None:
    assert digest(made(seed=816)) != digest(made())


def test_a_planted_row_moves_nobody_else(database: str) -> None:
    def plant(chunk: Chunk, world: World) -> None:
        if world.customers == chunk.last:
            chunk.rows[Customer][-1]["note"] = "planted"

    load_sized(database, SIZE, as_of=AS_OF, plant=plant)
    notes = [row["note"] for row in kept(database, Customer)]
    expected = [row["note"] for row in made()[Customer]]
    assert notes == [*expected[:-1], "planted"]


# ---- valid by our own rules


def test_numbers_are_valid_and_each_is_given_once(rows: Rows) -> None:
    people, cars = rows[Customer], rows[Vehicle]
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


def by_customer(rows: Rows, model: type[Base]) -> dict[int, list[dict[str, Any]]]:
    out: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows[model]:
        out[row["customer_id"]].append(row)
    return out


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


def test_the_application_would_derive_the_same_summaries(database: str) -> None:
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


# ---- found, signed in, continued


def test_everybody_can_be_found(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    links = defaultdict(list)
    cars = {row["id"]: row for row in kept(database, Vehicle)}
    for row in kept(database, Ownership):
        links[row["customer_id"]].append(cars[row["vehicle_id"]])
    with Session(engine_for(database)) as session:
        session.info["scope"] = system("tests")
        for row in kept(database, Customer)[::5]:
            asked = [row["name"][:2], row["number"]]
            asked += ["".join(part[0] for part in row["name_pinyin"].split())[:3]]
            asked += [row["phone"][-6:]] if row["phone"] else []
            for car in links[row["id"]]:
                asked += [car["plate"]] if car["plate"] else []
                asked += [car["vin"][-8:]] if car["vin"] else []
            scope = scope_grams(row["store_id"], row["owner_id"], is_member=False)
            for words in asked:
                ways = query_grams(words)
                assert row["id"] in candidates(session, ways, within=[scope[:1]]), words
                assert row["id"] not in candidates(session, ways, within=[["zs99"]])


def test_the_accounts_open_with_the_password_that_is_shown(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "BCRYPT_COST", 12)
    load_sized(database, SIZE, as_of=AS_OF)
    people = {row["username"]: row for row in kept(database, User)}
    assert set(SHOWN) < set(people)
    assert normal.check_password(PASSWORD) == PASSWORD
    for username, row in people.items():
        assert normal.weak_password(PASSWORD, username) is None
        assert not row["must_change_password"]
    shown = people["director"]["password_hash"]
    assert shown.startswith("$2b$12$")
    assert bcrypt.checkpw(PASSWORD.encode(), shown.encode())
    store = {row["code"]: row["id"] for row in kept(database, Store)}
    assert list(store) == ["HZ01", "NB01", "SX01"]
    assert {people[name]["store_id"] for name in ("manager", "sales", "service")} == {store["HZ01"]}
    assert {people[name]["role"] for name in SHOWN} == set(Role) - {Role.GUEST}
    leavers = [row["id"] for row in people.values() if not row["is_active"]]
    assert [people["qianjun"]["id"]] == leavers
    assert leavers[0] in {row["owner_id"] for row in kept(database, Customer)}
    data_desks = {row["store_id"] for row in people.values() if row["desk"] == "data"}
    assert data_desks == set(store.values())


def test_work_goes_on_after_the_last_number(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    counters = {row["series"]: row["value"] for row in kept(database, Counter)}
    assert counters == {"customers": SIZE.customers}
    (installation,) = kept(database, Installation)
    assert installation["kind"] is InstallationKind.DEMO
    newest = {model: kept(database, model)[-1] for model in (Store, User, Touch, Customer)}
    with engine_for(database).begin() as connection:
        for model, row in newest.items():
            fresh = {name: value for name, value in row.items() if name != "id"}
            for name in {"code", "name", "username", "number"} & set(fresh):
                fresh[name] = "new"
            result = connection.execute(insert(table_of(model)), fresh)
            assert result.inserted_primary_key is not None
            assert result.inserted_primary_key[0] == row["id"] + 1


# ---- only where it belongs


def refused(url: str) -> RefusalReason:
    with pytest.raises(DemoRefused) as caught:
        load_sized(url, SIZE, as_of=AS_OF)
    return caught.value.reason


def test_not_twice(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    assert not is_half_loaded(database)
    assert refused(database) is RefusalReason.ALREADY_LOADED
    assert len(kept(database, Customer)) == SIZE.customers


@pytest.mark.parametrize(
    ("model", "row", "reason"),
    [
        (
            Installation,
            {
                "id": 1,
                "kind": InstallationKind.REAL,
                "created_at": datetime(2026, 1, 1, tzinfo=UTC),
            },
            RefusalReason.REAL,
        ),
        (Store, {"code": "A", "name": "A", "city": "", "is_open": True}, RefusalReason.NOT_EMPTY),
    ],
)
def test_never_into_a_database_that_is_somebodys(
    database: str, model: type[Base], row: dict[str, Any], reason: RefusalReason
) -> None:
    with engine_for(database).begin() as connection:
        connection.execute(insert(table_of(model)), row)
    assert not is_half_loaded(database)
    assert refused(database) is reason
    assert kept(database, Customer) == kept(database, User) == []


def test_not_into_a_database_without_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'nothing.sqlite'}"
    assert not is_half_loaded(url)
    assert refused(url) is RefusalReason.NOT_MIGRATED


def test_of_two_loads_at_once_one_is_kept_out(database: str) -> None:
    def attempt(_: int) -> RefusalReason | None:
        try:
            load_sized(database, SIZE, as_of=AS_OF)
        except DemoRefused as refusal:
            return refusal.reason
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, range(2)))
    assert outcomes.count(None) == 1
    assert set(outcomes) <= {None, RefusalReason.BUSY, RefusalReason.ALREADY_LOADED}
    assert len(kept(database, Customer)) == SIZE.customers


class Unplugged(Exception):
    pass


@pytest.mark.parametrize("at", [64, 128, 150])
def test_a_load_that_stopped_is_known(database: str, at: int) -> None:
    """Stopped in its first chunk nothing is there, and one may load; later it is half a dealer."""

    def unplug(chunk: Chunk, _world: World) -> None:
        if chunk.last == at:
            raise Unplugged

    with pytest.raises(Unplugged):
        load_sized(database, SIZE, as_of=AS_OF, plant=unplug)
    if at == chunking.CHUNK:
        assert not is_half_loaded(database)
        load_sized(database, SIZE, as_of=AS_OF)
        assert len(kept(database, Customer)) == SIZE.customers
    else:
        assert is_half_loaded(database)
        assert refused(database) is RefusalReason.HALF_LOADED


# ---- as a dealer should be


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> Rows:
    monkeypatch.setattr(chunking, "CHUNK", 2000)
    return made(SIZES["small"])


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


def test_staff_of_forty_stores() -> None:
    shops = accounts.shops(SIZES["huge"].stores)
    staff = accounts.staff(shops, 815)
    assert len({shop.code for shop in shops}) == len({shop.name for shop in shops}) == 40
    assert len({one.account.username for one in staff}) == len(staff) > 350
    assert all(one.account.username.isascii() for one in staff)
    assert [one.account for one in staff][: len(ACCOUNTS)] == list(ACCOUNTS)
    with pytest.raises(ValueError, match="not 41"):
        accounts.shops(41)
