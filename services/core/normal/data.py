"""The Chinese words of this package, read once from `words.toml`."""

import tomllib
from pathlib import Path
from typing import Any, Final

WORDS: Final[dict[str, dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)


def text_of(section: str, key: str) -> str:
    """A string of `words.toml`."""
    return str(WORDS[section][key])


def list_of(section: str, key: str) -> tuple[str, ...]:
    """A list of `words.toml`, longest first, so that an alternation prefers the longest."""
    return tuple(sorted((str(word) for word in WORDS[section][key]), key=len, reverse=True))
