"""What a customer can be found by: short tokens that both engines hold and match exactly.

SQLite's own tokenisers cannot find two Chinese characters in a name, so the tokens ("grams") are
made here: FTS5 keeps them as words, PostgreSQL as an array. Each is one letter for its kind and
then [a-z0-9] or common Chinese characters, which FTS5 (`unicode61 remove_diacritics 0`) neither
splits nor folds; every other character is written as its code point. The kinds:

n  names: one and two Chinese characters in a row, two and three Latin ones
i  pinyin initials: two to four in a row, for every reading
y  pinyin written out: three letters in a row; s: syllables of only two letters
p  phones: four digits in a row, and the first three; t: the whole number; l: its last four
k  plates: two and three in a row;  v  VINs: three in a row
e  the ends of plates and VINs: their last four to eight characters, and the whole
c  customer numbers: three in a row; z: the whole, without leading zeros
m  any of these with rare characters, as code points

A query becomes alternatives (OR) of lists of grams (AND). It may find too much, never too little:
text that has what was asked for has all grams of one alternative at least. Nothing that a person
types reaches the engine's query language except through these grams.

Who may see numbers masked only may not search their parts: by growing a part from search to search
one reads a number off the hits. He asks with t, l and e (`parts=False`), never with p, k and v.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Final

from pypinyin.constants import PINYIN_DICT

QUERY_LIMIT: Final = 64
"""Characters of a query that are looked at."""
WORDS_LIMIT: Final = 3
"""Words of a query that count; more would multiply the alternatives."""
READINGS_LIMIT: Final = 8
"""Ways to read one name; names with more doubtful characters keep the first ones."""

PINYIN_LIMIT: Final = 400
"""Characters of `pinyin`: the width of its column."""

_GRAMS_PER_LIST: Final = 24
_INITIALS_LONGEST: Final = 4
_PHONE_GRAM: Final = 4
_PHONE_START: Final = 3
_WHOLE_PHONE: Final = 7
_SHORT_SYLLABLE: Final = 2
_GRAM: Final = 3
_PLATE_LONGEST: Final = 8
_VIN_LENGTH: Final = 17
_ENDS: Final = range(4, 9)
_NUMBER_LONGEST: Final = 12
_ABROAD: Final = ("0086", "86", "00")

# What SQLite's tables (Unicode 6.1) have long known as letters.
_COMMON: Final = re.compile(r"[a-z0-9\u3400-\u4db5\u4e00-\u9fa5]*")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_RUNS: Final = re.compile(r"[a-z0-9]+|[^a-z0-9]+")
_NUMBERED: Final = re.compile(r"([a-z]*)0*([0-9]+)")
_DIGITS: Final = re.compile("[0-9]+")
_WITHOUT_ZERO: Final = re.compile("1[3-9][0-9]{9}|[48]00[0-9]{7}")
_TOKENS: Final = re.compile(r"[a-z0-9]+|[^a-z0-9]")


@cache
def _readings() -> dict[str, dict[str, list[str]]]:
    text = Path(__file__).with_name("readings.toml").read_text(encoding="utf-8")
    data: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    data["single"] = {char: [] for char in "".join(data["single"]["characters"]).strip()}
    return data


@lru_cache(maxsize=50_000)
def _dictionary(char: str) -> tuple[str, ...]:
    """All readings of one character without tones, the usual one first; u-umlaut as v."""
    found = PINYIN_DICT.get(ord(char), "")
    bare = (
        "".join(c for c in unicodedata.normalize("NFD", reading.replace("ü", "v")) if c.isascii())
        for reading in _without_tones(found).split(",")
    )
    return tuple(dict.fromkeys(reading for reading in bare if reading.isalpha()))


def _without_tones(readings: str) -> str:
    for umlaut in "\u01d6\u01d8\u01da\u01dc":
        readings = readings.replace(umlaut, "v")
    return readings


def _spellings(readings: Iterable[str]) -> tuple[str, ...]:
    """With every way to type an umlaut: lv (keyboards), lu, lyu (passports)."""
    out: list[str] = []
    for reading in readings:
        out.append(reading)
        if reading in {"lv", "nv"}:
            out += [reading[0] + "u", reading[0] + "yu"]
    return tuple(dict.fromkeys(out))


@lru_cache(maxsize=50_000)
def _surname(char: str) -> tuple[str, ...]:
    known = _readings()
    if char in known["single"]:
        return _spellings(_dictionary(char)[:1])
    return _spellings(known["surnames"].get(char) or _dictionary(char))


@lru_cache(maxsize=50_000)
def _given(char: str) -> tuple[str, ...]:
    return _spellings(_readings()["given"].get(char) or _dictionary(char)[:1])


@lru_cache(maxsize=50_000)
def _folded(char: str) -> str:
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(c for c in flat if c.isalnum() and not unicodedata.combining(c))


def fold(text: str) -> str:
    """Case, width and accents taken away, and all that is neither letter nor digit.

    Done character by character, so that a part of a text folds to a part of the folded text.
    """
    return text if _COMMON.fullmatch(text) else "".join(map(_folded, text))


def _tokens(name: str) -> list[str]:
    """Chinese characters one by one, Latin words whole."""
    return [token for word in name.split() for token in _TOKENS.findall(fold(word))]


def _syllables(name: str) -> list[tuple[str, ...]]:
    """For each token of a name its readings; a Latin word reads as itself."""
    tokens = _tokens(name)
    compound = _readings()["compound"].get("".join(tokens[:2])) if len(tokens) > 1 else None
    out: list[tuple[str, ...]] = []
    for at, token in enumerate(tokens):
        if not _HAN.match(token):
            out.append((token,))
        elif compound and at < len(compound):
            # The first character may also be a surname by itself.
            alone = _surname(token) if at == 0 else ()
            out.append(tuple(dict.fromkeys((compound[at], *alone))))
        else:
            # A character that the dictionary lacks stands for itself.
            out.append((_surname(token) if at == 0 else _given(token)) or (token,))
    return out


def pinyin(name: str) -> str:
    """A name in pinyin without tones, syllables apart, to sort and to show: "shan xue"."""
    return " ".join(readings[0] for readings in _syllables(name))[:PINYIN_LIMIT].rstrip()


def _ways(choices: list[tuple[str, ...]]) -> Iterator[str]:
    # The surname varies fastest: its readings matter most when there are more than we keep.
    ways = product(*reversed(choices))
    return islice(("".join(reversed(way)) for way in ways), READINGS_LIMIT)


def initials(name: str) -> list[str]:
    """The first letters of a name's syllables, one string for every reading, sorted."""
    choices = [
        tuple(dict.fromkeys(reading[0] for reading in readings if reading[0].isascii()))
        for readings in _syllables(name)
    ]
    return sorted({way for way in _ways([letters for letters in choices if letters]) if way})


