"""Which column is what: guessed from the headings, remembered by layout, checked before use."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlmodel import Session, col

from db.models import ImportMapping
from services.core import clock, labels
from services.core.errors import InvalidInput
from services.core.words import N_, translate
from services.imports.parsing import WORDS, folded
from services.imports.plans import Kind

CLOSE_ENOUGH = 85


class FieldsNotMapped(InvalidInput):
    """`fields`: the names of the required fields that have no column."""

    msgid = N_("No column goes to: {fields}")


class FieldTwice(InvalidInput):
    msgid = N_("Two columns go to the same field: {first} and {second}")


class UnknownColumn(InvalidInput):
    msgid = N_("The file has no column named {column}")


class UnknownField(InvalidInput):
    msgid = N_("There is no field named {field} in this kind of list")


def layout(columns: Iterable[str]) -> str:
    """The fingerprint of a file's columns, in their order."""
    return hashlib.sha256("\0".join(columns).encode("utf-8", "replace")).hexdigest()


def headings(kind: Kind) -> dict[str, str]:
    """Every heading we know -> its field. A field's own name and labels come before aliases."""
    known: dict[str, str] = {}
    for field in kind.fields:
        label = labels.field_label(field.name)
        for heading in (field.name, label, translate("zh_CN", label)):
            known.setdefault(folded(heading), field.name)
    for field in kind.fields:
        for heading in WORDS["columns"].get(field.name, ()):
            known.setdefault(folded(heading), field.name)
    return known


def guess(kind: Kind, columns: Sequence[str]) -> dict[str, str]:
    """Column -> field for every column that can be told: exact headings first, then close ones."""
    known = headings(kind)
    found: dict[str, str] = {}
    for column in columns:
        field = known.get(folded(column))
        if field and field not in found.values():
            found[column] = field
    for column in columns:
        if column in found:
            continue
        hit = process.extractOne(
            folded(column), list(known), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH
        )
        field = known[hit[0]] if hit else None
        if field and field not in found.values():
            found[column] = field
    return found


def remembered(session: Session, kind: Kind, columns: Sequence[str]) -> dict[str, str] | None:
    """The mapping that was last used for a file with these very columns."""
    query = select(col(ImportMapping.mapping)).where(
        col(ImportMapping.kind) == kind.name, col(ImportMapping.layout) == layout(columns)
    )
    saved: dict[str, str] | None = session.execute(query).scalar_one_or_none()
    if saved is None:
        return None
    fields = kind.by_name
    return {column: field for column, field in saved.items() if field in fields}


def remember(
    session: Session, kind: Kind, columns: Sequence[str], mapping: Mapping[str, str]
) -> None:
    query = select(ImportMapping).where(
        col(ImportMapping.kind) == kind.name, col(ImportMapping.layout) == layout(columns)
    )
    row = session.execute(query.with_for_update()).scalar_one_or_none()
    if row is None:
        row = ImportMapping(kind=kind.name, layout=layout(columns), updated_at=clock.now())
        session.add(row)
    row.mapping, row.updated_at = dict(mapping), clock.now()


def checked(kind: Kind, columns: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping without unused columns. Raises what is wrong with it, one fact at a time."""
    used: dict[str, str] = {}
    fields = kind.by_name
    for column, field in mapping.items():
        if not field:
            continue
        if column not in columns:
            raise UnknownColumn(column=column)
        if field not in fields:
            raise UnknownField(field=field)
        if field in used:
            raise FieldTwice(first=used[field], second=column)
        used[field] = column
    missing = [field.name for field in kind.fields if field.required and field.name not in used]
    if missing:
        raise FieldsNotMapped(fields=", ".join(missing))
    return {column: field for field, column in used.items()}
