"""Coming in, staying, going out (ASVS 6.3.1, 7.2.1-7.2.4, 7.3.1, 7.3.2, 7.4.1-7.4.3)."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import bcrypt
import pytest
from pydantic import SecretStr
from streamlit_authenticator.utilities import Hasher

from db.models import AuditEntry, SignInGuard, SignInTicket, User, UserSession
from services import attempts, passwords, sessions, users
from services.attempts import Reservation
from services.core import clock, keys, run
from services.core.access import IDLE, Named, SignedIn, System
from services.core.errors import NotPermitted, SignedOut
from tests.dealer import PASSWORD, Dealer

DOOR = System("sign-in")
OFFICE = "10.1.2.3"
CAFE = "203.0.113.9"
NEW = "Copper-Lantern-58"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 4)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Smaller counts, same rules: fewer attempts to wait for."""
    monkeypatch.setitem(attempts.FREE, "user", 8)
    monkeypatch.setitem(attempts.FREE, "place", 12)


class Compared:
    """What the page does between the steps, and how often a real hash was looked at."""

    def __init__(self, real: set[str]) -> None:
        self.real, self.looked, self.all = real, 0, 0

    def __call__(self, password: str, reservation: Reservation) -> bool:
        self.all += 1
        self.looked += reservation.password_hash in self.real
        return bool(Hasher.check_pw(password, reservation.password_hash))


def reserve(username: str, address: str = OFFICE) -> Reservation:
    return run.perform(sessions.reserve, DOOR, sessions.Attempt(username=username, address=address))


def come_in(username: str = "sales", password: str = PASSWORD, address: str = OFFICE) -> Any:
    """A whole sign-in: the opened session, or None."""
    reservation = reserve(username, address)
    settle = sessions.Settle(reservation=reservation, browser="Test")
    if Hasher.check_pw(password, reservation.password_hash):
        return run.perform(sessions.begin, DOOR, settle)
    run.perform(sessions.refuse, DOOR, settle)
    return None


def caller_of(opened: sessions.Opened) -> SignedIn:
    return SignedIn(sessions.digest(opened.token))


