"""The contents of files lie in a table of their own, once each; what hangs on a complaint names
them, and both are added and never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
GUARDED = ("complaint_files", "stored_files")
BEYOND = """(SELECT CASE current_setting('app.beyond', true) WHEN 'on' THEN 'all'
    ELSE current_setting('app.beyond', true) END)"""
OF_ONE = f"""CASE {BEYOND} WHEN 'all' THEN true
    ELSE EXISTS (SELECT FROM complaints c WHERE c.id = complaint_files.complaint_id) END"""
OF_RECORD = f"""CASE {BEYOND} WHEN 'all' THEN true
    ELSE EXISTS (SELECT FROM complaint_files f WHERE f.sha256 = stored_files.sha256) END"""
KNOWN = "(SELECT current_setting('app.reads', true)) <> ''"
PASSING = "nullif({}, false) IS NOT NULL"


def upgrade() -> None:
    op.drop_table("complaint_files")  # nothing has written to it yet
    op.create_table(
        "stored_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_files_not_empty")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_files")),
    )
    _complaint_files(_refers("sha256", "stored_files", "sha256"))
    op.create_index(
        "ix_complaint_files_once", "complaint_files", ["complaint_id", "sha256"], unique=True
    )
    op.create_index("ix_complaint_files_sha256", "complaint_files", ["sha256"])
    for table in GUARDED:
        _guard(table)
    if op.get_bind().dialect.name == "postgresql":
        _wall("stored_files", "SELECT", f"USING ({PASSING.format(OF_RECORD)})")
        _wall("stored_files", "INSERT", f"WITH CHECK ({KNOWN})")
        op.execute("ALTER TABLE stored_files ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    """What was filed is lost: the tables of before have no place for it."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    if is_postgres:
        op.execute("DROP POLICY may_select ON stored_files")  # it speaks of the other table
    for table in GUARDED:
        op.drop_table(table)
        if is_postgres:
            op.execute(f"DROP FUNCTION {table}_append_only()")
    _complaint_files()
    op.create_index(op.f("ix_complaint_files_complaint_id"), "complaint_files", ["complaint_id"])


def _complaint_files(*more: sa.ForeignKeyConstraint) -> None:
    op.create_table(
        "complaint_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", AT, nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        _refers("added_by_id", "users"),
        _refers("complaint_id", "complaints"),
        *more,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_files")),
    )
    if op.get_bind().dialect.name == "postgresql":
        rows = f"USING ({PASSING.format(OF_ONE)}) WITH CHECK ({OF_ONE})"
        _wall("complaint_files", "ALL", rows)
        op.execute("ALTER TABLE complaint_files ENABLE ROW LEVEL SECURITY")


def _refers(column: str, table: str, key: str = "id") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_complaint_files_{column}")
    return sa.ForeignKeyConstraint([column], [f"{table}.{key}"], name=name, ondelete="RESTRICT")


def _wall(table: str, command: str, rows: str) -> None:
    op.execute(f"CREATE POLICY may_{command.lower()} ON {table} FOR {command} TO crm_app {rows}")


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"""CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
            )
        return
    op.execute(f"""CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = '23001'; END $$""")
    op.execute(f"""CREATE TRIGGER {table}_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()""")
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM crm_app")
