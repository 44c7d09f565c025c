"""The rules of the house, kept by machine. Each rule proves on a made-up file that it bites."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from fnmatch import fnmatch

import pytest

from db import models
from db.types import Base, Scoped, Versioned
from tests.house import (
    CJK,
    ROOT,
    Source,
    docstrings,
    entry_points,
    imported,
    name_of,
    source,
    sources,
    under,
)
from tests.house_examples import BITES, HARMLESS_LINES, LEAKS
from tests.markdown_safety import judge

Rule = Callable[[Source], Iterator[str]]

# ---- who may import whom

LAYERS: dict[str, tuple[str, ...]] = {
    "pages": ("db", "sqlmodel", "sqlalchemy", "alembic", "sqlite3", "psycopg", "server", "bench"),
    "commands": ("streamlit", "pages"),
    "services": (
        "streamlit",
        "streamlit_authenticator",
        "pages",
        "server",
        "commands",
        "starlette",
        "plotly",
    ),
    "db": ("streamlit", "streamlit_authenticator", "services", "pages", "server", "starlette"),
    "main.py": ("db", "sqlmodel", "sqlalchemy"),
}
SLOW_OR_UGLY = ("plotly.express", "altair", "streamlit.components.v1", "matplotlib")


def layers(file: Source) -> Iterator[str]:
    banned = next((names for layer, names in LAYERS.items() if file.under(layer)), ())
    for node, name in imported(file):
        for module in (*banned, *SLOW_OR_UGLY):
            if name == module or name.startswith(f"{module}."):
                yield file.place(node, f"imports {name}")
        if file.under("pages", "main.py") and re.match(r"services\.(?!core\b)\w+\.\w+\.\w+", name):
            yield file.place(node, f"reaches into a package: {name}")


# ---- who may speak to the database, and how

COMMITTERS = ("db/engine.py", "db/migrations/env.py", "db/demo")
"""The demonstration is loaded below the door, in bulk, into an empty database only."""
ENDINGS = {"commit", "rollback", "begin", "begin_nested", "prepare", "close_all"}


def only_the_engine_commits(file: Source) -> Iterator[str]:
    if file.under(*COMMITTERS):
        return
    for call in file.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in ENDINGS:
            yield file.place(call, f".{call.func.attr}()")


PAST_THE_SCOPE = {"get", "connection", "get_one", "query", "merge", "bulk_save_objects"} | {
    f"bulk_{deed}_mappings" for deed in ("insert", "update")
}
BARE = {"text", "exec_driver_sql", "literal_column"}
SCOPE_KEEPERS = ("services/core/access.py", "services/core/run.py")
"""The two that make the scope and the door: they may name BEYOND_SCOPE."""


def nothing_slips_past_the_scope(file: Source) -> Iterator[str]:
    if not file.under("services"):
        return
    for node in file.walk(ast.Name, ast.Attribute, ast.ImportFrom):
        match node:
            case ast.Attribute(attr="__table__" | "metadata"):
                yield file.place(node, f".{node.attr}")
            case ast.Name(id="BEYOND_SCOPE") if file.path not in SCOPE_KEEPERS:
                yield file.place(node, "BEYOND_SCOPE")
            case ast.ImportFrom(module="sqlalchemy", names=names) if BARE & {
                alias.name for alias in names
            }:
                yield file.place(node, "imports raw SQL")
    for call in file.calls:
        match call.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=attr) if "session" in owner and (
                attr in PAST_THE_SCOPE
            ):
                yield file.place(call, f"{owner}.{attr}()")
            case ast.Attribute(value=ast.Name(id=owner), attr=attr) if attr in BARE and (
                owner in {"sa", "sqlalchemy", "sql", "sqlmodel"} or attr != "text"
            ):
                yield file.place(call, f"{owner}.{attr}()")


GUARDED = {
    name
    for name, model in vars(models).items()
    if isinstance(model, type)
    and issubclass(model, Base)
    and (issubclass(model, (Scoped, Versioned)) or model.append_only)
}


def no_bulk_statements(file: Source) -> Iterator[str]:
    if not file.under("services"):
        return
    for call in file.calls:
        if name_of(call.func).rsplit(".", 1)[-1] in {"update", "delete", "insert"} and call.args:
            target = name_of(call.args[0]).rsplit(".", 1)[-1]
            if target in GUARDED:
                yield file.place(call, f"bulk statement on {target}")


# ---- what is planted in the demonstration is for the scores alone

TRUTH = ("db.demo.facts", "db.demo.truth", "db.demo.planting")
SHOWN = "db.demo.accounts"
"""What the sign-in page of a demonstration shows: all that the product may know of it."""


def the_truth_stays_apart(file: Source) -> Iterator[str]:
    if file.under("db/demo", "commands/scoring.py"):
        return
    for node, name in imported(file):
        of_product = file.under("services", "pages", "server") and name.startswith("db.demo")
        if name.startswith(TRUTH) or (of_product and not name.startswith(SHOWN)):
            yield file.place(node, f"imports {name}")


# ---- what keeps pages safe

FORBIDDEN_IN_PAGES = {
    "unsafe_allow_html": "HTML",
    "use_container_width": "an old name",
    "cache_data": "a cache that is shared by all users",
    "html": "HTML",
    "iframe": "HTML",
    "download_button": "a file in Streamlit's store, for anyone signed in: server/downloads.py",
}


def pages_are_plain(file: Source) -> Iterator[str]:
    if not file.under("pages", "main.py"):
        return
    for node in file.walk(ast.keyword, ast.Attribute, ast.Try, ast.Name):
        name = {ast.keyword: "arg", ast.Attribute: "attr", ast.Name: "id"}.get(type(node))
        word = getattr(node, name, None) if name else None
        if word in FORBIDDEN_IN_PAGES:
            yield file.place(node, f"{word}: {FORBIDDEN_IN_PAGES[word]}")
        if isinstance(node, ast.Try) and not file.under("pages/components"):
            yield file.place(node, "a page catches no exceptions: the frame does")
        if isinstance(node, ast.Attribute) and name_of(node) == "sys.path":
            yield file.place(node, "sys.path")


# ---- Chinese stands in data files and in the catalogue

CHINESE = {
    ("services/core/words.py", "中文"),  # the language's own name, the same in every language
    ("db/demo/contacts.py", "。"),  # between sentences that stand in a data file
    ("services/core/masks.py", "浙A00"),  # an example that is measured, never shown
}


def no_chinese_in_code(file: Source) -> Iterator[str]:
    prose = docstrings(file.tree)
    for node in file.walk(ast.Constant):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            chinese = CJK.search(node.value) and id(node) not in prose
            if chinese and (file.path, node.value) not in CHINESE:
                yield file.place(node, repr(node.value))


# ---- sizes: (pattern, most lines of a file, most lines of a function), the first that fits

SIZES = (
    ("pages/components/frame.py", 160, 50),
    ("pages/components/*", 400, 50),
    ("pages/*", 150, 50),
    ("services/*", 400, 50),
    ("db/*", 400, 50),
    ("*", 400, 50),
)


def sizes(file: Source) -> Iterator[str]:
    lines, body = next((most, each) for pattern, most, each in SIZES if fnmatch(file.path, pattern))
    if file.lines > lines:
        yield f"{file.path}: {file.lines} lines of {lines}"
    for node in file.functions:
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > body:
            yield file.place(node, f"{node.name}: {length} lines of {body}")


NO_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def names_say_what_is_inside(file: Source) -> Iterator[str]:
    bad = NO_NAMES & set(re.split(r"[/_.]", file.path))
    if bad:
        yield f"{file.path}: {bad}"


RULES = [globals()[name] for name in dict.fromkeys(name for name, _, _ in BITES)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule):
    assert [said for file in sources() for said in rule(file)] == []


@pytest.mark.parametrize(("rule", "path", "text"), BITES)
def test_rule_bites(rule, path, text):
    assert list(globals()[rule](source(text, path)))


# ---- services: require first, know who looks past the scope

OPEN_TO_ALL: set[str] = set()
"""Entry points without a permission of their own: the person's own session."""

