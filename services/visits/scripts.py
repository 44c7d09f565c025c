"""What is said at a contact: scripts in two languages, with places that the call fills in (V01)."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.core.errors import InvalidInput
from services.core.words import N_

PLACES: Final = ("customer", "car", "me", "store")
"""What a script may name in braces."""
_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_FILE: Final = Path(__file__).with_name("scripts.toml")


class UnknownPlace(InvalidInput):
    msgid = N_("A script cannot fill in “{name}”. It knows {known}")


class StrayBrace(InvalidInput):
    msgid = N_("A brace in a script must enclose one of {known}")


def check(*scripts: str) -> None:
    """Raises UnknownPlace or StrayBrace for a script that could not be filled in."""
    known = ", ".join(f"{{{name}}}" for name in PLACES)
    for script in scripts:
        for name in _BRACES.findall(script):
            if name not in PLACES:
                raise UnknownPlace(name=name, known=known)
        rest = _BRACES.sub("", script)
        if "{" in rest or "}" in rest:
            raise StrayBrace(known=known)


def filled(script: str, language: str, values: Mapping[str, str]) -> str:
    """A script with its places filled in; what is not known is said in general words. No format
    of Python's: a script reads nothing but these values."""

    def put(found: re.Match[str]) -> str:
        name = found[1]
        return values.get(name) or _general()[language].get(name) or found[0]

    return _BRACES.sub(put, script)


@cache
def _general() -> Mapping[str, Mapping[str, str]]:
    """Language -> place -> words for what is not known."""
    found: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return found
