"""What is done about a complaint happens in its events; money beyond the director's limit keeps the
number of finance's consent."""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = (
    *("registered", "acknowledged", "triaged", "levelled", "transferred", "covered", "contacted"),
    *("noted", "asked", "helped", "found", "prepared", "proposed", "agreed", "rejected"),
    *("offered", "executed", "replied", "confirmed", "accepted", "paused", "resumed", "flagged"),
    *("acted", "filed", "named", "closed", "surveyed", "reopened", "merged", "withdrawn"),
)
NEW = ("offered", "acted", "filed", "named")
KNOWN = "ck_complaint_events_eventkind_known"


def upgrade() -> None:
    _allow(KINDS)
    op.add_column("remedies", sa.Column("consent_no", sa.String(length=60), nullable=True))


def downgrade() -> None:
    """What has no kind of its own any more is a note."""
    _allow([kind for kind in KINDS if kind not in NEW])
    op.drop_column("remedies", "consent_no")


def _allow(kinds: Sequence[str]) -> None:
    rule = f"kind IN ({_listed(kinds)})"
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(rule)
        return
    op.drop_constraint(KNOWN, "complaint_events")
    op.execute("ALTER TABLE complaint_events DISABLE TRIGGER USER")
    op.execute(f"UPDATE complaint_events SET kind = 'noted' WHERE NOT {rule}")  # noqa: S608 - our own words
    op.execute("ALTER TABLE complaint_events ENABLE TRIGGER USER")
    op.create_check_constraint(op.f(KNOWN), "complaint_events", rule)


def _rebuild(rule: str) -> None:
    """SQLite keeps a table's rules in its text alone: it is made anew by that text."""
    connection = op.get_bind()
    query = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'complaint_events'"
    made = [one for one in connection.exec_driver_sql(query).all() if one.sql]
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


def _listed(kinds: Sequence[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)