def is_in(opened: sessions.Opened) -> bool:
    try:
        run.fetch(sessions.current, caller_of(opened))
    except SignedOut:
        return False
    return True


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Move the clock: `later(minutes=5)`; what is now stays the base of the next call."""
    start, gone = clock.now(), [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: start + gone[0])

    def move(**by: float) -> None:
        gone[0] += timedelta(**by)

    return move


# ---- coming in


def test_the_right_password_opens_a_session_with_a_new_id(dealer: Dealer) -> None:
    first, second = come_in(), come_in()
    assert is_in(first)
    assert first.token != second.token
    assert len(bytes.fromhex(first.token)) * 8 == 256
    [entry] = [e for e in dealer.rows(AuditEntry) if e.action == "sessions:opened"][:1]
    assert entry.actor_name == "sales 某"
    assert entry.details["ip_address"] == OFFICE


def test_neither_token_nor_ticket_is_kept(dealer: Dealer) -> None:
    opened = come_in()
    kept = str([dealer.rows(model) for model in (UserSession, SignInTicket, AuditEntry)])
    assert opened.token not in kept
    assert opened.ticket not in kept
    assert opened.token not in repr(opened)


def test_a_wrong_password_is_refused_and_written_down(dealer: Dealer) -> None:
    assert come_in(password="not it") is None
    assert come_in("Tr0ub4dor&3 typed into the wrong field") is None
    known, unknown = [e for e in dealer.rows(AuditEntry) if e.action == "sessions:refused"]
    assert known.details["username"] == "sales"
    assert known.subject_id == dealer.user_id("sales")
    assert unknown.details["username"] == "****"
    assert "Tr0ub4dor" not in str([dealer.rows(SignInGuard), dealer.rows(AuditEntry)])


def test_a_strange_user_name_is_an_unknown_one(dealer: Dealer) -> None:
    for name in ("", "  ", "a\x00b", "x" * 5000, "单某", "\ud800", "%' OR 1=1"):
        assert come_in(name) is None
        assert reserve(name).user_id is None


def test_every_attempt_costs_one_hash_of_one_cost(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 5)  # a cost that no test person's own hash has
    costs = [reserve(name).password_hash[:7] for name in ("nobody", "sales-not-here")]
    assert costs == ["$2b$05$"] * 2
    disable(dealer, "service")
    assert reserve("service").password_hash == passwords.nobodys()
    assert reserve("sales").password_hash not in {passwords.nobodys(), ""}
    assert passwords.hashed("whatever it may be").startswith("$2b$05$")


def test_the_cost_in_earnest_is_twelve() -> None:
    assert "COST: Final = 12\n" in Path(passwords.__file__).read_text("utf-8")


def test_the_counts_in_earnest() -> None:
    assert attempts.FREE == {"pair": 5, "user": 25, "place": 50, "own": 5}


def test_a_disabled_account_does_not_open(dealer: Dealer) -> None:
    disable(dealer, "club")
    assert come_in("club") is None


def test_an_account_changed_between_the_steps_does_not_open(dealer: Dealer) -> None:
    reservation = reserve("data")
    disable(dealer, "data")
    with pytest.raises(SignedOut):
        run.perform(sessions.begin, DOOR, sessions.Settle(reservation=reservation))
    assert [s for s in dealer.rows(UserSession) if s.user_id == dealer.user_id("data")] == []


def test_only_the_system_may_open_the_door(dealer: Dealer) -> None:
    forms: dict[Any, Any] = {
        sessions.reserve: sessions.Attempt(username="sales"),
        sessions.refuse: sessions.Settle(reservation=reserve("sales")),
        sessions.begin: sessions.Settle(reservation=reserve("sales")),
        sessions.redeem: sessions.Redeem(ticket=SecretStr("x")),
    }
    for step, form in forms.items():
        with pytest.raises(NotPermitted):
            run.perform(step, dealer.caller("admin"), form)
    with pytest.raises(NotPermitted):
        run.fetch(sessions.demonstration, dealer.caller("admin"))


# ---- guessing


def test_forty_guesses_at_once_look_at_the_hash_five_times(dealer: Dealer) -> None:
    compared = Compared({dealer.row(User, dealer.user_id("sales")).password_hash})
    gate, waits = threading.Barrier(40), []

    def guess(number: int) -> None:
        gate.wait()
        reservation = reserve("sales", CAFE)
        compared(PASSWORD if number == 30 else f"guess {number}", reservation)
        waits.append(reservation.wait_seconds)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == 40
    assert compared.all == 40
    assert compared.looked == 5
    assert sum(wait > 0 for wait in waits) == 35


def test_the_waits_double_from_half_a_minute_to_an_hour(dealer: Dealer, later: Any) -> None:
    waits = []
    for _ in range(14):
        come_in(password="wrong")
        wait = reserve("sales").wait_seconds
        waits.append(wait)
        later(seconds=wait)
    assert waits[:4] == [0, 0, 30, 60]  # each round's look counts as an attempt, too
    assert waits[4:10] == [120, 240, 480, 960, 1920, 3600]
    assert waits[10:] == [3600] * 4


def test_the_right_password_does_not_open_while_waiting(dealer: Dealer, later: Any) -> None:
    for _ in range(5):
        come_in(password="wrong")
    assert come_in() is None
    later(seconds=31)
    assert come_in() is not None
    assert reserve("sales").wait_seconds == 0


def test_waiting_is_the_same_for_names_that_do_not_exist(dealer: Dealer) -> None:
    for name in ("sales", "nobody-at-all"):
        for _ in range(5):
            come_in(name, "wrong", CAFE)
    assert reserve("sales", CAFE).wait_seconds == reserve("nobody-at-all", CAFE).wait_seconds > 0


def test_hammering_writes_no_more_than_was_counted(dealer: Dealer) -> None:
    for _ in range(20):
        come_in(password="wrong")
    assert len([e for e in dealer.rows(AuditEntry) if e.action == "sessions:refused"]) == 5


@pytest.mark.usefixtures("few")
def test_strangers_cannot_keep_the_director_out(dealer: Dealer, later: Any) -> None:
    """From a place of her own she comes in, and from a new one as long as few others try."""
    assert come_in("director", address=OFFICE) is not None
    for _ in range(12):
        come_in("director", "wrong", CAFE)
        later(minutes=15)
    assert come_in("director", address="198.51.100.7") is not None
    for host in range(1, 12):
        come_in("director", "wrong", f"203.0.113.{host}")
    assert reserve("director", "203.0.113.200").wait_seconds > 0
    assert come_in("director", address=OFFICE) is not None


@pytest.mark.usefixtures("few")
def test_guessing_from_many_places_is_stopped(dealer: Dealer) -> None:
    compared = Compared({dealer.row(User, dealer.user_id("manager")).password_hash})
    for host in range(1, 15):
        compared("guess", reserve("manager", f"203.0.113.{host}"))
    assert compared.looked == attempts.FREE["user"]


@pytest.mark.usefixtures("few")
def test_one_place_cannot_try_everybody(dealer: Dealer) -> None:
    tried = [reserve(f"person{number:03d}", CAFE).wait_seconds for number in range(16)]
    assert sum(wait == 0 for wait in tried) == attempts.FREE["place"]


def test_counts_are_forgiven_after_a_day(dealer: Dealer, later: Any) -> None:
    for _ in range(5):
        come_in(password="wrong")
    later(hours=25)
    assert come_in() is not None
    assert {guard.last_at for guard in dealer.rows(SignInGuard)} == {clock.now()}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (None, "local"),
        ("", "local"),
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::99", "2001:db8:1:2::/64"),
        ("no address", "unknown"),
    ],
)
def test_places(address: str | None, place: str) -> None:
    assert attempts.place_of(address) == place


# ---- the ticket


def test_a_ticket_gives_the_token_once(dealer: Dealer) -> None:
    opened = come_in()
    form = sessions.Redeem(ticket=SecretStr(opened.ticket))
    assert run.perform(sessions.redeem, DOOR, form) == opened.token
    with pytest.raises(SignedOut):
        run.perform(sessions.redeem, DOOR, form)


def test_a_ticket_is_good_for_a_minute(dealer: Dealer, later: Any) -> None:
    opened = come_in()
    later(seconds=61)
    with pytest.raises(SignedOut):
        run.perform(sessions.redeem, DOOR, sessions.Redeem(ticket=SecretStr(opened.ticket)))


def test_a_ticket_survives_a_rotation_of_the_keys(dealer: Dealer) -> None:
    opened = come_in()
    keys.rotate()
    form = sessions.Redeem(ticket=SecretStr(opened.ticket))
    assert run.perform(sessions.redeem, DOOR, form) == opened.token


def test_of_many_who_redeem_a_ticket_one_gets_the_token(dealer: Dealer) -> None:
    opened = come_in()
    gate, got = threading.Barrier(8), []

    def take() -> None:
        gate.wait()
        try:
            form = sessions.Redeem(ticket=SecretStr(opened.ticket))
            got.append(run.perform(sessions.redeem, DOOR, form))
        except SignedOut:
            got.append(None)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert [token for token in got if token] == [opened.token]


def test_a_ticket_of_an_ended_session_is_worthless(dealer: Dealer) -> None:
    opened = come_in()
    run.perform(sessions.end, caller_of(opened), sessions.Nothing())
    with pytest.raises(SignedOut):
        run.perform(sessions.redeem, DOOR, sessions.Redeem(ticket=SecretStr(opened.ticket)))


# ---- staying and going


def test_idle_time_slides_with_use(dealer: Dealer, later: Any) -> None:
    opened = come_in()
    for _ in range(4):
        later(minutes=20)
        assert run.perform(sessions.keep_alive, caller_of(opened), sessions.Nothing())
    later(minutes=29, seconds=59)
    assert is_in(opened)
    later(seconds=2)
    assert not is_in(opened)


def test_looking_is_not_use(dealer: Dealer, later: Any) -> None:
    opened = come_in()
    for _ in range(3):
        later(minutes=10)
        run_if_in = is_in(opened)
    assert not run_if_in
    assert timedelta(minutes=30) == IDLE


def test_use_is_written_once_a_minute(dealer: Dealer, later: Any) -> None:
    opened = come_in()
    wrote = []
    for _ in range(5):
        later(seconds=25)
        wrote.append(run.perform(sessions.keep_alive, caller_of(opened), sessions.Nothing()))
    assert wrote == [False, False, True, False, False]


def test_nobody_stays_longer_than_half_a_day(dealer: Dealer, later: Any) -> None:
    opened = come_in()
    for _ in range(27):
        later(minutes=26)
        run.perform(sessions.keep_alive, caller_of(opened), sessions.Nothing())
    later(minutes=17)
    assert is_in(opened)
    later(minutes=1)
    assert not is_in(opened)


def test_signing_out_ends_this_session_only(dealer: Dealer) -> None:
    here, elsewhere = come_in(), come_in()
    run.perform(sessions.end, caller_of(here), sessions.Nothing())
    assert not is_in(here)
    assert is_in(elsewhere)
    assert [e.action for e in dealer.rows(AuditEntry)].count("sessions:ended") == 1


@pytest.mark.parametrize("change", ["disable", "role", "store", "reset", "end", "own password"])
def test_a_token_from_before_a_change_is_dead(dealer: Dealer, change: str) -> None:
    opened, kept = come_in("sales"), come_in("service")
    CHANGES[change](dealer, "sales")
    assert not is_in(opened)
    assert is_in(kept)
    with pytest.raises(SignedOut):
        run.perform(sessions.keep_alive, caller_of(opened), sessions.Nothing())


def test_no_token_is_made_up(dealer: Dealer) -> None:
    come_in()
    for token in ("", "x", "0" * 64, "\ud800", "' OR ''='"):
        with pytest.raises(SignedOut):
            run.fetch(sessions.current, SignedIn(sessions.digest(token)))


def test_the_stored_digest_is_no_token(dealer: Dealer) -> None:
    come_in()
    [kept] = dealer.rows(UserSession)
    with pytest.raises(SignedOut):
        run.fetch(sessions.current, SignedIn(sessions.digest(kept.digest)))


def test_cookie_names() -> None:
    assert sessions.cookie_name(secure=True) == "__Host-crm"
    assert sessions.cookie_name(secure=False) == "crm"


def test_bcrypt_itself_reads_what_we_write(dealer: Dealer) -> None:
    written = passwords.hashed("我在西湖边种了三棵龙井")
    assert bcrypt.checkpw("我在西湖边种了三棵龙井".encode(), written.encode())
    assert Hasher.check_pw("我在西湖边种了三棵龙井", written)


# ---- changes of an account


def disable(dealer: Dealer, username: str) -> None:
    row = dealer.row(User, dealer.user_id(username))
    form = users.SwitchUser(request_id=fresh(), id=row.id, version=row.version, is_active=False)
    run.perform(users.switch, dealer.caller("admin"), form)


def edit(dealer: Dealer, username: str, **values: Any) -> None:
    row = dealer.row(User, dealer.user_id(username))
    form = users.EditUser(
        request_id=fresh(),
        **{
            "id": row.id,
            "version": row.version,
            "name": row.name,
            "role": row.role,
            "desk": row.desk,
            "store_id": row.store_id,
            **values,
        },
    )
    run.perform(users.edit, dealer.caller("admin"), form)


def reset(dealer: Dealer, username: str) -> None:
    form = users.ResetPassword.model_validate(
        {"request_id": fresh(), "id": dealer.user_id(username), "password": NEW}
    )
    run.perform(users.reset_password, dealer.caller("admin"), form)


def end(dealer: Dealer, username: str) -> None:
    form = users.EndSessions(request_id=fresh(), id=dealer.user_id(username))
    run.perform(users.end_sessions, dealer.caller("admin"), form)


def own_password(dealer: Dealer, username: str) -> None:
    form = users.ChangePassword.model_validate(
        {"present_password": PASSWORD, "new_password": NEW, "repeated_password": NEW}
    )
    users.change_password(Named(username, "tests"), form)


def fresh() -> Any:
    return uuid4()


CHANGES: dict[str, Any] = {
    "disable": disable,
    "role": lambda dealer, name: edit(dealer, name, role="manager"),
    "store": lambda dealer, name: edit(dealer, name, store_id=2),
    "reset": reset,
    "end": end,
    "own password": own_password,
}
