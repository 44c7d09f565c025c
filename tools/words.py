"""`make words`: bring the Chinese catalogue up to date with the msgids in the code.

New msgids come in empty (a test of the house fails until they are translated), gone ones go out.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.po"
PLACES = ("main.py", "manage.py", "bench", "commands", "pages", "server", "services")
KEYWORDS = {"_": None, "N_": None, "raw": None}


def template() -> Catalog:
    """Every msgid of the code, with the files that use it."""
    found = Catalog(project="dealer-care", charset="utf-8")
    for place in PLACES:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            messages = extract_from_file("python", str(file), keywords=KEYWORDS)
            for _line, message, _comments, _context in messages:
                found.add(message, locations=[(str(file.relative_to(ROOT)), None)])
    return found


def main() -> int:
    catalogue = Catalog(locale="zh_CN", project="dealer-care", charset="utf-8")
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as file:
            catalogue = read_po(file, locale="zh_CN")
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, sort_output=True, width=100, include_lineno=False)
    empty = [message.id for message in catalogue if message.id and not message.string]
    sys.stdout.write(f"{len(catalogue)} msgids, {len(empty)} without Chinese words\n")
    for msgid in empty:
        sys.stdout.write(f"  {msgid}\n")
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