def _parts(text: str, size: int) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}


def _gram(kind: str, text: str) -> str:
    if _COMMON.fullmatch(text):
        return kind + text
    return "m" + kind + "x".join(f"{ord(char):x}" for char in text)


def _name_grams(name: str) -> Iterator[str]:
    for run in _RUNS.findall(fold(name)):
        sizes = (2, 3) if run[0].isascii() else (1, 2)
        for size in sizes:
            yield from (_gram("n", part) for part in _parts(run, size))


@lru_cache(maxsize=20_000)
def _of_name(name: str) -> frozenset[str]:
    found = set(_name_grams(name))
    for letters in initials(name):
        for size in range(2, _INITIALS_LONGEST + 1):
            found.update("i" + part for part in _parts(letters, size))
    syllables = _syllables(name)
    if any(_HAN.match(token) for token in _tokens(name)):
        for written in _ways(syllables):
            for run in re.findall("[a-z0-9]+", written):
                found.update("y" + part for part in _parts(run, _GRAM))
    found.update(
        "s" + reading
        for readings in syllables
        for reading in readings
        if len(reading) == _SHORT_SYLLABLE and reading.isascii()
    )
    return frozenset(found)


def dialled(e164: str) -> str:
    """The digits as dialled in China: mobile as is, fixed with its 0, foreign with its country."""
    digits = re.sub(r"[^0-9]", "", e164)
    if not digits.startswith("86"):
        return digits
    national = digits[2:]
    return national if _WITHOUT_ZERO.fullmatch(national) else "0" + national


def _of_phone(e164: str) -> set[str]:
    digits = dialled(e164)
    found = {"p" + part for part in _parts(digits, _PHONE_GRAM)}
    return found | {"p" + digits[:_PHONE_START], "t" + digits, "l" + digits[-4:]}


def _ends(text: str) -> set[str]:
    return {_gram("e", text[-size:]) for size in (*_ENDS, len(text)) if 0 < size <= len(text)}


def grams_of(
    *,
    number: str,
    names: Iterable[str],
    phones: Iterable[str],
    plates: Iterable[str],
    vins: Iterable[str],
) -> set[str]:
    """All grams of one customer: phones in E.164, plates and VINs as normalised, blanks fine."""
    found: set[str] = set()
    for name in names:
        found |= _of_name(name)
    for phone in phones:
        if phone:
            found |= _of_phone(phone)
    for plate in map(fold, plates):
        found.update(_gram("k", part) for size in (2, _GRAM) for part in _parts(plate, size))
        found |= _ends(plate)
    for vin in map(fold, vins):
        found.update(_gram("v", part) for part in _parts(vin, _GRAM))
        found |= _ends(vin)
    own = fold(number)
    if own:
        found.update(_gram("c", part) for part in _parts(own, _GRAM))
        match = _NUMBERED.fullmatch(own)
        found.add(_gram("z", "".join(match.groups()) if match else own))
        if match:
            found.add("z" + match[2])
    return found


def _in_a_row(kind: str, text: str, size: int) -> list[str]:
    parts = (text[at : at + size] for at in range(len(text) - size + 1))
    return list(dict.fromkeys(_gram(kind, part) for part in parts))[:_GRAMS_PER_LIST]


