"""Every word that a person sees: marked, translated, filled with what the code gives it.

The catalogue is `locale/zh_CN/LC_MESSAGES/messages.po`; the English msgids stand in the code.
"""

import ast
import importlib
import pkgutil
from enum import StrEnum
from functools import cache
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import services
from db.models import InstallationKind, RepairKind
from db.types import Base
from services.core import errors, inputs, words
from services.core.audit import ACTIONS, Action
from services.core.choices import CHOICES, choice_label
from services.core.labels import FIELDS, field_label
from tests.house import CJK, ROOT, Source, msgids, name_of, placeholders, source, sources

PO = ROOT / "locale/zh_CN/LC_MESSAGES/messages.po"


@cache
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


@cache
def said() -> dict[str, str]:
    """Every msgid of the code, and one place where it stands."""
    return {msgid: file.place(call) for file in sources() for call, msgid in msgids(file) if msgid}


@cache
def everything_imported() -> None:
    for module in pkgutil.walk_packages(services.__path__, "services."):
        importlib.import_module(module.name)


def family(base: type[Any]) -> list[type[Any]]:
    everything_imported()
    children = base.__subclasses__()
    grown = [*children, *(each for child in children for each in family(child))]
    return [one for one in grown if one.__module__.startswith("services.")]


# ---- the catalogue


def test_every_phrase_has_its_chinese():
    bare = {msgid: place for msgid, place in said().items() if not string_of(msgid)}
    assert bare == {}


def string_of(msgid: str) -> str:
    message = catalogue().get(msgid)
    return str(message.string) if message and message.string else ""


def test_translations_take_the_same_parameters():
    for msgid in said():
        if string_of(msgid):
            assert placeholders(string_of(msgid)) == placeholders(msgid), msgid


def test_translations_are_chinese():
    same = {"VIN", "{name}"}
    for msgid in said():
        if string_of(msgid) and msgid not in same:
            assert CJK.search(string_of(msgid)), msgid


def test_nothing_in_the_catalogue_is_doubtful_or_dead():
    assert [message.id for message in catalogue() if message.fuzzy and message.id] == []
    assert list(catalogue().obsolete) == []
    assert [message.id for message in catalogue() if message.id and message.id not in said()] == []


# ---- how the code speaks

LABELLED = {"msgid", "label", "kind_label", "title", "section", "formula"}
"""Attributes that hold a msgid by the house's own words for it."""
LABELS = {"field_label", "choice_label", "reason_of", "N_"}
JUDGED = {
    # The msgid of a field's own error, else of Pydantic's (table PYDANTIC, else its own English).
    ("pages/components/troubles.py", "str(template)"),
    # One of the three N_ phrases at the top of the module.
    ("pages/components/imports/running.py", "msgid"),
    # The purpose of a consent, a msgid of choices.CHOICES.
    ("pages/components/customers/file_view.py", "entry.text"),
}


def is_a_phrase(file: Source, node: ast.expr) -> bool:  # noqa: PLR0911 - by kind of node
    """A constant, or something that can only be a msgid of ours: a label, a table of msgids."""
    if (file.path, ast.unparse(node)) in JUDGED:
        return True
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.Call(func=func):
            return name_of(func).rsplit(".", 1)[-1] in LABELS
        case ast.Attribute(attr=name) if name in LABELLED or name.isupper():
            return True
        case ast.Name(id=name):
            values = values_of(file, name, node.lineno)
            return name.isupper() or (
                bool(values) and all(is_a_phrase(file, value) for value in values)
            )
        case ast.Subscript(value=value):
            return is_a_phrase(file, value)
        case ast.IfExp(body=body, orelse=orelse):
            return is_a_phrase(file, body) and is_a_phrase(file, orelse)
    return False


def values_of(file: Source, name: str, line: int) -> list[ast.expr]:
    """What the function around `line` gives to a name; the table itself where it walks over one."""
    around = [f for f in file.functions if f.lineno <= line <= (f.end_lineno or line)]
    inside = max(around, key=lambda function: function.lineno, default=file.tree)
    found = []
    for node in ast.walk(inside):
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                targets = [target]
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                targets = [target]
            case _:
                continue
        parts = [part for target in targets for part in ast.walk(target)]
        if any(isinstance(part, ast.Name) and part.id == name for part in parts):
            found.append(walked(value))
    return found


def walked(value: ast.expr) -> ast.expr:
    match value:
        case ast.Call(func=ast.Attribute(value=table, attr="items" | "values")):
            return table
    return value


TRANSLATORS = {"services/core/words.py", "pages/components/words.py"}


def unmarked(file: Source) -> list[str]:
    if file.path in TRANSLATORS:
        return []
    return [
        file.place(call, ast.unparse(call)[:80])
        for call in file.calls
        if name_of(call.func).rsplit(".", 1)[-1] in {"_", "N_", "raw"}
        and not any(is_a_phrase(file, argument) for argument in call.args[:1])
    ]


