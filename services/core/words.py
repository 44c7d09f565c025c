"""Words in two languages, for whoever speaks to a person: pages, commands, documents.

English msgids stand in the code, Chinese in `locale/zh_CN/LC_MESSAGES/messages.po`, compiled in
memory when first asked for. Never `gettext.install`: it is process-wide and would leak one user's
language into another's page.
"""

import gettext
import io
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES: Final = Path(__file__).parents[2] / "locale"
LANGUAGES: Final = MappingProxyType({"zh_CN": "中文", "en": "English"})
DEFAULT: Final = "zh_CN"


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name, which extractors look for
    """Mark a msgid for extraction; it is translated where it is shown."""
    return msgid


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of one language; English needs none, its msgids are its words."""
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if language not in LANGUAGES or not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(language: str, msgid: str, **params: object) -> str:
    """The words for `msgid` in `language`, with `params` put in; an unknown msgid is itself.

    A list among `params` holds msgids of ours, such as the choices there are; never user text.
    """
    words = catalogue(language).gettext(msgid) if msgid else ""
    if not params:
        return words
    told = {name: _listed(language, p) if isinstance(p, list) else p for name, p in params.items()}
    return words.format(**told)


def _listed(language: str, msgids: list[str]) -> str:
    return translate(language, N_(", ")).join(translate(language, msgid) for msgid in msgids)


def choose_language(*wishes: str | None) -> str:
    """The first wish that we speak: the saved choice, then the browser's, then Chinese."""
    for wish in wishes:
        if not wish:
            continue
        if wish in LANGUAGES:
            return wish
        tongue = wish.replace("-", "_").split("_")[0].lower()
        if tongue in {"zh", "en"}:
            return "zh_CN" if tongue == "zh" else "en"
    return DEFAULT
