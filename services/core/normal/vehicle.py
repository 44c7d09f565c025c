"""Number plates (GA 36) and vehicle identification numbers (GB 16735, ISO 3779)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.core.normal.data import text_of
from services.core.normal.refusal import InvalidValue
from services.core.normal.text import compact
from services.core.words import N_

_SEPARATORS: Final = re.compile(f"[{re.escape(text_of('marks', 'plate_separators'))}\\s]")
_LETTER: Final = "[A-HJ-NP-Z]"
_SERIAL: Final = "[A-HJ-NP-Z0-9]"
_OFFICE: Final = f"[{text_of('plates', 'provinces')}]{_LETTER}"
_ENDINGS: Final = text_of("plates", "endings")
_CONSULATE: Final = text_of("plates", "consulate")
_EMBASSY: Final = text_of("plates", "embassy")


class PlateKind(StrEnum):
    ORDINARY = "ordinary"
    NEW_ENERGY = "new_energy"
    SPECIAL = "special"
    """Trailer, learner, police, Hong Kong, Macau: the last character says so."""
    DIPLOMATIC = "diplomatic"


_PLATES: Final = {
    PlateKind.ORDINARY: re.compile(f"{_OFFICE}{_SERIAL}{{5}}"),
    # Small cars carry the letter first, large ones last; D, A, B, C, E run on batteries alone.
    PlateKind.NEW_ENERGY: re.compile(f"{_OFFICE}(?:[A-HJK]{_SERIAL}[0-9]{{4}}|[0-9]{{5}}[A-HJK])"),
    PlateKind.SPECIAL: re.compile(f"{_OFFICE}{_SERIAL}{{4}}[{_ENDINGS}]"),
    PlateKind.DIPLOMATIC: re.compile(
        f"{_OFFICE}[0-9]{{4}}{_CONSULATE}|{_EMBASSY}[0-9]{{6}}|[0-9]{{6}}{_EMBASSY}"
    ),
}
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_LENGTH: Final = 17
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_FEWEST_CHARACTERS: Final = 4


def plate(text: str) -> str:
    """A plate in capitals, half width, without dots and blanks, e.g. one of seven characters.

    New-energy plates have eight. Raises `InvalidValue` ("plate").
    """
    written = _SEPARATORS.sub("", compact(text).upper())
    if plate_kind(written) is None:
        raise InvalidValue(
            "plate",
            N_(
                "A number plate is a province, a letter and five characters (six for new energy), "
                "without I and O"
            ),
        )
    return written


def plate_kind(written: str) -> PlateKind | None:
    """The kind of a plate as `plate` returns it; None if it is none."""
    return next((kind for kind, form in _PLATES.items() if form.fullmatch(written)), None)


@dataclass(frozen=True)
class Vin:
    """`checks` is only a hint: makers outside North America need not use the check digit."""

    code: str
    checks: bool


def vin(text: str) -> Vin:
    """A vehicle identification number in capitals, half width, without blanks and dashes.

    Raises `InvalidValue`: "vin_length", "vin_letters" (I, O, Q or anything else), "vin_filler"
    (hardly any different characters, e.g. seventeen ones).
    """
    code = re.sub(r"[\s-]", "", compact(text).upper())
    if len(code) != _VIN_LENGTH:
        raise InvalidValue(
            "vin_length", N_("A VIN has 17 characters; this one has {count}"), count=len(code)
        )
    if not _VIN.fullmatch(code):
        raise InvalidValue("vin_letters", N_("A VIN has only digits and letters without I, O, Q"))
    if len(set(code)) < _VIN_FEWEST_CHARACTERS:
        raise InvalidValue("vin_filler", N_("This is a filler, not a VIN"))
    total = sum(_VIN_VALUES[char] * weight for char, weight in zip(code, _VIN_WEIGHTS, strict=True))
    return Vin(code, code[8] == "0123456789X"[total % 11])