def in_f_strings(file: Source) -> list[str]:
    return [
        file.place(call, ast.unparse(call)[:80])
        for text in file.walk(ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and name_of(call.func) in {"_", "N_", "raw"}
    ]


def test_only_marked_phrases_are_translated():
    assert [place for file in sources() for place in unmarked(file)] == []


def test_no_phrase_hides_in_an_f_string():
    assert [place for file in sources() for place in in_f_strings(file)] == []


@pytest.mark.parametrize("text", ["_(customer.name)", "_(name)", "raw(f'x {y}')", "N_(x)", "_()"])
def test_unmarked_words_are_found(text):
    assert unmarked(source(text))


def test_a_phrase_in_an_f_string_is_found():
    assert in_f_strings(source("f'**{_(\"Name\")}**'"))


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.path)
def test_phrases_are_given_what_they_ask_for(file):
    for call, msgid in msgids(file):
        if name_of(call.func) == "N_" or any(keyword.arg is None for keyword in call.keywords):
            continue
        given = {keyword.arg for keyword in call.keywords}
        assert placeholders(msgid) == given, file.place(call, msgid)


# ---- labels, choices, actions, errors


NEVER_SHOWN = {InstallationKind}


def test_every_choice_of_the_tables_has_its_words():
    used = {
        column.type.enum_class
        for mapper in Base._sa_registry.mappers
        for column in mapper.local_table.columns
        if getattr(column.type, "enum_class", None)
    }
    assert len(used) > 10
    for enum in used - NEVER_SHOWN:
        assert issubclass(enum, StrEnum)
        assert set(CHOICES[enum]) == set(enum), enum


def test_every_audit_action_has_its_words():
    assert set(ACTIONS) == set(Action)


NEVER_NAMED = {
    *("request_id", "version", "id", "consent_id", "ownership_id", "session_id", "batch_id"),
    *("reservation", "ticket", "browser", "digest", "columns", "mapping", "rows", "seen", "size"),
    *("serial", "counts", "file_name", "after", "like", "form", "values", "field"),
    *("approval_id", "notice_id", "newest", "cause", "job_id", "worker", "done", "total", "state"),
    *("msgid", "params", "changed", "failed", "complaint_id", "remedy_id", "action_id", "step_id"),
    *("recipe", "as_of", "truth", "file_id", "content", "item", "form_id", "promise_id", "plan_id"),
}
"""Fields of forms that no person fills in: when one is wrong, the form itself is broken."""


def test_every_field_of_a_form_has_its_label():
    unnamed = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in family(inputs.Input)
        for name, kind in form.model_fields.items()
        if name not in FIELDS and name not in NEVER_NAMED and kind.annotation is not bool
    }
    assert unnamed == set()


def test_every_error_states_its_own_fact():
    kinds = [errors.AppError, *family(errors.AppError)]
    stated = [kind.__dict__.get("msgid") for kind in kinds]
    assert None not in stated
    assert len(set(stated)) == len(stated)


def raised() -> list[tuple[str, type[errors.AppError], set[str | None]]]:
    kinds = {kind.__name__: kind for kind in family(errors.AppError)}
    return [
        (file.place(node), kinds[name], {keyword.arg for keyword in given})
        for file in sources()
        for node in file.walk(ast.Raise)
        if isinstance(node, ast.Raise) and node.exc is not None
        for name, given in [_constructed(node.exc)]
        if name in kinds
    ]


def _constructed(raised_: ast.expr) -> tuple[str, list[ast.keyword]]:
    if isinstance(raised_, ast.Call):
        return name_of(raised_.func).rsplit(".", 1)[-1], raised_.keywords
    return name_of(raised_).rsplit(".", 1)[-1], []


def test_every_error_is_given_what_its_words_ask_for():
    assert len(raised()) > 10
    for place, kind, given in raised():
        assert None in given or placeholders(kind.msgid) <= given, f"{place} {kind.__name__}"


# ---- the machinery itself


@pytest.fixture
def small_catalogue(tmp_path, monkeypatch):
    folder = tmp_path / "zh_CN/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Hello {name}"\nmsgstr "{name}，您好"\n',
        "utf-8",
    )
    monkeypatch.setattr(words, "LOCALES", tmp_path)
    words.catalogue.cache_clear()
    yield
    words.catalogue.cache_clear()


@pytest.mark.usefixtures("small_catalogue")
def test_a_phrase_in_two_languages():
    assert words.translate("zh_CN", "Hello {name}", name="王") == "王，您好"
    assert words.translate("en", "Hello {name}", name="王") == "Hello 王"
    assert words.translate("zh_CN", "Unknown") == "Unknown"
    assert words.translate("zh_CN", "") == ""


@pytest.mark.usefixtures("small_catalogue")
def test_braces_in_a_value_stay_text():
    assert words.translate("en", "Hello {name}", name="{0} {x}") == "Hello {0} {x}"


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("en", "zh-CN"), "en"),
        ((None, "zh-TW"), "zh_CN"),
        ((None, "en-GB"), "en"),
        (("", "fr-FR"), "zh_CN"),
        ((None, None), "zh_CN"),
        (("klingon", "en_US"), "en"),
    ],
)
def test_the_first_wish_that_we_speak(wishes, language):
    assert words.choose_language(*wishes) == language


def test_labels():
    assert field_label("phone") == FIELDS["phone"]
    assert field_label("unheard_of") == "unheard_of"
    for enum, choices in CHOICES.items():
        for member in enum:
            assert choice_label(member) == choices[member]


def test_a_list_of_phrases_is_put_in_translated():
    options = [choice_label(kind) for kind in RepairKind]
    told = words.translate("zh_CN", "Write one of these: {options}", options=options)
    assert told == "请填写以下之一：保养、维修、质保维修、钣金喷漆"
