"""What the tests of the house look at: every source file, parsed once, and its words."""

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
APP = ("db", "services", "pages", "server", "commands", "bench")
LAUNCHERS = ("app.py", "main.py", "manage.py")
CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Source:
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def __hash__(self) -> int:
        return hash(self.path)

    def under(self, *folders: str) -> bool:
        return any(self.path == folder or self.path.startswith(f"{folder}/") for folder in folders)

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if not kinds or isinstance(node, kinds))

    @property
    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def place(self, node: ast.AST, said: str = "") -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)} {said}".rstrip()


def source(text: str, path: str = "pages/x/y.py") -> Source:
    """A made-up file, to prove that a rule catches what it is for."""
    return Source(path, text)


@cache
def sources() -> tuple[Source, ...]:
    """The application's own Python: not the tests, not the migrations."""
    files = [ROOT / name for name in LAUNCHERS if (ROOT / name).exists()]
    files += [path for folder in APP for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(
        Source(str(path.relative_to(ROOT)), path.read_text("utf-8"))
        for path in files
        if "__pycache__" not in path.parts and "versions" not in path.parts
    )


def under(*folders: str) -> list[Source]:
    return [file for file in sources() if file.under(*folders)]


def name_of(node: ast.expr) -> str:
    """`a.b.c` as text, "" for what is no plain name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            owner = name_of(value)
            return f"{owner}.{attr}" if owner else attr
    return ""


def imported(file: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every module or name that a file imports, dotted, by whatever means."""
    for node in file.walk(ast.Import, ast.ImportFrom, ast.Call):
        match node:
            case ast.Import(names=names):
                yield from ((node, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                package = file.path.removesuffix(".py").split("/")[:-level] if level else []
                base = ".".join([*package, *([module] if module else [])])
                yield from ((node, f"{base}.{alias.name}") for alias in names)
            case ast.Call(func=func, args=[ast.Constant(value=str(module)), *_]) if name_of(
                func
            ).endswith(("import_module", "__import__")):
                yield node, module


def docstrings(tree: ast.Module) -> set[int]:
    """The ids of the nodes that are prose: a string that stands alone as a statement."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def placeholders(msgid: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(msgid) if name is not None}


MARKS = ("_", "N_", "raw", "say")


def msgids(file: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every phrase that a file marks for translation."""
    for call in file.calls:
        if name_of(call.func).rsplit(".", 1)[-1] in MARKS and call.args:
            first = call.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield call, first.value


def entry_points() -> Iterator[tuple[str, Source, ast.FunctionDef]]:
    """(dotted name, file, function) of what a page can hand to the door.

    Every public function of a module in services/ that takes (session, actor, …); of a package,
    those that its `__init__` offers.
    """
    for file in under("services"):
        parts = file.path.removesuffix(".py").split("/")
        if len(parts) == 2 and parts[1] != "__init__":
            offered = {(file.path, name): name for name in _defined(file)}
        elif len(parts) == 3 and parts[2] == "__init__" and parts[1] != "core":
            offered = {(file.path, name): name for name in _defined(file)} | dict(_offered(file))
        else:
            continue
        for (path, inside), name in offered.items():
            place = next(source for source in under(path))
            node = _defined(place).get(inside)
            if node and [argument.arg for argument in node.args.args[:2]] == ["session", "actor"]:
                yield f"{'.'.join(parts[:2])}.{name}", place, node


def _defined(file: Source) -> dict[str, ast.FunctionDef]:
    return {
        node.name: node
        for node in file.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def _offered(package: Source) -> Iterator[tuple[tuple[str, str], str]]:
    """((path, name there), name here) of what a package's `__init__` takes from its modules."""
    for node in package.tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("services."):
            path = f"{(node.module or '').replace('.', '/')}.py"
            if (ROOT / path).exists():
                for alias in node.names:
                    yield (path, alias.name), alias.asname or alias.name
