"""Reads the pages' source and finds what could put a person's text into markdown unescaped.

Most of Streamlit's widgets read markdown in what they show: titles, labels, errors, metrics, tabs.
A customer's name that reaches one of them as it is may draw an image from a foreign server. Here
every argument at such a place must be provably harmless: translated words (`_`, `field`, `choice`
…), escaped text (`plain`), formatted dates and numbers, punctuation and markup, or something made
of only these. A parameter of a page's own function that reaches such a place becomes such a place
itself, for whoever calls the function. A Streamlit name that is not known here is refused until
somebody has looked it up and entered it below.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAFE_CALLS = _all(
    "_ field choice plain trouble fdate fmoment fmoney fnumber ago incident worded len int"
)
"""Functions whose result is harmless whatever they are given. `raw` is not: it escapes nothing."""

Places = frozenset[int | str]
BODY: Places = frozenset({0, "body", "title", "help"})
LABEL: Places = frozenset({0, "label", "title", "text", "help"})
OPTIONS: Places = LABEL | {1, "options", "captions", "format_func"}
SINKS: dict[str, Places] = {
    **dict.fromkeys(
        _all("markdown title header subheader caption info error warning success toast latex"),
        BODY,
    ),
    **dict.fromkeys(
        _all(
            "button checkbox toggle selectbox multiselect slider select_slider text_input text_area"
            " number_input date_input time_input datetime_input file_uploader color_picker"
            " camera_input audio_input download_button link_button form_submit_button expander"
            " popover status spinner badge menu_button data_editor dataframe dialog chat_message"
        ),
        LABEL,
    ),
    **dict.fromkeys(("radio", "pills", "segmented_control"), OPTIONS),
    "tabs": frozenset({0, "tabs", "default"}),
    "metric": frozenset({0, 1, 2, "label", "value", "delta", "delta_description", "help"}),
    "progress": frozenset({1, "text"}),
    "image": frozenset({1, "caption"}),
    "write": frozenset(range(9)),
    "page_link": frozenset({"label", "help"}),
    # The house's own: what they are given is shown as markdown on a later run.
    "done": frozenset({0, "message"}),
    "open_page": frozenset({0, "title"}),
    "Column": frozenset({"note"}),
    "Chip": frozenset({2, "icon"}),
    "Event": frozenset({0, "icon"}),
}
DATA_FIRST = frozenset({"data_editor", "dataframe", "chat_message"})
"""Their first argument is no markdown: a table's cells show text as it is."""
HARMLESS = _all(
    "Page App navigation columns container empty sidebar form fragment rerun stop switch_page"
    " query_params session_state context cache_resource plotly_chart divider space grid skeleton"
    " pagination set_page_config column_config text code json logo bottom chat_input feedback"
    " user components pdf get_option"
)
"""Streamlit names that show no markdown of their own."""
QUIET_KEYWORDS = _all("in_url _kept _bound")
"""What these give for `**` keeps a widget's value: keys and callbacks, no words."""
PASS_ON = _all("filter list tuple sorted reversed")
ALIKE = _all("table title text write error info warning progress image")
"""Method names that others have too; their objects tell them apart."""
OTHERS = _all("log logging file buffer sheet book pa")

_MARKUP = re.compile(r":material/\w+:|:[a-z]+(?:-(?:background|badge))?\[|&\w+;")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    said: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.said}"


@dataclass
class Module:
    path: str
    tree: ast.Module


Scope = ast.Module | ast.FunctionDef | ast.Lambda


