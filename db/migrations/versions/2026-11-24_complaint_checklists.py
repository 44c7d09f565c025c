"""Three more things that happen to a complaint: a checklist is ticked, people meet over it, the
customer is told what was improved."""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NEW = ("ticked", "met", "told")
KNOWN = "ck_complaint_events_eventkind_known"


def upgrade() -> None:
    _allow([*_known(), *NEW])


def downgrade() -> None:
    """What has no kind of its own any more is a note."""
    _allow([kind for kind in _known() if kind not in NEW])


def _known() -> list[str]:
    """The kinds that the table takes now."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        [table] = [one.sql for one in _made() if one.type == "table"]
        [rule] = re.findall(rf"{KNOWN} CHECK \((.*?)\)\)", table)
    else:
        query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
        rule = connection.execute(query, {"name": KNOWN}).scalar_one()
    return re.findall(r"'(\w+)'", rule)


def _allow(kinds: Sequence[str]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    rule = f"kind IN ({listed})"
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(rule)
        return
    op.drop_constraint(KNOWN, "complaint_events")
    op.execute("ALTER TABLE complaint_events DISABLE TRIGGER USER")
    op.execute(f"UPDATE complaint_events SET kind = 'noted' WHERE NOT {rule}")  # noqa: S608 - our own words
    op.execute("ALTER TABLE complaint_events ENABLE TRIGGER USER")
    op.create_check_constraint(op.f(KNOWN), "complaint_events", rule)


def _made() -> Sequence[sa.Row[tuple[str, str, str]]]:
    query = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'complaint_events'"
    return [one for one in op.get_bind().exec_driver_sql(query).all() if one.sql]


def _rebuild(rule: str) -> None:
    """SQLite keeps a table's rules in its text alone: it is made anew by that text."""
    connection = op.get_bind()
    made = _made()
    [table] = [one.sql for one in made if one.type == "table"]
    others = [one for one in made if one.type != "table"]
    for one in others:
        op.execute(f"DROP {one.type} {one.name}")
    op.execute("ALTER TABLE complaint_events RENAME TO before_it")
    connection.exec_driver_sql(re.sub(rf"({KNOWN} CHECK )\(.*?\)\)", rf"\g<1>({rule})", table))
    names = [one["name"] for one in sa.inspect(connection).get_columns("before_it")]
    kept = ", ".join(names)
    read = kept.replace(" kind,", f" CASE WHEN {rule} THEN kind ELSE 'noted' END,")
    op.execute(f"INSERT INTO complaint_events ({kept}) SELECT {read} FROM before_it")  # noqa: S608
    op.execute("DROP TABLE before_it")
    for one in others:
        connection.exec_driver_sql(one.sql)