def _name_query(word: str) -> list[str]:
    grams: list[str] = []
    for run in _RUNS.findall(word):
        most = 3 if run[0].isascii() else 2
        # One Latin letter beside others is no gram: it is not asked for.
        if len(run) > 1 or not run[0].isascii():
            grams += _in_a_row("n", run, min(len(run), most))
    return grams[:_GRAMS_PER_LIST]


def _pinyin_queries(word: str) -> list[list[str]]:
    found = [_in_a_row("i", word, min(len(word), _INITIALS_LONGEST))]
    if len(word) == _SHORT_SYLLABLE:
        return [*found, ["s" + word]]
    return [*found, _in_a_row("y", word, _GRAM)]


def _phone_queries(digits: str, *, parts: bool) -> list[list[str]]:
    shorter = [digits[len(way) :] for way in _ABROAD if digits.startswith(way)]
    written = [digits, *(rest for rest in shorter if len(rest) >= _PHONE_GRAM)]
    if parts:
        queries = [_in_a_row("p", digits, _PHONE_GRAM) for digits in written]
        if len(digits) == _PHONE_START:
            queries = [["p" + digits]]
        return queries
    if len(digits) == len("6208"):
        return [["l" + digits]]
    return [
        ["t" + zero + digits]
        for digits in written
        if len(digits) >= _WHOLE_PHONE
        for zero in ("", "0")
        if not (zero and digits[0] in "01")
    ]


def _car_queries(word: str) -> list[list[str]]:
    """Plates and VINs by any part; they never have the letters I and O."""
    found: list[list[str]] = []
    if {"i", "o"} & set(word):
        return found
    if len(word) <= _PLATE_LONGEST:
        found.append(_in_a_row("k", word, min(len(word), _GRAM)))
    if word.isascii() and _GRAM <= len(word) <= _VIN_LENGTH:
        found.append(_in_a_row("v", word, _GRAM))
    return found


def _end_queries(word: str) -> list[list[str]]:
    """Plates and VINs by their end or whole; there is a digit in the end of each."""
    is_end = _ENDS.start <= len(word) <= _VIN_LENGTH and re.search("[0-9]", word)
    return [[_gram("e", word)]] if is_end else []


def _number_queries(word: str) -> list[list[str]]:
    """Customer numbers."""
    found: list[list[str]] = []
    if word.isascii() and len(word) <= _NUMBER_LONGEST:
        found.append(_in_a_row("c", word, _GRAM))
        match = _NUMBERED.fullmatch(word)
        if match:
            found.append(["z" + "".join(match.groups())])
    return found


def _alternatives(word: str, *, parts: bool) -> list[list[str]]:
    """What one folded word may mean; empty if it is too little to look for."""
    if word.isascii() and len(word) < len("xm"):
        return []
    found = [_name_query(word)]
    if word.isascii() and word.isalpha():
        found += _pinyin_queries(word)
    if _DIGITS.fullmatch(word):
        found += _phone_queries(word, parts=parts)
    if any(char.isascii() for char in word):
        found += _car_queries(word) if parts else _end_queries(word)
        found += _number_queries(word)
    return [list(way) for way in dict.fromkeys(tuple(way) for way in found if way)]


def _folded_words(text: str) -> list[str]:
    cut = " ".join(text[: QUERY_LIMIT * 16].split())[:QUERY_LIMIT]
    return [word for word in map(fold, cut.split()) if word]


def _joined_digits(words: list[str]) -> list[str]:
    """138 5711 6208 as one number."""
    out: list[str] = []
    for word in words:
        if out and _DIGITS.fullmatch(word) and _DIGITS.fullmatch(out[-1]):
            out[-1] += word
        else:
            out.append(word)
    return out


def query_grams(text: str, *, parts: bool = True) -> list[list[str]]:
    """A query as alternatives (OR) of lists of grams (AND); [] if there is nothing to look for.

    Words are ANDed; those that are too short to look for are left out. Digits that are written in
    groups are also tried as one number. `parts=False` is for those who may search a phone number
    whole or by its last four digits, a plate or a VIN whole or by its last four to eight
    characters, and none of them otherwise.
    """
    words = _folded_words(text)
    found: dict[tuple[str, ...], None] = {}
    for version in (words, _joined_digits(words)):
        ways = [_alternatives(word, parts=parts) for word in version]
        asked = [way for way in ways if way][:WORDS_LIMIT]
        for choice in product(*asked) if asked else ():
            found[tuple(dict.fromkeys(gram for part in choice for gram in part))] = None
    if not parts:  # a plate or a VIN written in groups
        found.update((tuple(way), None) for way in _end_queries("".join(words)))
    return [list(way) for way in found]


def match_expression(alternatives: list[list[str]]) -> str:
    """`alternatives` in FTS5's query language; every gram quoted, "" if there is none."""
    lists = (" AND ".join(f'"{gram}"' for gram in way) for way in alternatives)
    return " OR ".join(f"({way})" for way in lists)
