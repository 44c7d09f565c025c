"""Finding customers by grams: one question, two engines behind it.

Every word of a search is turned into grams by `db.grams`; the grams of the actor's scope go into
the same index look-up, so that a broad word never walks over rows he may not see. Broad searches
stop at `CANDIDATES`; the caller reads the rows through the ORM, where the scope holds again.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

CANDIDATES: Final = 400

_SQLITE: Final = text(
    "SELECT rowid FROM customer_grams WHERE customer_grams MATCH :asked"
    " ORDER BY rowid DESC LIMIT :most"
)
_POSTGRES: Final = text(
    "SELECT * FROM found_by_grams(CAST(:asked AS text[]), CAST(:within AS text[]), :most)"
)


def scope_grams(store_id: int | None, owner_id: int | None, *, is_member: bool) -> list[str]:
    """The tokens by which a file's scope stands in its grams."""
    grams = [f"zs{store_id}"]
    grams.append(f"zo{owner_id}" if owner_id is not None else f"zu{store_id}")
    return [*grams, "zm"] if is_member else grams


def candidates(
    session: Session,
    asked: Sequence[Sequence[str]],
    *,
    within: Sequence[Sequence[str]],
    most: int = CANDIDATES,
) -> list[int]:
    """Customer ids, newest first, at most `most`.

    `asked` and `within` are alternatives (OR) of grams that must all be there (AND); an empty
    `within` means no bound. An empty `asked` finds nothing.
    """
    if not asked:
        return []
    if session.get_bind().dialect.name == "sqlite":
        clauses = [_fts(asked)] + ([_fts(within)] if within else [])
        found = session.connection().execute(
            _SQLITE, {"asked": " AND ".join(clauses), "most": most}
        )
    else:
        said = {"asked": _spaced(asked), "within": _spaced(within), "most": most}
        found = session.connection().execute(_POSTGRES, said)
    return [row[0] for row in found]


def _fts(alternatives: Sequence[Sequence[str]]) -> str:
    """FTS5's own syntax, every gram quoted: only tokens we made ever reach it."""
    terms = (" AND ".join(f'"{gram}"' for gram in grams) for grams in alternatives)
    return "(" + " OR ".join(f"({term})" for term in terms) + ")"


def _spaced(alternatives: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(grams) for grams in alternatives]