BEYOND_CALLERS = {
    # It opens the second wall for its statement.
    "services.core.access.beyond",
    # Of a file that was opened within the scope: who changed it (the audit itself is for few), and
    # how many people a car has had.
    "services.customers.history.history",
    "services.customers.cars._people",
    # A number, a VIN or a plate that another store has: only "it exists there" is said.
    "services.customers.garage._known",
    "services.customers.garage._vin_taken",
    "services.customers.writing.check_phone",
    # How often a number would have been exceeded: people and days are counted, nobody is named.
    "services.customers.reveals.over",
    # What someone typed about a file that was taken out of his hands is dropped, unread.
    "services.drafts.drop",
    # An imported customer or car of another store is not made twice: only that it is there is said.
    "services.imports.known._cars",
    "services.imports.known._people",
    # A legal case is not brought twice, nor what a complaint names taken away: that it is there
    # is all that is said.
    "services.complaints.bringing.known",
    "services.complaints.bringing.naming",
    # How often a customer, or a cause, comes up in the whole group: a number and nothing else.
    "services.complaints.raising.by_cluster",
    "services.complaints.raising.by_repetition",
    # A customer is not surveyed twice in a quarter: on which days he was, in whatever store.
    "services.surveys.asking.asked_days",
    # A file is not taken back while somebody works on a contact with it.
    "services.visits.unmaking._open",
    "services.visits.unmaking.contacts_of",
    "services.visits.unmaking.remove",
    "services.visits.unmaking.worked_on",
    # How many people come to an event, of whatever store: a number and nothing else.
    "services.campaigns.answering.taken",
    # A notice is over for everyone who was told, whoever did the deed.
    "services.core.notices.settle",
    "services.core.notices.settle_unseen",
    "services.core.notices.take_back",
    # What is told is for others to read.
    "services.core.notices._put_down",
    # Whether work on a batch in one's sight is under way, also where a colleague began it.
    "services.core.jobs.ask_for",
    "services.imports.background._begin",
    "services.imports.background.stop_work",
    "services.imports.background.under_way",
    # The derived row says what the whole file says, whoever is at work.
    "services.customers.summary.derive_anew",
    "services.customers.summary._cars",
    "services.customers.summary.derived",
    "services.customers.summary.refresh",
    # The seals of the audit, for sealing and for verification.
    "services.sealing.seals_after",
    # Verification looks at all rows, whoever asks; it answers with counts and ids.
    "services.verification._appointments",
    "services.verification._contacts",
    "services.verification._kept",
    "services.verification._numbers",
    "services.verification._ownerships",
    "services.verification._papers",
    "services.verification._summaries",
    "services.verification._steps",
}