@dataclass
class Reading:
    """All pages read together: which functions give harmless text, which parameters are shown."""

    modules: list[Module]
    exempt: frozenset[tuple[str, str]] = frozenset()
    """(path, function) of places that were judged by a person."""
    safe_functions: set[str] = field(default_factory=set)
    shown: dict[str, set[int | str]] = field(default_factory=dict)
    found: set[Finding] = field(default_factory=set)

    def judge(self) -> list[Finding]:
        """Repeat until nothing new is learned about the pages' own functions."""
        while True:
            before = (len(self.safe_functions), sum(map(len, self.shown.values())))
            self.found = set()
            for module in self.modules:
                self._read(module)
            if before == (len(self.safe_functions), sum(map(len, self.shown.values()))):
                return sorted(self.found, key=str)

    def _read(self, module: Module) -> None:
        for scope in _scopes(module.tree):
            if isinstance(scope, ast.FunctionDef):
                if self._returns_safe(scope, module.tree):
                    self.safe_functions.add(scope.name)
                if (module.path, scope.name) in self.exempt:
                    continue
            for node in _own_nodes(scope):
                self._check(module, scope, node)

    def _check(self, module: Module, scope: Scope, node: ast.AST) -> None:
        if isinstance(node, ast.Attribute) and _is_streamlit(node.value):
            known = HARMLESS | SINKS.keys()
            if node.attr not in known:
                self._find(module, node, f"st.{node.attr} is not classified in {__name__}")
        if not isinstance(node, ast.Call):
            return
        if called(node) == "table" and not _is_other(node, "table"):
            self._find(module, node, "a table of markdown: use layout.facts or tables.rows_table")
        for argument in self._shown_arguments(module, node):
            self._judge(module, scope, argument)

    def _judge(self, module: Module, scope: Scope, argument: ast.expr) -> None:
        names = Names(scope, module.tree, self.safe_functions)
        if names.safe(argument):
            return
        hopeful = Names(scope, module.tree, self.safe_functions, assume=True)
        if isinstance(scope, ast.FunctionDef) and hopeful.safe(argument):
            for name in hopeful.assumed:
                self.shown.setdefault(_own(module, scope.name), set()).update(_place(scope, name))
            return
        self._find(module, argument, f"not provably harmless: {ast.unparse(argument)[:90]}")

    def _find(self, module: Module, node: ast.expr, said: str) -> None:
        self.found.add(Finding(module.path, node.lineno, said))

    def _shown_arguments(self, module: Module, call: ast.Call) -> Iterator[ast.expr]:
        name = called(call)
        places = SINKS.get(name, frozenset()) | self.shown.get(_own(module, name), set())
        if not places or _is_other(call, name):
            return
        if name in DATA_FIRST:
            places -= {0}
        formatted = any(keyword.arg == "format_func" for keyword in call.keywords)
        for at, argument in enumerate(call.args):
            if at in places and not (at == 1 and formatted):
                yield argument.value if isinstance(argument, ast.Starred) else argument
        for keyword in call.keywords:
            if keyword.arg is None and name in SINKS.keys() - DATA_FIRST:
                # **anything could carry a label
                yield ast.copy_location(ast.Starred(keyword.value), keyword.value)
            elif keyword.arg in places and not (keyword.arg == "options" and formatted):
                yield keyword.value

    def _returns_safe(self, scope: ast.FunctionDef, tree: ast.Module) -> bool:
        names = Names(scope, tree, self.safe_functions)
        returns = [node for node in _own_nodes(scope) if isinstance(node, ast.Return)]
        return bool(returns) and all(
            node.value is not None and names.safe(node.value) for node in returns
        )


PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.JoinedStr: ("values",),
    ast.FormattedValue: ("value",),
    ast.List: ("elts",),
    ast.Tuple: ("elts",),
    ast.Set: ("elts",),
    ast.Dict: ("values",),
    ast.BoolOp: ("values",),
    ast.BinOp: ("left", "right"),
    ast.IfExp: ("body", "orelse"),
    ast.Subscript: ("value",),
    ast.NamedExpr: ("value",),
    ast.Lambda: ("body",),
    ast.ListComp: ("elt",),
    ast.GeneratorExp: ("elt",),
    ast.DictComp: ("value",),
}
"""Kinds of expressions that are harmless when all these parts of theirs are."""


def _listed(value: object) -> list[ast.expr]:
    found = value if isinstance(value, list) else [value]
    return [part for part in found if isinstance(part, ast.expr)]


@dataclass
class Names:
    """What the names in one scope stand for."""

    scope: Scope
    tree: ast.Module
    safe_functions: set[str]
    seen: frozenset[str] = frozenset()
    assume: bool = False
    """Take the scope's own parameters for harmless, and note in `assumed` which it took."""
    assumed: set[str] = field(default_factory=set)

    def safe(self, node: ast.expr | None) -> bool:  # noqa: PLR0911 - by kind of node
        if isinstance(node, ast.Constant):
            return not isinstance(node.value, str) or is_markup(node.value)
        if isinstance(node, ast.Call):
            return self._safe_call(node)
        if isinstance(node, ast.Name):
            return self._safe_name(node.id)
        if isinstance(node, ast.Starred):
            return self._safe_starred(node.value)
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add):
            return False
        if isinstance(node, ast.Attribute):
            return self._safe_attribute(node)
        attributes = PARTS.get(type(node)) if node else None
        return attributes is not None and all(
            self.safe(part) for name in attributes for part in _listed(getattr(node, name))
        )

    def _safe_starred(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name) and (values := self.assigned(node.id)):
            return all(value is not None and self._safe_starred(value) for value in values)
        return self.safe(node) or (isinstance(node, ast.Call) and called(node) in QUIET_KEYWORDS)

    def _safe_attribute(self, node: ast.Attribute) -> bool:
        if node.attr in {"get", "__getitem__"}:
            return self.safe(node.value)  # as format_func
        # Whoever makes a chip or an event is asked for its icon; tones are named in the code.
        written = ast.unparse(node)
        return node.attr == "icon" or bool(re.search(r"\.tone\.value$|^Tone\.[A-Z]+$", written))

    def _safe_call(self, call: ast.Call) -> bool:  # noqa: PLR0911 - by kind of call
        match call.func:
            case ast.Name(id="raw" | "N_"):  # that it is given a phrase is another test's matter
                return not call.keywords and len(call.args) == 1
            case ast.Name(id=name) if name in PASS_ON:
                return all(map(self.safe, call.args))
            case ast.Name(id=name):
                return name in SAFE_CALLS or name in self.safe_functions
            case ast.Attribute(attr="markdown"):
                return not call.args and not call.keywords  # Chip.markdown
            case ast.Attribute(value=ast.Constant(value=str(text)), attr="join"):
                return is_markup(text) and all(map(self.safe, call.args))
            case ast.Attribute(value=ast.Name(id="words"), attr=name):
                return name in SAFE_CALLS
            case ast.Attribute(value=value, attr="get" | "values"):
                return self.safe(value) and all(map(self.safe, call.args[1:]))
        return False

    def _safe_name(self, name: str) -> bool:
        # A name on its way to itself: its other values decide. A function's: as format_func.
        if name in self.seen | SAFE_CALLS | self.safe_functions:
            return True
        inner = replace(self, seen=self.seen | {name})
        values = self.assigned(name)
        is_parameter = bool(_place(self.scope, name))
        if is_parameter and self.assume:
            self.assumed.add(name)
        if is_parameter or values:
            return (self.assume or not is_parameter) and all(map(inner.safe, values))
        if self.scope is self.tree:
            return False
        if name.isupper() and _is_imported(self.tree, name):
            return True  # a constant of the code
        outer = replace(inner, scope=self.tree, assume=False)
        above = outer.assigned(name)
        return bool(above) and all(map(outer.safe, above))

    def assigned(self, name: str) -> list[ast.expr | None]:
        """Every value that the name is given in this scope; None for one that we cannot see."""
        found: list[ast.expr | None] = []
        for node in _own_nodes(self.scope):
            found += _values_for(node, name)
        return found


