"""The audit in chained blocks: whatever is done to a sealed entry is found (ASVS 16.4.2).

Each finding has its control: the same data, untouched, verify.
"""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select
from typer.testing import CliRunner

from commands import app
from db.engine import BrokenRule, write_transaction
from db.models import AuditBlock, AuditEntry
from services import sealing, verification
from services.core import audit, heads, keys
from services.core.access import System
from services.core.audit import plain
from services.core.errors import NotPermitted
from services.core.run import fetch, perform
from tests.dealer import Dealer, as_system, owner
from tests.house import ROOT

CALLER = System("tests")
ENTRIES = 7
FAR = 100
"""The id of the newest entry: between it and the others lies a gap, as after a rollback."""
TABLES = ("audit_entries", "audit_blocks")


def deed(key: int | None = None) -> int:
    """One entry, whichever its id."""
    with write_transaction() as session:
        actor = as_system(session)
        entry = audit.record(session, actor, audit.Action.DATA_LOADED, "users")
        entry.id = key
        session.flush()
        return entry.id


def by_hand(*statements: str) -> None:
    """What somebody with the whole database in his hands could do, past every guard of ours."""
    with owner().begin() as connection:
        for table in TABLES:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_update")
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_delete")
            else:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount > 0, statement


def offences(told: tuple[heads.Head, ...] | None = None) -> list[tuple[str, int]]:
    known = heads.read(heads.own_file()) if told is None else told
    found = fetch(verification.verify, CALLER, "audit", known)
    assert found.wrong == len(found.first)
    return [(each.table, each.id) for each in found.first]


def copy(column_of_id: str, source: int = 1) -> str:
    """A genuine entry once more, its seal and all, under another id."""
    names = [name for name in AuditEntry.model_fields if name != "id"]
    listed = ", ".join(names)
    return (
        f"INSERT INTO audit_entries (id, {listed})"  # noqa: S608 - ours
        f" SELECT {column_of_id}, {listed} FROM audit_entries WHERE id = {source}"
    )


