"""Text as it may be stored: composed, visible, without what turns or breaks a line in secret."""

import re
import unicodedata
from typing import Any, Final

from services.core.normal.data import text_of
from services.core.normal.refusal import InvalidValue
from services.core.words import N_

RAW_LIMIT: Final = 100_000
"""Characters looked at before anything else is done; the longest field holds 10,000."""
LONGEST_FILE_NAME: Final = 200
MARKS_IN_A_ROW: Final = 8
"""Real scripts stack at most four or five marks on a letter; hundreds only harm the screen."""

_LINE_BREAKS: Final = re.compile(r"\r\n|[\r\u0085\u2028\u2029]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_NONCHARACTER: Final = re.compile(
    r"[\ufdd0-\ufdef"
    + "".join(chr(p << 16 | 0xFFFE) + chr(p << 16 | 0xFFFF) for p in range(17))
    + "]"
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BIDI: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# Shown as nothing: soft hyphen, joiners without effect, fillers, byte order mark, tags, glyph
# variants of ideographs. Two names that look alike must be alike.
_INVISIBLE: Final = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065"
    r"\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]"
)
_JOINER: Final = re.compile(r"[\u200c\u200d\ufe00-\ufe0f]")
_BLANK: Final = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
_DASHES: Final = re.compile(f"[{re.escape(text_of('marks', 'dashes'))}]")
_HALF: Final = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}


def _is_picture(char: str) -> bool:
    return not char.isascii() and unicodedata.category(char) in {"So", "Sm", "Sk"}


def _joins_letters(before: str, after: str) -> bool:
    # Arabic to Tibetan: there a (non-)joiner changes how the letters are written, e.g. in Uyghur.
    return "\u0600" <= before <= "\u0fff" and "\u0600" <= after <= "\u0fff"


def _is_needed(joiner: str, before: str, after: str) -> bool:
    if joiner == "\ufe0f":
        is_keycap = before in "#*0123456789" and after == "\u20e3"
        return is_keycap or _is_picture(before)
    if joiner == "\u200d" and _is_picture(after):
        return before in "\ufe0f\u20e3" or _is_picture(before)
    return joiner in "\u200c\u200d" and _joins_letters(before, after)


def _without_idle_joiners(text: str) -> str:
    """Keep joiners and picture selectors only where they do something."""
    kept = [" "]
    for at, char in enumerate(text):
        after = text[at + 1 : at + 2] or " "
        if not _JOINER.match(char) or _is_needed(char, kept[-1], after):
            kept.append(char)
    return "".join(kept[1:])


def _refuse_harmful(text: str) -> None:
    if len(text) > RAW_LIMIT:
        raise InvalidValue(
            "too_long", N_("This is too long (at most {max} characters)"), max=10_000
        )
    if _SURROGATE.search(text) or _NONCHARACTER.search(text):
        raise InvalidValue("broken_character", N_("A character is broken. Type it again"))
    if _CONTROL.search(text):
        raise InvalidValue("control_character", N_("Control characters are not allowed"))
    if _BIDI.search(text):
        raise InvalidValue(
            "direction_mark", N_("Marks that turn the writing direction are not allowed")
        )


def _refuse_stacked_marks(text: str) -> None:
    in_a_row = 0
    for char in text:
        is_mark = char >= "\u0300" and unicodedata.category(char) in {"Mn", "Me"}
        in_a_row = in_a_row + 1 if is_mark else 0
        if in_a_row > MARKS_IN_A_ROW:
            raise InvalidValue("stacked_marks", N_("Too many accents on one letter"))


def clean_text(text: str, *, lines: bool = False) -> str:
    """`text` in Unicode form C, trimmed, runs of blanks made one space, nothing invisible.

    `lines=True` allows line breaks (all kinds become a line feed) and tabs; otherwise a break in
    the middle is refused and a tab counts as a blank. The result may be empty. Cleaning what is
    clean changes nothing.

    Raises `InvalidValue`: control characters, broken characters (lone surrogates, noncharacters),
    marks that turn the direction, piles of accents, more than `RAW_LIMIT` characters.
    """
    text = _LINE_BREAKS.sub("\n", text)
    _refuse_harmful(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _BLANK.sub(" ", _INVISIBLE.sub("", text)))
        if _JOINER.search(text):
            text = unicodedata.normalize("NFC", _without_idle_joiners(text))
        _refuse_stacked_marks(text)
    if lines:
        return re.sub("[ \t]+\n", "\n", re.sub(" +", " ", text)).strip(" \t\n")
    text = re.sub("[ \t]+", " ", text).strip(" \n")
    if "\n" in text:
        raise InvalidValue("many_lines", N_("Only one line is allowed here"))
    return text


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as their ASCII twins; every kind of dash as `-`.

    Not NFKC: a superscript or a circled digit must not pass for a digit.
    """
    return _DASHES.sub("-", text.translate(_HALF))


def storable(text: str) -> str:
    """`text` as it is, but for what no database takes, which becomes a question mark.

    For what is kept or asked as it was written and cannot be refused: cells, drafts, searches.
    """
    return _UNSTORABLE.sub("\ufffd", text)


def storable_all(value: Any) -> Any:
    """The same for every text of a value as JSON keeps it, however deep."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [storable_all(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): storable_all(each) for name, each in value.items()}
    return value


def file_name(said: str) -> str:
    """A file's name as it is kept: no folders, nothing invisible, its last 200 characters, in which
    the suffix stands; a dash where nothing is left."""
    name = unicodedata.normalize("NFC", storable(re.split(r"[/\\]", said)[-1]))
    return "".join(c for c in name if c.isprintable())[-LONGEST_FILE_NAME:].strip() or "-"


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return not _BLANK.sub(" ", _INVISIBLE.sub("", text)).strip()


def required(text: str) -> str:
    """`text`, if there is any; raises `InvalidValue` ("blank") otherwise."""
    if not text:
        raise InvalidValue("blank", N_("This must not be empty"))
    return text


def compact(text: str) -> str:
    """For numbers and codes: one clean line, half width, trimmed, not empty."""
    return required(half_width(clean_text(text)).strip())
