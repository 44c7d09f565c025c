"""The monthly decks of complaints, frozen, and their files as they were handed out once they were
signed; both behind the second wall."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT = sa.DateTime(timezone=True)
DECKS = """((SELECT current_setting('app.beyond', true)) = 'on' OR 'decks:view' = ANY (
    (SELECT string_to_array((SELECT current_setting('app.grants', true)), ','))::text[]))"""
BEYOND = """(SELECT CASE current_setting('app.beyond', true) WHEN 'on' THEN 'all'
    ELSE current_setting('app.beyond', true) END)"""
OF_PAPER = f"""CASE {BEYOND} WHEN 'all' THEN true
    ELSE EXISTS (SELECT FROM complaint_files f WHERE f.sha256 = stored_files.sha256) END"""
OF_RECORD = f"""({OF_PAPER}
    OR EXISTS (SELECT FROM deck_files d WHERE d.sha256 = stored_files.sha256))"""
PASSING = "nullif({}, false) IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "complaint_decks",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("frozen_at", AT, nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("about_month", sa.String(length=2000), nullable=False),
        sa.Column("about_decisions", sa.String(length=2000), nullable=False),
        sa.Column("signed_at", AT, nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by_id IS NULL)",
            name=op.f("ck_complaint_decks_signed_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"],
            ["users.id"],
            name=op.f("fk_complaint_decks_signed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_decks")),
        sa.UniqueConstraint("month", name=op.f("uq_complaint_decks_month")),
    )
    op.create_table(
        "deck_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        _refers("deck_id", "complaint_decks", "id"),
        _refers("sha256", "stored_files", "sha256"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deck_files")),
    )
    op.create_index(
        "ix_deck_files_once", "deck_files", ["deck_id", "kind", "language"], unique=True
    )
    op.create_index("ix_deck_files_sha256", "deck_files", ["sha256"])
    _guard("deck_files")
    if op.get_bind().dialect.name == "postgresql":
        for table in ("complaint_decks", "deck_files"):
            rows = f"USING ({PASSING.format(DECKS)}) WITH CHECK ({DECKS})"
            op.execute(f"CREATE POLICY may_all ON {table} FOR ALL TO crm_app {rows}")
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        _see_contents(OF_RECORD)


def downgrade() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    if is_postgres:
        _see_contents(OF_PAPER)
    op.drop_table("deck_files")
    if is_postgres:
        op.execute("DROP FUNCTION deck_files_append_only()")
    op.drop_table("complaint_decks")


def _refers(column: str, table: str, key: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_deck_files_{column}")
    return sa.ForeignKeyConstraint([column], [f"{table}.{key}"], name=name, ondelete="RESTRICT")


def _see_contents(rows: str) -> None:
    op.execute("DROP POLICY may_select ON stored_files")
    op.execute(
        "CREATE POLICY may_select ON stored_files FOR SELECT TO crm_app"
        f" USING ({PASSING.format(rows)})"
    )


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
