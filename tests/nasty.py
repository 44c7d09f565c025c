"""The list of hostile and odd inputs in `data/nasty.json`, by category, ready to be fed in."""

import ast
import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "nasty.json"


@dataclass(frozen=True)
class Case:
    """`value` is the input itself: text, or bytes for files. None: `recipe` says what to build."""

    id: str
    category: str
    field_kind: str
    value: str | bytes | None
    expected: str
    note: str
    recipe: str = ""

    @property
    def data(self) -> bytes:
        """The bytes of a file; a recipe or a text has none."""
        assert isinstance(self.value, bytes), f"{self.id} holds no file"
        return self.value

    @property
    def text(self) -> str:
        assert isinstance(self.value, str), f"{self.id} holds no text"
        return self.value


def cases(*categories: str) -> list[Case]:
    """Every case of the named categories (all without a name), in the order of the file."""
    known = {case.category for case in _all()}
    unknown = set(categories) - known
    assert not unknown, f"no such category: {unknown}"
    return [case for case in _all() if not categories or case.category in categories]


def case(id_: str) -> Case:
    (found,) = (one for one in _all() if one.id == id_)
    return found


@cache
def _all() -> tuple[Case, ...]:
    return tuple(_case(raw) for raw in json.loads(_FILE.read_text(encoding="utf-8"))["cases"])


def _case(raw: dict[str, str]) -> Case:
    encoding, value = raw["encoding"], raw["value"]
    decoded: str | bytes | None = value
    recipe = ""
    if encoding == "base64":
        decoded = base64.b64decode(value, validate=True)
    elif encoding == "python-expression":
        decoded = _repeated(ast.parse(value.removeprefix("gen:"), mode="eval").body)
    elif encoding == "recipe":
        decoded, recipe = None, value.removeprefix("gen:")
    else:
        assert encoding == "text", encoding
    common = (raw["id"], raw["category"], raw["field_kind"])
    return Case(*common, decoded, raw["expected"], raw["note"], recipe)


def _repeated(node: ast.expr) -> str | bytes:
    """The only shapes there are: a literal, literal * number, and a sum of these."""
    match node:
        case ast.Constant(value=str() | bytes() as literal):
            return literal
        case ast.BinOp(ast.Constant(value=str() | bytes() as literal), ast.Mult(), ast.Constant()):
            times = node.right.value
            assert isinstance(times, int)
            return literal * times
        case ast.BinOp(left, ast.Add(), right):
            first, second = _repeated(left), _repeated(right)
            assert isinstance(first, str)
            assert isinstance(second, str)
            return first + second
    message = f"not a shape of this list: {ast.unparse(node)}"
    raise ValueError(message)