def starts_with_require(node: ast.FunctionDef) -> bool:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    match body:
        case [ast.Expr(value=ast.Call(func=func, args=[permission])), *_]:
            return name_of(func) == "actor.require" and name_of(permission).startswith(
                "Permission."
            )
    return False


def test_every_entry_point_requires_a_permission_first():
    bare = {name for name, _, node in entry_points() if not starts_with_require(node)}
    assert bare == OPEN_TO_ALL


def test_every_entry_point_says_what_it_returns():
    assert [name for name, _, node in entry_points() if node.returns is None] == []


@pytest.mark.parametrize(
    "body",
    [
        "    return 1",
        "    x = 1\n    actor.require(Permission.A)",
        "    if x:\n        actor.require(Permission.A)",
        "    actor.may(Permission.A)",
        "    actor.require(x)",
    ],
)
def test_require_first_bites(body):
    [node] = ast.parse(f"def f(session, actor):\n{body}").body
    assert isinstance(node, ast.FunctionDef)
    assert not starts_with_require(node)


def test_who_looks_past_the_scope_is_known():
    found = {
        f"{file.path.removesuffix('.py').replace('/', '.')}.{function.name}"
        for file in under("services")
        for function in file.functions
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and name_of(node.func).rsplit(".", 1)[-1] in {"beyond", "wall_opened"}
    }
    assert found == BEYOND_CALLERS


# ---- pages: nothing loose, nothing of a person's in markdown

JUDGED = {
    # Shows the message that `done` was given, which is judged where `done` is called.
    ("pages/components/frame.py", "open_page"),
    # Draws a table of markdown from texts and escapes each of them.
    ("pages/components/layout.py", "facts"),
}


def test_no_loose_pages():
    assert [path.name for path in (ROOT / "pages").glob("*.py")] == ["__init__.py"]


def test_markdown_is_made_of_words_and_escaped_text():
    pages = [(file.path, file.text) for file in under("pages", "main.py")]
    assert judge(pages, JUDGED) == []


@pytest.mark.parametrize("text", LEAKS)
def test_a_leak_into_markdown_is_found(text):
    assert judge([("pages/x/y.py", text)]) != []


@pytest.mark.parametrize("text", HARMLESS_LINES)
def test_what_is_harmless_passes(text):
    assert judge([("pages/x/y.py", text)]) == []


# ---- files

MIGRATION = re.compile(r"\d{4}-\d{2}-\d{2}_[a-z0-9_]+\.py")
OURS = {"db", "services", "pages", "server", "commands", "main", "app", "manage"}


def test_migrations_are_frozen():
    files = sorted((ROOT / "db/migrations/versions").glob("*.py"))
    assert files
    for path in files:
        assert MIGRATION.fullmatch(path.name), path.name
        file = Source(path.name, path.read_text("utf-8"))
        assert {name.split(".")[0] for _, name in imported(file)} & OURS == set(), path.name


def test_requirements_are_pinned():
    for path in sorted(ROOT.glob("requirements*.txt")):
        for line in path.read_text("utf-8").splitlines():
            if line.strip() and not line.startswith(("#", "-r ", "    ")):
                assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+", line), f"{path.name}: {line}"


WORKPLACE = [
    r"/wor[k]/",
    r"/hom[e]/\w+/",
    r"/roo[t]/\w",
    r"\banthropi[c]\b",
    r"\bclaud[e]\b",
    r"\bopena[i]\b",
    r"\bchatgp[t]\b",
    r"\bcopilo[t]\b",
    r"\bAI[- ](?:assistan[t]|generate[d]|agen[t])",
    r"\bsub-?agen[t]",
    r"https?://[^\s/]*(?:artifactor[y]|nexu[s]|devp[i])",
]


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_tells_of_the_workplace():
    said = re.compile("|".join(WORKPLACE), re.IGNORECASE)
    found = [
        f"{name}:{number}: {line.strip()[:90]}"
        for name in tracked()
        for number, line in enumerate((ROOT / name).read_text("utf-8", "replace").splitlines(), 1)
        if said.search(line)
    ]
    assert found == []
