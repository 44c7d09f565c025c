"""Names of persons and companies, and identity numbers (GB 11643)."""

import re
import unicodedata
from datetime import date
from typing import Final

from services.core.normal.data import list_of, text_of
from services.core.normal.refusal import InvalidValue
from services.core.normal.text import clean_text, compact, half_width, required
from services.core.words import N_

NAME_LIMIT: Final = 80

_TITLES: Final = list_of("names", "titles")
_LATIN_TITLES: Final = frozenset(list_of("names", "latin_titles"))
_ALL_TITLES: Final = frozenset(_TITLES) | _LATIN_TITLES
_PLACEHOLDERS: Final = frozenset(list_of("names", "placeholders"))
_BRACKETS: Final = f"[{re.escape(text_of('companies', 'brackets'))}]"
_REMARK: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_FORMS: Final = re.compile("|".join(map(re.escape, list_of("companies", "forms"))))
_LATIN_FORMS: Final = frozenset(list_of("companies", "latin_forms"))
_ID_NUMBER: Final = re.compile(r"[0-9]{17}[0-9X]")
_ID_WEIGHTS: Final = tuple(2**power % 11 for power in range(17, 0, -1))
_ID_PROVINCES: Final = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (81, 83))
    for code in range(first, last + 1)
) | {"71"}
_REPEATED: Final = 3


def name(text: str) -> str:
    """A name as it is to be shown: clean, inner blanks kept, 1 to 80 characters."""
    written = required(clean_text(text))
    if len(written) > NAME_LIMIT:
        raise InvalidValue(
            "too_long", N_("This is too long (at most {max} characters)"), max=NAME_LIMIT
        )
    return written


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", half_width(text)).casefold().strip()


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text) if word]


def _without_titles(joined: str) -> str:
    # A loop, not a pattern: titles hold titles, and a pattern would try every way to split them.
    ending = next((title for title in _TITLES if joined.endswith(title)), None)
    while ending and ending != joined:
        joined = joined.removesuffix(ending)
        ending = next((title for title in _TITLES if joined.endswith(title)), None)
    return joined


def name_core(text: str) -> str:
    """A person's name to compare with another: no title, remark in brackets, blank or case.

    Never empty unless `text` holds no letter at all: a bare title stays what it is.
    """
    written = _folded(text)
    bare = _REMARK.sub("", written)
    words = _words(bare) or _words(written)
    if len(words) > 1:
        words = [word for word in words if word not in _LATIN_TITLES] or words
    return _without_titles("".join(words))


def company_core(text: str) -> str:
    """A company's name to compare with another: no legal form, brackets, blank or case."""
    written = re.sub(_BRACKETS, " ", _folded(text))
    words = _words(written)
    while len(words) > 1 and words[-1] in _LATIN_FORMS:
        words.pop()
    joined = "".join(words)
    return _FORMS.sub("", joined) or joined


def is_placeholder_name(text: str) -> bool:
    """Whether a name says nothing: a test, a bare title, "customer 1", one sign repeated.

    One of the signs of an invented file. A hint for people, never a reason to refuse.
    """
    written = "".join(_words(_folded(text)))
    stem = written.strip("0123456789")
    if not stem or stem in _PLACEHOLDERS or stem in _ALL_TITLES or _folded(text) in _PLACEHOLDERS:
        return True
    return len(stem) >= _REPEATED and len(set(stem)) == 1


def id_number(text: str) -> str:
    """A Chinese identity number: 18 characters, a real birthday, check digit (ISO 7064 MOD 11-2).

    Raises `InvalidValue` ("id_number").
    """
    number = re.sub(r"[\s-]", "", compact(text).upper())
    if not _ID_NUMBER.fullmatch(number) or number[:2] not in _ID_PROVINCES:
        raise _invalid_id()
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise _invalid_id() from None
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    if born < date(1900, 1, 1) or "10X98765432"[total % 11] != number[17]:
        raise _invalid_id()
    return number


def _invalid_id() -> InvalidValue:
    return InvalidValue(
        "id_number", N_("An identity number has 18 characters; check it digit by digit")
    )
