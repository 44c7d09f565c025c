"""Loading the demonstration dealer: the same everywhere, and only where it belongs."""

import os
import subprocess
import sys
from collections import Counter as Tally
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from sqlalchemy import insert
from sqlmodel import Session

from db.demo import (
    PASSWORD,
    SHOWN,
    DemoRefused,
    RefusalReason,
    accounts,
    is_half_loaded,
    load_sized,
    making,
)
from db.demo.accounts import GUESTS, PEOPLE
from db.demo.chunks import TABLES
from db.demo.loading import SIZES
from db.demo.recipe import Recipe
from db.demo.writers import table_of
from db.engine import engine_for
from db.grams import query_grams
from db.models import (
    CallAttempt,
    Complaint,
    Counter,
    Customer,
    Installation,
    InstallationKind,
    Ownership,
    Role,
    Store,
    Touch,
    User,
    Vehicle,
    VisitForm,
    VisitTask,
)
from db.search import candidates, scope_grams
from db.summaries import FORM, SERIES
from db.types import Base
from services import verification
from services.core import normal
from services.core.access import System
from services.core.run import fetch
from services.verification import PARTS
from tests.dealer import as_system
from tests.demonstration import AS_OF, SIZE, digest, kept, made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap hash."""
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)


# ---- the same everywhere


def of_makers(database: str, table: type[Base]) -> list[Any]:
    """What is kept of what the makers made: the visits of forms, and the contacts of campaigns, are
    put down after them, with their attempts."""
    rows = kept(database, table)
    if table not in {VisitTask, CallAttempt}:
        return rows
    of_forms = {row["task_id"] for row in kept(database, VisitForm)}
    of_campaigns = {
        row["id"] for row in kept(database, VisitTask) if row["campaign_id"] is not None
    }
    assert of_forms
    assert of_campaigns
    key = "id" if table is VisitTask else "task_id"
    return [row for row in rows if row[key] not in of_forms | of_campaigns]


def test_what_is_made_is_what_both_databases_keep(database: str) -> None:
    summary = load_sized(database, SIZE, as_of=AS_OF)
    expected = made().rows
    for table in TABLES:
        assert of_makers(database, table) == expected[table]
        assert summary.counts[table_of(table).name] == len(expected[table]) > 0
    assert summary.counts["users"] == len(kept(database, User))
    assert summary.counts["stores"] == SIZE.stores


def test_the_same_in_another_process_with_other_hashes() -> None:
    root = Path(__file__).parents[2]
    program = "from tests.demonstration import digest, made; print(digest(made()))"
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == digest(made())


def test_a_maker_in_its_own_process_makes_no_difference(database: str) -> None:
    summary = load_sized(database, SIZE, as_of=AS_OF, apart=True)
    expected = made().rows
    assert all(of_makers(database, table) == expected[table] for table in TABLES)
    assert len(summary.truth) == 64


def test_a_maker_that_is_lost_is_missed() -> None:
    """There are no 41 stores: it ends before the first chunk."""
    broken = Recipe(150, 41, AS_OF)
    with pytest.raises(making.MakerLost):
        list(making.parcels(broken, "sqlite", apart=True))


def test_a_process_of_its_own_is_for_large_dealers_on_two_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, many = Recipe(2_000, 3, AS_OF), Recipe(100_000, 12, AS_OF)
    for cores, worth in ({0}, False), ({0, 1}, True):
        monkeypatch.setattr(making.os, "sched_getaffinity", lambda _, cores=cores: cores)
        assert making.is_worth_it(many) is worth
        assert not making.is_worth_it(few)


def test_another_seed_is_another_dealer() -> None:
    assert digest(made(seed=816)) != digest(made())


# ---- found, signed in, continued


def test_what_is_loaded_passes_verification(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    caller = System("tests")
    found = {part: fetch(verification.verify, caller, part) for part in PARTS}
    assert {part: finding.wrong for part, finding in found.items()} == dict.fromkeys(PARTS, 0)
    assert found["summaries"].checked == SIZE.customers


def test_everybody_can_be_found(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    links = defaultdict(list)
    cars = {row["id"]: row for row in kept(database, Vehicle)}
    for row in kept(database, Ownership):
        links[row["customer_id"]].append(cars[row["vehicle_id"]])
    with Session(engine_for(database)) as session:
        as_system(session)
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
    assert {people[name]["role"] for name in SHOWN} == set(Role)
    leavers = [row["id"] for row in people.values() if not row["is_active"]]
    assert [people[name]["id"] for name in ("qianjun", "lvxinyi")] == leavers
    assert leavers[0] in {row["owner_id"] for row in kept(database, Customer)}
    data_desks = {row["store_id"] for row in people.values() if row["desk"] == "data"}
    assert data_desks == set(store.values())


def test_work_goes_on_after_the_last_number(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    counters = {row["series"]: row["value"] for row in kept(database, Counter)}
    months = Tally(row["number"][3:9] for row in kept(database, Complaint))
    complaints = {f"complaints:{month}": count for month, count in months.items()}
    books = Tally(f"visit_forms:{row['writer_id']}" for row in kept(database, VisitForm))
    assert books
    assert counters == {"customers": SIZE.customers, SERIES: FORM, **complaints, **books}
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

    def unplug(done: int, _of: int) -> None:
        if done == at:
            raise Unplugged

    with pytest.raises(Unplugged):
        load_sized(database, SIZE, as_of=AS_OF, progress=unplug)
    if at == SIZE.chunk:
        assert not is_half_loaded(database)
        load_sized(database, SIZE, as_of=AS_OF)
        assert len(kept(database, Customer)) == SIZE.customers
    else:
        assert is_half_loaded(database)
        assert refused(database) is RefusalReason.HALF_LOADED


def test_staff_of_forty_stores() -> None:
    shops = accounts.shops(SIZES["huge"].stores)
    staff = accounts.staff(shops, 815)
    assert len({shop.code for shop in shops}) == len({shop.name for shop in shops}) == 40
    assert len({one.account.username for one in staff}) == len(staff) > 350
    assert all(one.account.username.isascii() for one in staff)
    assert [one.account for one in staff][: len(PEOPLE)] == list(PEOPLE)
    assert [one.account for one in staff][-len(GUESTS) :] == list(GUESTS)
    with pytest.raises(ValueError, match="not 41"):
        accounts.shops(41)
