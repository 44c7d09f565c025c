"""Passwords: made, checked and kept as plain bcrypt, the form that streamlit-authenticator reads.

Hashing takes a quarter of a second on purpose, so it never happens inside a transaction: a new
password is hashed when its form is validated, an entered one is compared between transactions.
"""

import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Final

import bcrypt
from pydantic import PlainValidator, SecretStr

from services.core import fields
from services.core.errors import InvalidInput
from services.core.normal import InvalidValue, weak_password
from services.core.normal.secret import LONGEST_BYTES, check_password
from services.core.words import N_

COST: Final = 12
"""2^12 rounds, some 280 ms of one core; tests lower it."""

_EASY_TO_READ: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 5


class WeakPassword(InvalidInput):
    """A password of lawful length that is easily guessed; its msgid says why."""

    msgid = N_("Choose another password")

    @classmethod
    def because(cls, msgid: str) -> "WeakPassword":
        weak: type[WeakPassword] = type(cls.__name__, (cls,), {"msgid": msgid})
        return weak()


@dataclass(frozen=True, slots=True)
class HashedPassword:
    """A password of someone's choice, checked for length and hashed."""

    secret: SecretStr
    digest: str = field(repr=False)

    def require_strong(self, username: str) -> None:
        """Raises WeakPassword when a guesser would try it early."""
        if why := weak_password(self.secret.get_secret_value(), username):
            raise WeakPassword.because(why)


def hashed(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST)).decode()


def matches(password: str, digest: str) -> bool:
    """Whether `password` is the one behind `digest`; always the price of one bcrypt."""
    written = password.strip().encode("utf-8", "surrogatepass")
    fits = len(written) <= LONGEST_BYTES
    return bcrypt.checkpw(written if fits else b"", digest.encode()) and fits


@cache
def _nobodys(cost: int) -> str:
    return bcrypt.hashpw(secrets.token_bytes(32), bcrypt.gensalt(cost)).decode()


def nobodys() -> str:
    """The hash of a password that nobody has: what is compared for unknown and locked users."""
    return _nobodys(COST)


def one_time() -> str:
    """A password to be told on the telephone: 4 groups of 5 clear letters and digits, 98 bits."""
    while True:
        made = "-".join(
            "".join(secrets.choice(_EASY_TO_READ) for _ in range(_GROUP)) for _ in range(_GROUPS)
        )
        if weak_password(made, "") is None:
            return made


def _hashed(value: Any) -> HashedPassword:
    if isinstance(value, HashedPassword):
        return value
    written = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    try:
        password = check_password(written)
    except InvalidValue as why:
        raise fields.refused(why) from None
    if password != password.strip():  # the sign-in form takes such spaces away
        spaces = N_("A password does not begin or end with a space")
        raise fields.refused(InvalidValue("password_spaces", spaces))
    return HashedPassword(SecretStr(password), hashed(password))


NewPassword = Annotated[HashedPassword, PlainValidator(_hashed)]
"""A form's field: takes the password as written, holds it hashed."""
