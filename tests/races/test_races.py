"""What happens when two people press at the same moment; each proof has its negative control."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, select
from sqlmodel import Session, col

from db.engine import write_transaction
from db.models import AuditEntry, Customer, Draft, SentRequest, Store
from db.types import utc_now
from services.core import audit, run
from services.core.access import Actor, load
from services.core.errors import AppError, StaleRecord
from services.core.inputs import Input, Request
from tests.dealer import as_system

THREADS = 8
ROUNDS = 12
MEETING = 0.5
"""Seconds in which a second reader must have come; with locks on it cannot."""


def together(*deeds: Callable[[], object]) -> list[object]:
    """Run the deeds at the same time; their results, an AppError as itself."""
    start = threading.Barrier(len(deeds))

    def one(deed: Callable[[], object]) -> object:
        start.wait()
        try:
            return deed()
        except AppError as refusal:
            return refusal

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


# ---- lost updates


@contextmanager
def unguarded() -> Iterator[Session]:
    """The same database without our engine: no BEGIN IMMEDIATE, no queue, no row lock."""
    from db.place import database_url

    plain = create_engine(database_url())
    try:
        with Session(plain, expire_on_commit=False) as session:
            yield session
            session.commit()
    finally:
        plain.dispose()


def count_up(transaction, meeting: threading.Barrier | None, *, lock: bool) -> None:
    """Read, wait for the other reader if he comes, write one more."""
    with transaction() as session:
        as_system(session)
        query = select(Draft).where(col(Draft.form) == "counter")
        row = session.execute(query.with_for_update() if lock else query).scalar_one()
        seen = row.values["n"]
        if meeting:
            meet(meeting)
        row.values = {"n": seen + 1}


def meet(meeting: threading.Barrier) -> None:
    try:
        meeting.wait(MEETING)
    except threading.BrokenBarrierError:
        assert meeting.broken  # nobody else could read at the same time


@pytest.fixture
def counter(dealer):
    user = dealer.user_id("sales")
    dealer.add(Draft(user_id=user, form="counter", values={"n": 0}, updated_at=utc_now()))
    return lambda: dealer.rows(Draft)[0].values["n"]


def test_no_update_is_lost(counter):
    meeting = threading.Barrier(2)
    together(*[lambda: count_up(write_transaction, meeting, lock=True)] * 2)
    assert counter() == 2


def test_without_the_locks_one_is_lost(counter):
    meeting = threading.Barrier(2)
    together(*[lambda: count_up(unguarded, meeting, lock=False)] * 2)
    assert counter() == 1


def test_no_update_is_lost_under_load(counter):
    def often() -> None:
        for _ in range(ROUNDS):
            count_up(write_transaction, None, lock=True)

    together(*[often] * THREADS)
    assert counter() == THREADS * ROUNDS


# ---- one request, many clicks


class OpenStore(Request):
    name: str


class OpenStoreUncounted(Input):
    name: str
    request_id: UUID


def open_store(session: Session, actor: Actor, form: OpenStore | OpenStoreUncounted) -> int:
    store = Store(code=uuid4().hex[:20], name=f"{form.name} {uuid4()}")
    session.add(store)
    audit.record(session, actor, audit.Action.STORES_CREATED, store)
    return store.id


def opened(dealer) -> list[Store]:
    return [store for store in dealer.rows(Store) if store.name.startswith("new")]


def test_many_clicks_make_one_row(dealer):
    sent = OpenStore(name="new", request_id=uuid4())
    caller = dealer.caller("director")
    answers = together(*[lambda: run.perform(open_store, caller, sent)] * THREADS)
    assert len(opened(dealer)) == 1
    assert answers == [opened(dealer)[0].id] * THREADS
    assert len(dealer.rows(SentRequest)) == 1


def test_without_the_count_many_clicks_make_many_rows(dealer):
    sent = OpenStoreUncounted(name="new", request_id=uuid4())
    caller = dealer.caller("director")
    together(*[lambda: run.perform(open_store, caller, sent)] * THREADS)
    assert len(opened(dealer)) == THREADS


# ---- many editors, one winner


class Edit(Request):
    customer_id: int
    name: str
    version: int


def edit(session: Session, actor: Actor, form: Edit) -> str:
    row = load(session, Customer, form.customer_id, lock=True)
    if row.version != form.version:
        raise StaleRecord
    row.name = form.name
    audit.record(session, actor, audit.Action.CUSTOMERS_EDITED, row)
    return row.name


def edit_unchecked(session: Session, actor: Actor, form: Edit) -> str:
    row = load(session, Customer, form.customer_id, lock=True)
    row.name = form.name
    audit.record(session, actor, audit.Action.CUSTOMERS_EDITED, row)
    return row.name


def editors(dealer, command) -> list[object]:
    key = dealer.customer("old")
    sent = [
        Edit(customer_id=key, name=f"by {number}", version=1, request_id=uuid4())
        for number in range(THREADS)
    ]
    caller = dealer.caller("manager")
    return together(*[lambda form=form: run.perform(command, caller, form) for form in sent])


def test_of_many_editors_one_wins(dealer):
    answers = editors(dealer, edit)
    winners = [answer for answer in answers if isinstance(answer, str)]
    assert len(winners) == 1
    assert [type(answer) for answer in answers if answer not in winners] == [StaleRecord] * (
        THREADS - 1
    )
    [row] = dealer.rows(Customer)
    assert (row.name, row.version) == (winners[0], 2)
    deeds = [entry.action for entry in dealer.rows(AuditEntry)]
    assert deeds.count(audit.Action.CUSTOMERS_EDITED) == 1


def test_without_the_version_every_editor_overwrites(dealer):
    assert sorted(map(str, editors(dealer, edit_unchecked))) == [f"by {n}" for n in range(THREADS)]


# ---- what only PostgreSQL knows


def cross(first: int, second: int, meeting: threading.Barrier):
    """A command that locks two files in the given order."""

    def command(session: Session, actor: Actor, form: Edit) -> str:
        load(session, Customer, first, lock=True)
        meet(meeting)
        row = load(session, Customer, second, lock=True)
        row.name = f"{row.name}+"
        audit.record(session, actor, audit.Action.CUSTOMERS_EDITED, row)
        return row.name

    return command


def test_a_deadlock_is_tried_again(dealer):
    """Two people lock two files crosswise: PostgreSQL ends one of them, the door tries again."""
    one, two = dealer.customer("one"), dealer.customer("two")
    meeting = threading.Barrier(2)
    caller = dealer.caller("manager")

    def go(first: int, second: int) -> object:
        form = Edit(customer_id=first, name="x", version=1, request_id=uuid4())
        return run.perform(cross(first, second, meeting), caller, form)

    assert together(lambda: go(one, two), lambda: go(two, one)) == ["two+", "one+"]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_version_that_was_overtaken_is_refused_by_the_database(dealer):
    """Without a row lock the version column itself finds the overtaken writer."""
    key = dealer.customer("old")
    meeting = threading.Barrier(2)

    def command(session: Session, actor: Actor, form: Edit) -> str:
        row = load(session, Customer, key)
        meet(meeting)
        row.name = form.name
        audit.record(session, actor, audit.Action.CUSTOMERS_EDITED, row)
        return row.name

    def go(name: str) -> object:
        form = Edit(customer_id=key, name=name, version=1, request_id=uuid4())
        return run.perform(command, dealer.caller("manager"), form)

    answers = together(lambda: go("a"), lambda: go("b"))
    assert sorted(type(answer).__name__ for answer in answers) == ["StaleRecord", "str"]
    assert dealer.row(Customer, key).version == 2
