"""The one door: who may pass, what is counted once, what is written down (ASVS 2.3.1, 16.3.2)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col

from db.engine import BrokenRule
from db.models import AuditEntry, Customer, SentRequest, Store, User, UserSession
from services.core import audit, clock, run
from services.core.access import Actor, Named, Permission, SignedIn, System, load
from services.core.errors import (
    Busy,
    Conflict,
    NotFound,
    NotPermitted,
    RequestReused,
    SignedOut,
    StaleRecord,
    Unavailable,
)
from services.core.inputs import Input, Request

DENIED = audit.Action.ACCESS_DENIED.value


@dataclass(frozen=True)
class Receipt:
    id: int
    name: str


class Rename(Request):
    secret_fields: ClassVar[frozenset[str]] = frozenset({"password"})
    customer_id: int
    name: str
    password: str = ""


def rename(session: Session, actor: Actor, form: Rename) -> Receipt:
    actor.require(Permission.CUSTOMERS_EDIT)
    row = load(session, Customer, form.customer_id, lock=True)
    row.name = f"{form.name} {len(row.name)}"
    audit.record(session, actor, audit.Action.CUSTOMERS_EDITED, row)
    return Receipt(row.id, row.name)


def found(session: Session, actor: Actor, model: type[User], name: str) -> str:
    actor.require(Permission.USERS_VIEW)
    query = select(col(model.name)).where(col(model.username) == name)
    return str(session.execute(query).scalar_one())


def form(customer_id: int, name: str = "new", **values: object) -> Rename:
    return Rename.model_validate(
        {"request_id": uuid4(), "customer_id": customer_id, "name": name, **values}
    )


def denials(dealer):
    return [entry for entry in dealer.rows(AuditEntry) if entry.action == DENIED]


# ---- a request counts once


def test_a_command_writes_and_answers(dealer):
    key = dealer.customer("old")
    assert run.perform(rename, dealer.caller("sales"), form(key)) == Receipt(key, "new 3")
    assert dealer.row(Customer, key).name == "new 3"


def test_a_repeated_request_writes_once_and_answers_the_same(dealer):
    key = dealer.customer("old")
    sent = form(key)
    answers = [run.perform(rename, dealer.caller("sales"), sent) for _ in range(3)]
    assert answers == [Receipt(key, "new 3")] * 3
    assert dealer.row(Customer, key).name == "new 3"
    assert len(dealer.rows(SentRequest)) == 1


def test_another_request_writes_again(dealer):
    key = dealer.customer("old")
    run.perform(rename, dealer.caller("sales"), form(key))
    assert run.perform(rename, dealer.caller("sales"), form(key)).name == "new 5"


@pytest.mark.parametrize(("who", "name"), [("sales", "other"), ("manager", "new")])
def test_a_request_with_other_values_or_hands_is_refused(dealer, who, name):
    key = dealer.customer("old")
    sent = form(key)
    run.perform(rename, dealer.caller("sales"), sent)
    with pytest.raises(RequestReused):
        run.perform(rename, dealer.caller(who), sent.model_copy(update={"name": name}))
    assert dealer.row(Customer, key).name == "new 3"


def test_a_request_of_another_command_is_refused(dealer):
    key = dealer.customer("old")
    sent = form(key)
    run.perform(rename, dealer.caller("sales"), sent)
    with pytest.raises(RequestReused):
        run.perform(fails_once, dealer.caller("sales"), sent)


def test_secrets_are_not_kept_in_the_digest(dealer):
    key = dealer.customer("old")
    sent = form(key, password="one")
    first = run.perform(rename, dealer.caller("sales"), sent)
    again = sent.model_copy(update={"password": "two"})
    assert run.perform(rename, dealer.caller("sales"), again) == first


failures: list[str] = []


def fails_once(session: Session, actor: Actor, form: Rename) -> Receipt:
    actor.require(Permission.CUSTOMERS_EDIT)
    if not failures:
        failures.append("first")
        rename(session, actor, form)
        raise Conflict
    return rename(session, actor, form)


def test_a_failed_request_may_be_sent_again(dealer):
    failures.clear()
    key = dealer.customer("old")
    sent = form(key)
    with pytest.raises(Conflict):
        run.perform(fails_once, dealer.caller("sales"), sent)
    assert dealer.row(Customer, key).name == "old"
    assert run.perform(fails_once, dealer.caller("sales"), sent).name == "new 3"


# ---- who passes


def test_a_refused_attempt_writes_nothing_but_itself(dealer):
    key = dealer.customer("old")
    with pytest.raises(NotPermitted):
        run.perform(rename, dealer.caller("guest"), form(key))
    assert dealer.row(Customer, key).name == "old"
    [entry] = denials(dealer)
    assert entry.actor_id == dealer.user_id("guest")
    assert entry.actor_name == "guest 某"
    assert entry.source == "tests"
    assert entry.details == {
        "attempt": f"{__name__}.rename",
        "refused": {"permission": "customers:edit"},
    }
    assert dealer.rows(SentRequest) == []


def writes_then_refuses(session: Session, actor: Actor, form: Rename) -> Receipt:
    rename(session, actor, form)
    raise NotPermitted(record="late")


def test_what_was_written_before_a_refusal_is_gone(dealer):
    key = dealer.customer("old")
    with pytest.raises(NotPermitted):
        run.perform(writes_then_refuses, dealer.caller("sales"), form(key))
    assert dealer.row(Customer, key).name == "old"
    assert len(denials(dealer)) == 1


def test_a_write_out_of_reach_is_refused_and_written_down(dealer):
    key = dealer.customer("old", owner="service")
    with pytest.raises(NotPermitted):
        run.perform(rename, dealer.caller("sales"), form(key))
    assert dealer.row(Customer, key).name == "old"
    [entry] = denials(dealer)
    assert entry.details["refused"] == {"record": "Customer"}


class Spent(Conflict):
    is_recorded = True


@pytest.mark.parametrize(("refusal", "entries"), [(Spent, 1), (Conflict, 0), (NotFound, 0)])
def test_a_refusal_that_says_so_is_written_down(dealer, refusal, entries):
    def command(session: Session, actor: Actor, form: Rename) -> Receipt:
        rename(session, actor, form)
        raise refusal(most=60)

    def query(session: Session, actor: Actor) -> None:
        raise refusal(most=60)

    key = dealer.customer("old")
    with pytest.raises(refusal):
        run.perform(command, dealer.caller("sales"), form(key))
    with pytest.raises(refusal):
        run.fetch(query, dealer.caller("sales"))
    assert dealer.row(Customer, key).name == "old"
    assert [entry.details["refused"] for entry in denials(dealer)] == [{"most": 60}] * 2 * entries
    assert {entry.actor_id for entry in denials(dealer)} <= {dealer.user_id("sales")}


def test_a_refused_query_is_written_down(dealer):
    with pytest.raises(NotPermitted):
        run.fetch(found, dealer.caller("sales"), User, "admin")
    [entry] = denials(dealer)
    assert entry.details["attempt"] == f"{__name__}.found"


def test_a_query_answers(dealer):
    assert run.fetch(found, dealer.caller("manager"), User, "admin") == "admin 某"


def test_absent_and_not_his_answer_alike(dealer):
    theirs = dealer.customer(store=2, owner="sales2")
    answers = []
    for key in (theirs, 999):
        with pytest.raises(NotFound) as refusal:
            run.perform(rename, dealer.caller("sales"), form(key))
        answers.append((type(refusal.value), refusal.value.msgid, set(refusal.value.params)))
    assert answers[0] == answers[1]
    assert denials(dealer) == []


def switch(dealer, username: str, **values: object) -> None:
    """Change an account as the system."""
    from db.engine import write_transaction
    from tests.dealer import as_system

    with write_transaction() as session:
        actor = as_system(session)
        row = session.execute(select(User).where(col(User.username) == username)).scalar_one()
        for name, value in values.items():
            setattr(row, name, value)
        audit.record(session, actor, audit.Action.USERS_EDITED, row)


def test_a_disabled_or_unknown_person_is_signed_out(dealer):
    key = dealer.customer("old")
    switch(dealer, "sales", is_active=False)
    for who in ("sales", "nobody"):
        with pytest.raises(SignedOut):
            run.perform(rename, Named(who, "tests"), form(key))
    assert dealer.row(Customer, key).name == "old"


def test_a_change_of_role_acts_at_once(dealer):
    key = dealer.customer("old")
    run.perform(rename, dealer.caller("sales"), form(key))
    switch(dealer, "sales", role="guest", desk=None)
    with pytest.raises(NotPermitted):
        run.perform(rename, dealer.caller("sales"), form(key))


def test_who_must_change_his_password_may_do_just_that(dealer):
    key = dealer.customer("old")
    switch(dealer, "sales", must_change_password=True)
    with pytest.raises(NotPermitted):
        run.perform(rename, dealer.caller("sales"), form(key))
    assert dealer.actor("sales").grants == {Permission.PROFILE_EDIT}


def test_the_system_may_and_says_whence(dealer):
    key = dealer.customer("old", store=2, owner="sales2")
    assert run.perform(rename, System("sweep"), form(key)).name == "new 3"
    entry = dealer.rows(AuditEntry)[-1]
    assert (entry.actor_id, entry.actor_name, entry.source) == (None, "system", "sweep")


# ---- sessions of browsers


def open_session(dealer, **values: object) -> SignedIn:
    now = clock.now()
    dealer.add(
        UserSession(
            **{
                "digest": "d" * 64,
                "user_id": dealer.user_id("sales"),
                "token_version": 1,
                "opened_at": now,
                "seen_at": now,
                "expires_at": now + timedelta(hours=12),
                **values,
            }
        )
    )
    return SignedIn("d" * 64)


def test_a_browser_with_a_session_passes(dealer):
    key = dealer.customer("old")
    run.perform(rename, open_session(dealer), form(key))
    entry = dealer.rows(AuditEntry)[-1]
    assert (entry.actor_id, entry.source) == (dealer.user_id("sales"), "ui")


@pytest.mark.parametrize(
    "values",
    [
        {"ended_at": clock.now()},
        {"expires_at": clock.now() - timedelta(seconds=1)},
        {"seen_at": clock.now() - timedelta(minutes=31)},
        {"token_version": 2},
        {"digest": "e" * 64},
    ],
    ids=["ended", "expired", "idle", "account changed", "another token"],
)
def test_a_dead_session_does_not_pass(dealer, values):
    key = dealer.customer("old")
    browser = open_session(dealer, **values)
    with pytest.raises(SignedOut):
        run.perform(rename, browser, form(key))
    with pytest.raises(SignedOut):
        run.fetch(found, browser, User, "admin")
    assert dealer.row(Customer, key).name == "old"


def test_a_session_of_a_disabled_person_does_not_pass(dealer):
    key = dealer.customer("old")
    browser = open_session(dealer)
    switch(dealer, "sales", is_active=False)
    with pytest.raises(SignedOut):
        run.perform(rename, browser, form(key))


# ---- the database's troubles


class Trouble(Exception):
    def __init__(self, state: str | None) -> None:
        super().__init__(f"trouble {state}")
        self.sqlstate = state


class Again(Input):
    troubles: int
    state: str


attempts: list[int] = []


def stumbles(session: Session, actor: Actor, form: Again) -> int:
    attempts.append(1)
    if len(attempts) <= form.troubles:
        raise OperationalError("UPDATE", {}, Trouble(form.state))
    return len(attempts)


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    attempts.clear()
    monkeypatch.setattr(run.time, "sleep", lambda _seconds: None)


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_a_collision_is_tried_again(dealer, state):
    assert run.perform(stumbles, dealer.caller("sales"), Again(troubles=3, state=state)) == 4


def test_patience_ends(dealer):
    with pytest.raises(Busy):
        run.perform(stumbles, dealer.caller("sales"), Again(troubles=99, state="40001"))
    assert len(attempts) == run.ATTEMPTS


def test_other_troubles_are_not_tried_again(dealer):
    with pytest.raises(Unavailable):
        run.perform(stumbles, dealer.caller("sales"), Again(troubles=99, state="57P01"))
    assert len(attempts) == 1


def raises(error: Exception):
    def command(session: Session, actor: Actor, form: Again) -> int:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (StaleDataError("version"), StaleRecord),
        (PoolTimeout("pool"), Unavailable),
        (OperationalError("SELECT", {}, Trouble(None)), Unavailable),
        (OperationalError("SELECT", {}, Exception("database is locked")), Busy),
        (ZeroDivisionError("bug"), ZeroDivisionError),
    ],
)
def test_troubles_are_translated(dealer, error, seen):
    with pytest.raises(seen):
        run.perform(raises(error), dealer.caller("sales"), Again(troubles=0, state=""))


def writes(session: Session, actor: Actor) -> None:
    session.add(Store(code="X", name="X"))


def test_a_query_that_writes_is_a_bug(dealer):
    with pytest.raises(BrokenRule):
        run.fetch(writes, dealer.caller("director"))
    assert len(dealer.rows(Store)) == 2
