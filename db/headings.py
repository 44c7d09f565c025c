"""The trees by which complaints are sorted, as delivered (`headings.toml`).

Planted with the tables: attached to `create_all` like `db.triggers`; the migration carries a frozen
copy.
"""

import tomllib
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, MetaData, event, insert

from db.models.complaints import Heading, HeadingTree
from db.types import metadata

_FILE: Final = Path(__file__).with_name("headings.toml")


def delivered() -> list[dict[str, Any]]:
    """The rows of the table, parents first; a code's parts lead from the root to it."""
    trees: dict[str, dict[str, list[str]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = []
    ids: dict[tuple[str, str], int] = {}
    for tree, nodes in trees.items():
        for code, (name, name_en) in nodes.items():
            ids[tree, code] = len(rows) + 1
            above, _dot, _last = code.rpartition(".")
            rows.append(
                {
                    "id": ids[tree, code],
                    "tree": HeadingTree(tree),
                    "code": code,
                    "parent_id": ids[tree, above] if above else None,
                    "name": name,
                    "name_en": name_en,
                    "is_active": True,
                }
            )
    return rows


@event.listens_for(metadata, "after_create")
def plant(_metadata: MetaData, connection: Connection, **_: Any) -> None:
    connection.execute(insert(Heading), delivered())
    if connection.dialect.name == "postgresql":  # the ids above did not come from the sequence
        connection.exec_driver_sql(
            "SELECT setval(pg_get_serial_sequence('headings', 'id'), max(id)) FROM headings"
        )
