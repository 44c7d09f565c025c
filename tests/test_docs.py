"""The documents name only what exists, and name what one needs to know."""

import importlib.util
import re
from pathlib import Path

import pytest
import typer.main

from commands import app
from db.demo import accounts
from tests.house import ROOT

READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
DOCS = (*READMES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
CODE = (
    "bench",
    "commands",
    "db",
    "pages",
    "server",
    "services",
    "tests",
    "tools",
    "docs",
    "locale",
)
FOREIGN = {"CI", "LANG", "PATH", "PYTEST_XDIST_TESTRUNUID", "VIRTUAL_ENV"}
"""Variables of the host and of tools, which we read and do not define."""
EXAMPLE = "appointments"
"""The feature that the architecture makes up to show where things go."""

ROW = re.compile(r"\b[FVCLKA]\d\d\b")


def read(path: Path) -> str:
    return path.read_text("utf-8")


def fenced(text: str) -> list[str]:
    return re.findall(r"^```[a-z]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def spans(text: str) -> list[str]:
    """What stands in backticks within a line."""
    return re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    )


def code_in(text: str) -> str:
    return "\n".join([*fenced(text), *spans(text)])


def targets_named(text: str) -> list[str]:
    return re.findall(r"(?:^|\s)make ([a-z]+)\b", code_in(text), re.MULTILINE)


def commands_named(text: str) -> list[str]:
    return re.findall(r"manage\.py ([a-z][a-z-]*)", code_in(text))


def dead_links(text: str, place: Path) -> list[str]:
    links = [
        link.partition("#")[0]
        for link in re.findall(r"\]\(([^)\s]+)\)", text)
        if "://" not in link and not link.startswith("#")
    ]
    return [link for link in links if not (place / link).exists()]


def python_files() -> list[Path]:
    folders = ("bench", "commands", "db", "pages", "server", "services", "tests")
    inside = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [*sorted(ROOT.glob("*.py")), *inside]


def variables_read() -> set[str]:
    found = re.compile(r"environ(?:\.get\(|\[)\s*[\"']([A-Z_]+)[\"']")
    return {name for path in python_files() for name in found.findall(read(path))} - FOREIGN


def settings_of(text: str) -> set[str]:
    """The variables of a settings table: its first column."""
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))


def rows_of_requirements() -> list[list[str]]:
    lines = read(ROOT / "docs/requirements.md").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if ROW.fullmatch(row[0])]


def exists_in_services(name: str) -> bool:
    owner, _, attribute = name.partition(".")
    for package in ("services", "services.customers", "services.core"):
        if importlib.util.find_spec(f"{package}.{owner}"):
            return hasattr(importlib.import_module(f"{package}.{owner}"), attribute)
    return False


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_what_a_document_names_exists(path):
    text = read(path)
    makefile = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    commands = set(typer.main.get_command(app).commands)
    paths = [span for span in spans(text) if re.fullmatch(rf"(?:{'|'.join(CODE)})/[\w./-]+", span)]
    assert dead_links(text, path.parent) == []
    assert set(targets_named(text)) - makefile == set()
    assert set(commands_named(text)) - commands == set()
    assert set(re.findall(r"\bCRM_[A-Z_]+", text)) - variables_read() == set()
    assert [p for p in paths if EXAMPLE not in p and not (ROOT / p).exists()] == []


def test_a_wrong_name_is_found():
    text = "See [x](nowhere.md), `make nothing`, then\n```\n./manage.py nonsense --all\n```\n"
    assert dead_links(text, ROOT) == ["nowhere.md"]
    assert targets_named(text) == ["nothing"]
    assert commands_named(text) == ["nonsense"]


def test_every_variable_is_documented():
    told = set().union(*(re.findall(r"`([A-Z_]+)`", read(path)) for path in DOCS))
    assert variables_read() - told == set()
    assert settings_of(read(READMES[0])) - variables_read() == set()


def test_both_readmes_say_the_same():
    english, chinese = map(read, READMES)
    assert targets_named(english) == targets_named(chinese)
    assert commands_named(english) == commands_named(chinese)
    assert settings_of(english) == settings_of(chinese) != set()
    for text in (english, chinese):
        named = re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)
        assert named == list(accounts.SHOWN)
        assert accounts.PASSWORD in spans(text)


def test_rows_cited_in_the_code_are_rows_of_the_requirements():
    known = {row[0] for row in rows_of_requirements()}
    cited = {
        (path.name, row)
        for path in python_files()
        for inside in re.findall(r"\(([^()]*)\)", read(path))
        if re.match(r"[FVCLKA]\d\d\b", inside)
        for row in ROW.findall(inside)
    }
    assert ("rights.py", "F50") in cited
    assert {(name, row) for name, row in cited if row not in known} == set()


def test_the_requirements_are_whole():
    rows = rows_of_requirements()
    assert len({row[0] for row in rows}) == len(rows) == 229
    done, partly, later = (
        [row for row in rows if row[4] == status] for status in ("done", "partly", "later")
    )
    assert len(done) + len(partly) + len(later) == len(rows)
    assert all(row[5] for row in done + partly)
    said = f"{len(done)} rows are done, {len(partly)} partly, {len(later)} are to come"
    assert said in read(ROOT / "docs/requirements.md")
    named = [s for row in rows for s in spans(row[5]) if re.fullmatch(r"[a-z]+\.[a-z_]+", s)]
    assert [name for name in named if name != "manage.py" and not exists_in_services(name)] == []


def test_limits_are_read_from_the_code():
    text = read(ROOT / "docs/operations.md").partition("## Limits")[2]
    named = re.findall(r"`((?:db|services)\.[\w.]+)\.(\w+)` \|$", text, re.MULTILINE)
    assert len(named) > 20
    assert [
        f"{module}.{name}"
        for module, name in named
        if not hasattr(importlib.import_module(module), name)
    ] == []


def test_decisions_are_numbered_without_gaps():
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