def _values_for(node: ast.AST, name: str) -> list[ast.expr | None]:  # noqa: PLR0911 - see cases
    match node:
        case ast.Assign(targets=targets, value=value) if any(_names(t, name) for t in targets):
            # `words, icon = LABELS[label]` takes apart what stands in a constant of the code.
            whole = value if ast.unparse(value).split("[")[0].isupper() else None
            return [value if isinstance(t, ast.Name) else whole for t in targets if _names(t, name)]
        case ast.AnnAssign(target=ast.Name(id=found), value=value) if found == name and value:
            return [value]
        case ast.AugAssign(target=ast.Name(id=found), op=ast.Add(), value=value) if found == name:
            return [value]
        case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
            return [value]
        case (
            ast.For(target=ast.Name(id=found), iter=items)
            | ast.comprehension(target=ast.Name(id=found), iter=items)
        ) if found == name:
            return [items if not isinstance(items, ast.Dict | ast.DictComp) else None]
        case ast.For(target=target) | ast.comprehension(target=target) if _names(target, name):
            return [None]
        case ast.withitem(optional_vars=target) if target is not None and _names(target, name):
            return [None]
    return []


def _names(target: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target))


def is_markup(text: str) -> bool:
    """Punctuation, digits, icons and colours; no words, which would be untranslated."""
    return not _LETTERS.search(_MARKUP.sub("", text))


def _scopes(tree: ast.Module) -> Iterator[Scope]:
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def _own_nodes(scope: Scope) -> Iterator[ast.AST]:
    """The scope's nodes without those of functions defined in it."""
    body = scope.body if isinstance(scope.body, list) else [scope.body]
    queue: list[ast.AST] = [*body, *getattr(scope, "decorator_list", [])]
    while queue:
        node = queue.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            queue.extend(node.decorator_list)
            continue
        yield node
        queue.extend(ast.iter_child_nodes(node))


def _place(scope: Scope, name: str) -> set[int | str]:
    """Where the parameter `name` stands: its position and its keyword."""
    if isinstance(scope, ast.Module):
        return set()
    arguments = scope.args
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    if name in positional:
        return {positional.index(name), name}
    others = [*arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {name} if any(a is not None and a.arg == name for a in others) else set()


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _own(module: Module, name: str) -> str:
    """A private function's name means something in its own module only."""
    return f"{module.path}:{name}" if name.startswith("_") else name


def _is_streamlit(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "st"


def _is_imported(tree: ast.Module, name: str) -> bool:
    return any(
        (alias.asname or alias.name) == name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("pages.", "services."))
        for alias in node.names
    )


def _is_other(call: ast.Call, name: str) -> bool:
    """Whether a call only happens to be named like a widget (a logger's error, a text's title)."""
    if not isinstance(call.func, ast.Attribute) or name not in ALIKE:
        return False
    owner = call.func.value
    return (isinstance(owner, ast.Name) and owner.id in OTHERS) or not (call.args or call.keywords)


def judge(sources: Iterable[tuple[str, str]], exempt: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Findings, as text, in `sources`: (path, source) of all pages together."""
    modules = [Module(path, ast.parse(source)) for path, source in sources]
    return [str(finding) for finding in Reading(modules, frozenset(exempt)).judge()]
