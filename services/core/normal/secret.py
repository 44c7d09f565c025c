"""Passwords: long, any script, no composition rules, nothing that a guesser tries first.

Limits: 12 characters to 72 bytes, because bcrypt reads no further (OWASP ASVS 5.0, 6.2).
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from services.core.normal.refusal import InvalidValue
from services.core.words import N_

SHORTEST: Final = 12
LONGEST_BYTES: Final = 72

_HERE: Final = Path(__file__).parent
_RUN: Final = 3
"""Characters in a row (abc, 321, qwe) from which a run counts as one guess."""
_LEAST_RESIDUE: Final = 4
"""What must be left of a password when everything guessable is taken out of it."""
_FEWEST_CHARACTERS: Final = 5
_SHORTEST_NAME: Final = 3
_LOOKALIKES: Final = str.maketrans("@$0135!7", "asoiesit")


def check_password(password: str) -> str:
    """`password` unchanged, if its length and characters will do.

    Neither trimmed nor normalised: what is typed at sign-in is compared byte for byte.
    """
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        raise InvalidValue("broken_character", N_("A character is broken. Type it again")) from None
    if len(password) < SHORTEST:
        raise InvalidValue(
            "password_short", N_("A password has at least {min} characters"), min=SHORTEST
        )
    if size > LONGEST_BYTES:
        raise InvalidValue(
            "password_long",
            N_("A password has at most {max} bytes: {max} Latin letters or 24 Chinese characters"),
            max=LONGEST_BYTES,
        )
    if any(unicodedata.category(char) == "Cc" for char in password):
        raise InvalidValue("control_character", N_("Control characters are not allowed"))
    return password


@cache
def _common() -> frozenset[str]:
    lines = (_HERE / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _guessed() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(words that passwords are made of, longest first; rows of keys and the alphabet)."""
    data = tomllib.loads((_HERE / "guesses.toml").read_text(encoding="utf-8"))
    words = [str(word) for key in ("product", "common") for word in data[key]]
    rows = [str(row) for row in data["rows"]]
    return tuple(sorted(words, key=len, reverse=True)), tuple(
        row[::step] for row in rows for step in (1, -1)
    )


def _run_at(text: str, at: int, rows: tuple[str, ...]) -> int:
    """How many characters from `at` on follow one another on a row or repeat one sign."""
    repeated = len(text[at:]) - len(text[at:].lstrip(text[at]))
    longest = repeated
    for row in rows:
        start = row.find(text[at])
        length = 0
        while start >= 0 and text[at + length : at + length + 1] == row[start + length :][:1] != "":
            length += 1
        longest = max(longest, length)
    return longest


def _without_runs(text: str) -> str:
    rows = _guessed()[1]
    kept: list[str] = []
    at = 0
    while at < len(text):
        run = _run_at(text, at, rows)
        if run < _RUN:
            kept.append(text[at])
            run = 1
        at += run
    return "".join(kept)


def _residue(folded: str) -> int:
    """Different letters left when words, runs, repeated parts and digits are taken out."""
    repeated = re.fullmatch(r"(.+?)\1+.{0,3}", folded, re.DOTALL)
    rest = repeated[1] if repeated else folded
    for word in _guessed()[0]:
        rest = rest.replace(word, "\n")
    rest = _without_runs(rest)
    return len(set(re.sub(r"[\W\d_]", "", rest)))


def weak_password(password: str, username: str) -> str | None:
    """Why a password of lawful length is still easily guessed, as a msgid; None if it is not.

    Looks at the list of common passwords, at few or repeated characters, at the user's own name
    and at what is left besides common words, the names of this product and the trade, rows of
    keys and digits. Digits alone never count: they are birthdays and phone numbers.
    """
    folded = unicodedata.normalize("NFKC", password).casefold()
    plain = folded.translate(_LOOKALIKES)
    user = unicodedata.normalize("NFKC", username).casefold()
    if len(user) >= _SHORTEST_NAME and (user in folded or user[::-1] in folded):
        return N_("The password must not contain the user name")
    if folded in _common():
        return N_("This password is among the most common ones")
    if len(set(folded)) < _FEWEST_CHARACTERS:
        return N_("This password repeats the same few characters")
    if min(_residue(folded), _residue(plain)) < _LEAST_RESIDUE:
        return N_("This password is made of words or rows that are easily guessed")
    return None