@pytest.fixture
def sealed(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> list[AuditBlock]:
    """Entries 1 to 6 and 100 in three blocks: 1–3, 4–6, 100."""
    monkeypatch.setattr(sealing, "BLOCK", 3)
    for _ in range(ENTRIES - 2):
        deed()
    deed(FAR)
    assert sealing.seal_all(CALLER).entries == ENTRIES
    return sorted(dealer.rows(AuditBlock), key=lambda block: block.id)


# ---- sealing


def test_blocks_follow_one_another(sealed: list[AuditBlock], dealer: Dealer):
    said = [(block.id, block.first_id, block.last_id, block.count) for block in sealed]
    assert said == [(1, 1, 3, 3), (2, 4, 6, 3), (3, FAR, FAR, 1)]
    [head] = heads.read(heads.own_file())
    assert (head.block, head.last_id, head.digest) == (3, FAR, sealed[-1].digest)
    assert head.sealed_at == sealed[-1].sealed_at


def test_nothing_new_makes_no_block(sealed: list[AuditBlock], dealer: Dealer):
    again = sealing.seal_all(CALLER)
    assert (again.entries, again.head) == (0, heads.read(heads.own_file())[-1])
    assert len(dealer.rows(AuditBlock)) == len(sealed)
    assert len(heads.read(heads.own_file())) == 1


@pytest.mark.usefixtures("database")
def test_an_empty_audit_has_no_head():
    assert sealing.seal_all(CALLER) == sealing.Sealing(0, None)
    assert not heads.own_file().exists()


def test_a_head_that_was_not_noted_is_noted_later(sealed: list[AuditBlock]):
    """Killed between the commit and the file."""
    heads.own_file().unlink()
    sealing.seal_all(CALLER)
    assert [head.block for head in heads.read(heads.own_file())] == [3]


def test_a_rotation_of_keys_leaves_the_chain_sound(sealed: list[AuditBlock], dealer: Dealer):
    keys.rotate()
    deed(FAR + 1)
    sealing.seal_all(CALLER)
    assert len({block.key_id for block in dealer.rows(AuditBlock)}) == 2
    assert offences() == []


def test_only_the_system_seals(dealer: Dealer):
    for person in ("director", "admin"):
        with pytest.raises(NotPermitted):
            perform(sealing.seal, dealer.caller(person), sealing.SealAudit())


@pytest.mark.parametrize("statement", ["UPDATE audit_blocks SET count = 1", "DELETE FROM {}"])
@pytest.mark.usefixtures("sealed")
def test_the_database_keeps_blocks_as_they_are(statement: str):
    with pytest.raises(DBAPIError, match="append-only"), owner().begin() as connection:
        connection.exec_driver_sql(statement.format("audit_blocks"))


@pytest.mark.usefixtures("sealed")
def test_the_session_keeps_blocks_as_they_are():
    with pytest.raises(BrokenRule, match="append-only"), write_transaction() as session:
        as_system(session)
        block = session.execute(select(AuditBlock).limit(1)).scalar_one()
        block.count = 1


# ---- what is done to sealed entries is found

TAMPERED: dict[str, tuple[list[str], list[tuple[str, int]]]] = {
    "an entry edited": (
        ["UPDATE audit_entries SET actor_name = 'x' WHERE id = 5"],
        [("audit_entries", 5)],
    ),
    "an entry edited, and its seal": (
        ["UPDATE audit_entries SET reason = 'x', seal = '0' WHERE id = 5"],
        [("audit_entries", 5), ("audit_blocks", 2)],
    ),
    "an entry replaced by a genuine one": (
        ["DELETE FROM audit_entries WHERE id = 5", copy("5")],
        [("audit_blocks", 2)],
    ),
    "an entry moved within its block": (
        ["UPDATE audit_entries SET id = 50 WHERE id = 100"],
        [("audit_blocks", 3)],
    ),
    "an entry deleted in the middle": (
        ["DELETE FROM audit_entries WHERE id = 5"],
        [("audit_blocks", 2)],
    ),
    "the first entry deleted": (
        ["DELETE FROM audit_entries WHERE id = 1"],
        [("audit_blocks", 1)],
    ),
    "a genuine entry inserted between two blocks": ([copy("50")], [("audit_blocks", 3)]),
    "a genuine entry inserted before all": ([copy("-3")], [("audit_blocks", 1)]),
    "the tail cut, its block left": (
        ["DELETE FROM audit_entries WHERE id = 100"],
        [("audit_blocks", 3)],
    ),
    "a longer tail cut, its blocks left": (
        ["DELETE FROM audit_entries WHERE id > 5"],
        [("audit_blocks", 2), ("audit_blocks", 3)],
    ),
    "the first block deleted with its entries": (
        ["DELETE FROM audit_entries WHERE id < 4", "DELETE FROM audit_blocks WHERE id = 1"],
        [("audit_blocks", 2)],
    ),
    "a block deleted in the middle": (
        ["DELETE FROM audit_blocks WHERE id = 2"],
        [("audit_blocks", 3)],
    ),
    "a block edited": (
        ["UPDATE audit_blocks SET sealed_at = '2020-01-01 00:00:00+00:00' WHERE id = 2"],
        [("audit_blocks", 2)],
    ),
    "an entry deleted, its block's count mended": (
        [
            "DELETE FROM audit_entries WHERE id = 5",
            "UPDATE audit_blocks SET count = 2 WHERE id = 2",
        ],
        [("audit_blocks", 2)],
    ),
    "a block under a key of another": (
        ["UPDATE audit_blocks SET key_id = 'forged' WHERE id = 1"],
        [("audit_blocks", 1)],
    ),
}


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize("case", TAMPERED)
def test_what_was_done_to_sealed_entries_is_found(case: str):
    statements, found = TAMPERED[case]
    assert offences() == []
    by_hand(*statements)
    assert offences() == found


@pytest.mark.usefixtures("sealed")
def test_untouched_data_verify():
    """Entries, blocks and heads are all looked at, and guards switched off alone are no fault."""
    by_hand()
    found = fetch(verification.verify, CALLER, "audit", heads.read(heads.own_file()))
    assert (found.checked, found.wrong) == (ENTRIES + 3 + 1, 0)


CUT = ("DELETE FROM audit_entries WHERE id > 6", "DELETE FROM audit_blocks WHERE id > 2")


@pytest.mark.usefixtures("sealed")
def test_a_tail_cut_with_its_blocks_is_found_by_the_head():
    by_hand(*CUT)
    assert offences(told=()) == []  # what is left is sound in itself
    assert offences() == [("audit_blocks", 3)]


@pytest.mark.usefixtures("sealed")
def test_a_cut_tail_stays_found_when_others_were_sealed_in_its_place():
    by_hand(*CUT)
    deed(FAR)
    assert sealing.seal_all(CALLER).entries == 1
    assert [head.block for head in heads.read(heads.own_file())] == [3, 3]
    assert offences() == [("audit_blocks", 3)]


@pytest.mark.usefixtures("sealed")
def test_everything_cut_is_found_by_the_head():
    by_hand("DELETE FROM audit_entries", "DELETE FROM audit_blocks")
    assert offences() == [("audit_blocks", 3)]


# ---- the commands


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def test_the_commands_seal_and_prove(dealer: Dealer):
    told = json.loads(run("seal-audit", "--json").stdout)
    [block] = dealer.rows(AuditBlock)
    assert (told["sealed"], told["head"]["digest"]) == (block.count, block.digest)
    [noted] = heads.read(heads.own_file())
    assert plain(asdict(noted)) == told["head"]
    assert heads.own_file().stat().st_mode & 0o777 == 0o600
    assert run("seal-audit").exit_code == 0
    assert run("verify", "audit").exit_code == 0


def test_heads_kept_elsewhere_are_proven_on_demand(sealed: list[AuditBlock], tmp_path: Path):
    """Whoever cuts the database and the file beside it does not reach the copy."""
    elsewhere = tmp_path / "copy.jsonl"
    elsewhere.write_bytes(heads.own_file().read_bytes())
    assert run("verify", "audit", "--heads", str(elsewhere)).exit_code == 0
    by_hand(*CUT)
    heads.own_file().unlink()
    assert run("verify", "audit").exit_code == 0
    answer = run("verify", "audit", "--heads", str(elsewhere), "--json")
    assert answer.exit_code == 1
    [first] = json.loads(answer.stdout)["audit"]["first"]
    assert (first["table"], first["id"]) == ("audit_blocks", 3)


@pytest.mark.usefixtures("sealed")
def test_a_file_of_heads_that_cannot_be_read_is_refused():
    with heads.own_file().open("a", encoding="utf-8") as file:
        file.write('{"block": 4}\n')
    assert run("verify", "audit").exit_code == 2
    assert run("seal-audit").exit_code == 2
    assert run("verify", "audit", "--heads", "nowhere.jsonl").exit_code == 2


# ---- two at once

SEALER = """
import sys
from services import sealing
from services.core.access import System
sys.stdin.readline()
print(sealing.seal_all(System("tests")).entries)
"""


def test_of_two_processes_one_seals(dealer: Dealer):
    for _ in range(ENTRIES):
        deed()
    sealers = [
        subprocess.Popen(
            [sys.executable, "-c", SEALER],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [sealer.communicate("go\n", timeout=60) for sealer in sealers]
    assert [sealer.returncode for sealer in sealers] == [0, 0], answers
    assert sorted(int(said) for said, _ in answers) == [0, ENTRIES + 1]
    assert [block.count for block in dealer.rows(AuditBlock)] == [ENTRIES + 1]
    assert offences() == []


def test_of_many_threads_each_entry_is_sealed_once(dealer: Dealer, monkeypatch):
    monkeypatch.setattr(sealing, "BLOCK", 2)
    for _ in range(ENTRIES):
        deed()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: sealing.seal_all(CALLER).entries, range(4)))
    assert sum(done) == ENTRIES + 1
    assert sorted(block.id for block in dealer.rows(AuditBlock)) == [1, 2, 3, 4]
    assert offences() == []


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_without_the_lock_two_sealers_collide(dealer: Dealer, monkeypatch):
    """Negative control: both read the same newest block; the table takes one of theirs."""
    meeting = threading.Barrier(2)
    read = sealing.seals_after

    def read_and_meet(*args: Any, **kwargs: Any) -> sealing.Seals:
        found = read(*args, **kwargs)
        meeting.wait(10)
        return found

    monkeypatch.setattr(sealing, "lock_audit", lambda _session: None)
    monkeypatch.setattr(sealing, "seals_after", read_and_meet)

    def one(_: int) -> object:
        try:
            return perform(sealing.seal, CALLER, sealing.SealAudit())
        except IntegrityError as refused:
            return type(refused)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(one, range(2)))
    assert sorted(map(str, done)) == sorted(map(str, [1, IntegrityError]))
    assert len(dealer.rows(AuditBlock)) == 1


