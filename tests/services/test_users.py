"""Accounts: what an administrator may do, what he may not do to himself, what each does alone."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from db.models import AuditEntry, SentRequest, User
from services import passwords, sessions, stores, users
from services.attempts import TooManyAttempts
from services.core import run
from services.core.access import GRANTS, Permission, System
from services.core.errors import AppError, NotFound, NotPermitted, StaleRecord
from services.users import Desk, Role
from tests.dealer import PASSWORD, Dealer
from tests.services.test_sessions import NEW, caller_of, come_in, is_in

ALL = users.Wanted()


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 4)


def creation(**values: Any) -> dict[str, Any]:
    return {
        "request_id": uuid4(),
        "username": "zhao.min",
        "name": "赵敏",
        "role": "specialist",
        "desk": "sales",
        "store_id": 1,
        "password": NEW,
        **values,
    }


def create(dealer: Dealer, by: str = "admin", **values: Any) -> int:
    form = users.CreateUser.model_validate(creation(**values))
    return run.perform(users.create, dealer.caller(by), form)


def edit(dealer: Dealer, username: str, by: str = "admin", **values: Any) -> int:
    row = dealer.row(User, dealer.user_id(username))
    form = users.EditUser.model_validate(
        {
            "request_id": uuid4(),
            "id": row.id,
            "version": row.version,
            "name": row.name,
            "role": row.role,
            "desk": row.desk,
            "store_id": row.store_id,
            **values,
        }
    )
    return run.perform(users.edit, dealer.caller(by), form)


def switch(dealer: Dealer, username: str, *, on: bool, by: str = "admin") -> int:
    row = dealer.row(User, dealer.user_id(username))
    form = users.SwitchUser(request_id=uuid4(), id=row.id, version=row.version, is_active=on)
    return run.perform(users.switch, dealer.caller(by), form)


def change(caller: Any, present: str = PASSWORD, new: str = NEW, again: str | None = None) -> None:
    form = users.ChangePassword.model_validate(
        {
            "present_password": present,
            "new_password": new,
            "repeated_password": new if again is None else again,
        }
    )
    users.change_password(caller, form)


# ---- accounts


def test_a_new_account_comes_in_and_must_change_its_password(dealer: Dealer) -> None:
    key = create(dealer)
    opened = come_in("zhao.min", NEW)
    actor = run.fetch(sessions.current, caller_of(opened))
    assert actor.id == key
    assert actor.must_change_password
    assert actor.grants == {Permission.PROFILE_EDIT}
    with pytest.raises(NotPermitted):
        run.fetch(users.lines, caller_of(opened), ALL)
    change(caller_of(opened), NEW, "Paper-Mountain-77")
    after = run.fetch(sessions.current, caller_of(opened))
    assert after.grants == GRANTS[Role.SPECIALIST]


def test_no_password_is_kept_in_the_clear(dealer: Dealer) -> None:
    key = create(dealer)
    form = users.ResetPassword.model_validate(
        {"request_id": uuid4(), "id": key, "password": "Silver-Orchard-91"}
    )
    run.perform(users.reset_password, dealer.caller("admin"), form)
    kept = str([dealer.rows(model) for model in (User, AuditEntry, SentRequest)])
    assert NEW not in kept + str(form)
    assert "Silver-Orchard-91" not in kept + str(form)
    assert "$2b$" not in str(dealer.rows(AuditEntry))


def test_a_user_name_is_taken_once(dealer: Dealer) -> None:
    with pytest.raises(users.UsernameTaken):
        create(dealer, username="Sales")


def test_of_two_who_create_the_same_account_one_does(dealer: Dealer) -> None:
    forms = [users.CreateUser.model_validate(creation()) for _ in range(4)]
    gate, came = threading.Barrier(4), []

    def go(form: users.CreateUser) -> None:
        gate.wait()
        try:
            came.append(run.perform(users.create, dealer.caller("admin"), form))
        except users.UsernameTaken:
            came.append(None)

    threads = [threading.Thread(target=go, args=(form,)) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key is None for key in came) == [False, True, True, True]


def test_a_double_click_creates_one_account(dealer: Dealer) -> None:
    form = users.CreateUser.model_validate(creation())
    first = run.perform(users.create, dealer.caller("admin"), form)
    assert run.perform(users.create, dealer.caller("admin"), form) == first


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"role": "specialist", "desk": None}, "desk_needed"),
        ({"role": "manager", "desk": None, "store_id": None}, "store_needed"),
        ({"role": "emperor"}, "enum"),
        ({"username": "a b"}, "username"),
        ({"password": "short"}, "password_short"),
        ({"password": "龙" * 25}, "password_long"),
        ({"password": f" {NEW}"}, "password_spaces"),
        ({"is_active": True}, "extra_forbidden"),
        ({"token_version": 9}, "extra_forbidden"),
    ],
)
def test_what_an_account_may_not_be(values: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        users.CreateUser.model_validate(creation(**values))
    assert [error["type"] for error in refused.value.errors()] == [code]


@pytest.mark.parametrize("password", ["zhao.min-is-me-1", "password1234", "aaaaaaaaaaaaaaaa"])
def test_easily_guessed_passwords_are_refused_with_their_reason(
    dealer: Dealer, password: str
) -> None:
    with pytest.raises(passwords.WeakPassword) as refused:
        create(dealer, password=password)
    assert refused.value.msgid not in {"", passwords.WeakPassword.msgid}


def test_one_time_passwords_are_strong_and_different() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert all(users.CreateUser.model_validate(creation(password=one)) for one in list(made)[:3])


def test_a_desk_is_kept_for_specialists_only(dealer: Dealer) -> None:
    key = create(dealer, role="manager", desk="sales")
    assert dealer.row(User, key).desk is None


def test_an_unknown_store_is_refused(dealer: Dealer) -> None:
    with pytest.raises(NotFound):
        create(dealer, store_id=99)


def test_editing_is_written_down_with_old_and_new(dealer: Dealer) -> None:
    edit(dealer, "sales", role="manager", position="组长")
    entry = dealer.rows(AuditEntry)[-1]
    assert entry.action == "users:edited"
    assert ["role", "specialist", "manager"] in entry.details["changes"]
    assert dealer.row(User, dealer.user_id("sales")).role is Role.MANAGER


def test_saving_what_stands_there_changes_nothing(dealer: Dealer) -> None:
    opened = come_in("sales")
    before = len(dealer.rows(AuditEntry))
    edit(dealer, "sales")
    assert len(dealer.rows(AuditEntry)) == before
    assert is_in(opened)


def test_the_second_of_two_editors_is_told(dealer: Dealer) -> None:
    row = dealer.row(User, dealer.user_id("club"))
    edit(dealer, "club", position="前台")
    with pytest.raises(StaleRecord):
        edit(dealer, "club", version=row.version, position="后台")
    assert dealer.row(User, row.id).position == "前台"


def test_a_new_name_leaves_people_signed_in(dealer: Dealer) -> None:
    opened = come_in("sales")
    edit(dealer, "sales", name="新名字")
    assert is_in(opened)


def test_nobody_takes_his_own_rights_away(dealer: Dealer) -> None:
    create(dealer, username="second.admin", role="administrator", desk=None, store_id=None)
    with pytest.raises(users.OwnAccount):
        switch(dealer, "admin", on=False)
    with pytest.raises(users.OwnAccount):
        edit(dealer, "admin", role="guest")
    reset = users.ResetPassword.model_validate(
        {"request_id": uuid4(), "id": dealer.user_id("admin"), "password": NEW}
    )
    with pytest.raises(users.OwnAccount):
        run.perform(users.reset_password, dealer.caller("admin"), reset)


def test_an_administrator_remains(dealer: Dealer) -> None:
    with pytest.raises(users.LastAdministrator):
        switch(dealer, "admin", on=False)
    with pytest.raises(users.LastAdministrator):
        edit(dealer, "admin", role="guest")
    row = dealer.row(User, dealer.user_id("admin"))
    off = users.SwitchUser(request_id=uuid4(), id=row.id, version=row.version, is_active=False)
    with pytest.raises(users.LastAdministrator):
        run.perform(users.switch, System("tests"), off)


def test_of_two_administrators_who_disable_each_other_one_remains(dealer: Dealer) -> None:
    other = create(dealer, username="second.admin", role="administrator", desk=None, store_id=None)
    change(dealer.caller("second.admin"), NEW, "Paper-Mountain-77")
    pairs = [("admin", other), ("second.admin", dealer.user_id("admin"))]
    versions = {key: dealer.row(User, key).version for _, key in pairs}
    gate, failed = threading.Barrier(2), []

    def go(by: str, key: int) -> None:
        form = users.SwitchUser(request_id=uuid4(), id=key, version=versions[key], is_active=False)
        gate.wait()
        try:
            run.perform(users.switch, dealer.caller(by), form)
        except AppError as error:
            failed.append(error)

    threads = [threading.Thread(target=go, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = [u for u in dealer.rows(User) if u.role is Role.ADMINISTRATOR and u.is_active]
    assert len(left) == 1
    assert len(failed) == 1


def test_a_disabled_account_may_be_enabled_and_comes_in_anew(dealer: Dealer) -> None:
    opened = come_in("guest")
    switch(dealer, "guest", on=False)
    switch(dealer, "guest", on=True)
    assert not is_in(opened)
    assert come_in("guest") is not None


# ---- lists


def test_a_manager_sees_the_people_of_his_store(dealer: Dealer) -> None:
    of_two = run.fetch(users.lines, dealer.caller("manager2"), ALL)
    assert [row.username for row in of_two.rows] == ["manager2", "sales2"]
    with pytest.raises(NotFound):
        run.fetch(users.line, dealer.caller("manager2"), dealer.user_id("sales"))
    everybody = run.fetch(users.lines, dealer.caller("director"), ALL)
    assert len(everybody.rows) == 12


def test_filters_and_pages(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.users.lists.PAGE", 5)
    admin, names, after = dealer.caller("admin"), [], None
    while True:
        page = run.fetch(users.lines, admin, users.Wanted(after=after))
        names += [row.username for row in page.rows]
        after = page.following
        if after is None:
            break
    assert names == sorted(names)
    assert len(names) == 12
    found = run.fetch(users.lines, admin, users.Wanted(like="SALES", store_id=2))
    assert [row.username for row in found.rows] == ["sales2"]
    assert run.fetch(users.lines, admin, users.Wanted(like="%")).rows == []
    desks = run.fetch(users.lines, admin, users.Wanted(role=Role.SPECIALIST)).rows
    assert {row.desk for row in desks} == set(Desk)


def test_last_seen_comes_from_the_sessions(dealer: Dealer) -> None:
    come_in("club")
    rows = {r.username: r for r in run.fetch(users.lines, dealer.caller("admin"), ALL).rows}
    assert rows["club"].seen_at is not None
    assert rows["guest"].seen_at is None


def test_sessions_of_others_are_the_administrators_business(dealer: Dealer) -> None:
    come_in("sales")
    [line] = run.fetch(users.sessions_of, dealer.caller("admin"), dealer.user_id("sales"))
    assert line.is_open
    for name in ("director", "manager", "sales"):
        with pytest.raises(NotPermitted):
            run.fetch(users.sessions_of, dealer.caller(name), dealer.user_id("sales"))
    with pytest.raises(NotFound):
        run.fetch(users.sessions_of, dealer.caller("admin"), 9999)


def test_one_session_of_a_person_can_be_ended(dealer: Dealer) -> None:
    first, second = come_in("sales"), come_in("sales")
    lines = run.fetch(users.sessions_of, dealer.caller("admin"), dealer.user_id("sales"))
    form = users.EndSessions(request_id=uuid4(), id=dealer.user_id("sales"), session_id=lines[0].id)
    assert run.perform(users.end_sessions, dealer.caller("admin"), form) == 1
    assert not is_in(second)
    assert is_in(first)


# ---- one's own account


def test_ones_own_password_is_changed_and_this_session_stays(dealer: Dealer) -> None:
    here, elsewhere = come_in("steward"), come_in("steward")
    change(caller_of(here))
    assert is_in(here)
    assert not is_in(elsewhere)
    assert come_in("steward") is None
    assert come_in("steward", NEW) is not None


@pytest.mark.parametrize(
    ("present", "new", "again", "error"),
    [
        ("not it at all", NEW, None, users.WrongPassword),
        (PASSWORD, NEW, "another one", users.NotRepeated),
        (PASSWORD, PASSWORD, None, users.SamePassword),
        (PASSWORD, "steward-steward-1", None, passwords.WeakPassword),
    ],
)
def test_a_password_is_not_changed_for_a_wrong_reason(
    dealer: Dealer, present: str, new: str, again: str | None, error: type[AppError]
) -> None:
    opened = come_in("steward")
    with pytest.raises(error):
        change(caller_of(opened), present, new, again)
    assert is_in(opened)
    assert come_in("steward") is not None


def test_whoever_finds_an_open_screen_does_not_get_to_guess(dealer: Dealer) -> None:
    opened = come_in("steward")
    for _ in range(5):
        with pytest.raises(users.WrongPassword):
            change(caller_of(opened), "a guess, and another")
    with pytest.raises(TooManyAttempts):
        change(caller_of(opened))


def test_ones_own_sessions(dealer: Dealer) -> None:
    here, other = come_in("sales"), come_in("sales")
    stranger = come_in("service")
    lines = run.fetch(users.own_sessions, caller_of(here))
    assert [(line.is_here, line.is_open) for line in lines] == [(False, True), (True, True)]
    theirs = run.fetch(users.own_sessions, caller_of(stranger))[0]
    form = users.EndOwnSession(request_id=uuid4(), session_id=theirs.id)
    assert run.perform(users.end_own, caller_of(here), form) == 0
    form = users.EndOwnSession(request_id=uuid4())
    assert run.perform(users.end_own, caller_of(here), form) == 1
    assert (is_in(here), is_in(other), is_in(stranger)) == (True, False, True)


def test_the_language_is_kept(dealer: Dealer) -> None:
    run.perform(users.speak, dealer.caller("sales"), users.SpeakLanguage(language="en"))
    assert dealer.actor("sales").language == "en"


def test_stores_are_named_to_everyone_and_made_by_administrators(dealer: Dealer) -> None:
    assert [s.code for s in run.fetch(stores.lines, dealer.caller("guest"))] == ["HZ01", "NB01"]
    form = stores.CreateStore(request_id=uuid4(), code="SX01", name="绍兴越城店")
    with pytest.raises(NotPermitted):
        run.perform(stores.create, dealer.caller("director"), form)
    assert run.perform(stores.create, dealer.caller("admin"), form) == 3
    again = stores.CreateStore(request_id=uuid4(), code="SX01", name="another")
    with pytest.raises(stores.StoreExists):
        run.perform(stores.create, dealer.caller("admin"), again)
