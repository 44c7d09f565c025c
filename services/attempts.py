"""How often a password may be tried, by whom and from where (ASVS 6.3.1).

Who may try how often. Attempts of one user from one address are counted together (`pair`): five
are free, then the wait is 30 s, 60 s … 1 h. At an address from which the user has signed in before
nothing else counts, so that strangers elsewhere cannot keep him out. At other addresses two more
counts apply: of the user over all such addresses, to which one address adds at most its five free
attempts (`user`: 25 free), and of the address over all users (`place`: 50 free). A name that does
not exist is counted like one that does, and compared with a hash of the same cost. What remains:
people behind one address translator share an address, so a colleague beside the director can make
her wait, by name and audited.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

from sqlalchemy import delete, select
from sqlmodel import Session, col

from db.models import SignInGuard, User, UserSession
from db.once import add_once
from services import passwords
from services.core import clock
from services.core.errors import AppError
from services.core.words import N_

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=1)
FORGIVEN: Final = timedelta(hours=24)
"""After so long without a counted attempt the count begins anew."""
FAMILIAR: Final = timedelta(days=90)
FREE: Final = {"pair": 5, "user": 25, "place": 50, "own": 5}
"""Failures until the first wait, by what is counted."""

_USERNAME: Final = re.compile(r"[a-z0-9._-]{3,40}")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def name_of(typed: str) -> str:
    """A typed user name as it is counted.

    Whatever is no user name may be long, hold anything, or be a password: only a digest is kept.
    """
    name = typed.strip().lower()
    return name if _USERNAME.fullmatch(name) else "#" + sha256(name)[:40]


class TooManyAttempts(AppError):
    msgid = N_("Too many attempts. Try again in {seconds} seconds")


def place_of(address: str | None) -> str:
    """An address as it is counted: IPv6 by its /64, which one subscriber has to himself."""
    if not address:
        return "local"
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(IPv6Address(int(known) >> 64 << 64)) + "/64"
    return str(known)


@dataclass(frozen=True, slots=True)
class Reservation:
    """One counted attempt. `password_hash` is nobody's unless a password may open this door now."""

    username: str
    """As typed if there is such a user, else empty: people type passwords into the wrong field."""
    user_id: int | None
    token_version: int
    password_hash: str = field(repr=False)
    wait_seconds: int = 0
    """More than 0: refused until then, whatever the password."""
    counted: tuple[str, ...] = ()
    address: str = ""


class Guard(NamedTuple):
    key: str
    kind: str


def guards_of(name: str, place: str, *, familiar: bool) -> list[Guard]:
    """What an attempt is counted under, in the order in which the rows are locked."""
    pair = Guard(f"pair:{place}|{name}", "pair")
    if familiar:
        return [pair]
    return [pair, Guard(f"place:{place}", "place"), Guard(f"user:{name}", "user")]


def is_familiar(session: Session, user: User | None, place: str) -> bool:
    if user is None:
        return False
    earlier = (
        select(col(UserSession.id))
        .where(
            col(UserSession.user_id) == user.id,
            col(UserSession.address) == place,
            col(UserSession.opened_at) > clock.now() - FAMILIAR,
        )
        .limit(1)
    )
    return session.execute(earlier).scalar_one_or_none() is not None


def count(session: Session, guards: list[Guard], now: datetime) -> tuple[int, tuple[str, ...]]:
    """(seconds to wait, keys that were counted). A waiting attempt counts nowhere."""
    rows = [_row(session, guard.key, now) for guard in guards]
    waits = [row.locked_until - now for row in rows if row.locked_until and row.locked_until > now]
    if waits:
        return max(1, round(max(waits).total_seconds())), ()
    counted = []
    for guard, row in zip(guards, rows, strict=True):
        if row.last_at < now - FORGIVEN:
            row.failures = 0
        if guard.kind == "user" and rows[0].failures > FREE["pair"]:
            continue  # one address alone cannot use up what all strangers together may try
        row.failures += 1
        row.last_at = now
        over = row.failures - FREE[guard.kind]
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over, 10)) if over >= 0 else None
        row.locked_until = now + wait if wait else None
        counted.append(guard.key)
    return 0, tuple(counted)


def counted_for(session: Session, user: User, key: str, now: datetime) -> Reservation:
    """An attempt at a known person's password, counted under one key of its own."""
    wait, counted = count(session, [Guard(key, key.partition(":")[0])], now)
    return Reservation(
        username=user.username,
        user_id=user.id,
        token_version=user.token_version,
        password_hash=passwords.nobodys() if wait else user.password_hash,
        wait_seconds=wait,
        counted=counted,
    )


def _row(session: Session, key: str, now: datetime) -> SignInGuard:
    """The count's row, made if missing and locked: who comes second waits for the first."""
    fresh = {"key": key, "failures": 0, "last_at": now}
    add_once(session, SignInGuard, [fresh], col(SignInGuard.key))
    locked = select(SignInGuard).where(col(SignInGuard.key) == key).with_for_update()
    row: SignInGuard = session.execute(locked).scalar_one()
    return row


def forgive(session: Session, counted: tuple[str, ...], now: datetime) -> None:
    """Take back what a successful attempt counted, and clear away what is long forgiven."""
    for key in counted:
        row = _row(session, key, now)
        row.failures = 0 if key.startswith(("pair:", "own:")) else max(0, row.failures - 1)
        if row.failures < FREE[key.partition(":")[0]]:
            row.locked_until = None
    session.flush()
    old = delete(SignInGuard).where(col(SignInGuard.last_at) < now - FORGIVEN)
    session.execute(old, execution_options={"synchronize_session": False})