# ---- what only PostgreSQL knows: ids are given out before the commit


@contextmanager
def open_writer():
    """A transaction that has its entry's id and has not committed; commits at the end."""
    with write_transaction() as session:
        actor = as_system(session)
        entry = audit.record(session, actor, audit.Action.DATA_LOADED, "users")
        session.flush()
        yield entry.id


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_an_open_transaction_is_not_passed_by(dealer: Dealer):
    with ThreadPoolExecutor(1) as pool:
        with open_writer() as lower:
            higher = deed()
            assert lower < higher
            sealer = pool.submit(sealing.seal_all, CALLER)
            with pytest.raises(TimeoutError):
                sealer.result(0.3)
        assert sealer.result(20).entries == 3
    [block] = dealer.rows(AuditBlock)
    assert block.last_id == higher
    assert offences() == []


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_without_the_lock_an_open_transaction_is_passed_by(dealer: Dealer, monkeypatch):
    """Negative control: the entry comes to stand in a block that was sealed without it."""
    monkeypatch.setattr(sealing, "lock_audit", lambda _session: None)
    with open_writer() as lower:
        deed()
        assert sealing.seal_all(CALLER).entries == 2
    seen = {entry.id for entry in dealer.rows(AuditEntry)}
    assert lower in seen
    assert offences() == [("audit_blocks", 1)]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_writer_who_stays_open_makes_the_sealer_give_up(dealer: Dealer):
    """He would otherwise hold up every writer behind him; the next run seals."""
    with open_writer():
        answer = run("seal-audit")
    assert answer.exit_code == 2
    assert dealer.rows(AuditBlock) == []
    assert sealing.seal_all(CALLER).entries == 2
