"""The studio of cadences: scripts in two languages, proposals to change them, reviews of calls, and
what is wrong with a customer's file."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'open'")
OUR_CALLS = sa.text("kind = 'call' AND NOT is_inbound")
NUMBER = "(SELECT nullif(current_setting('app.{}', true), '')::integer)"
HERE = f"store_id = {NUMBER.format('store_id')}"
OWN = f"(owner_id = {NUMBER.format('user_id')} OR owner_id IS NULL AND {HERE})"
EYES = """(SELECT CASE current_setting('app.beyond', true) WHEN 'on' THEN 'all'
    ELSE current_setting('app.reads', true) END)"""
SEEN = f"""nullif(CASE {EYES} WHEN 'all' THEN true WHEN 'store' THEN {HERE} WHEN 'own' THEN {OWN}
    WHEN 'members' THEN is_member_file(customer_id) AND ({NUMBER.format("store_id")} IS NULL
    OR {HERE}) ELSE false END, false) IS NOT NULL"""
IN_HANDS = f"""CASE (SELECT current_setting('app.writes', true)) WHEN 'all' THEN true
    WHEN 'store' THEN {HERE} WHEN 'own' THEN {OWN} ELSE false END"""
SCOPED = ("file_issues", "qa_reviews")


def upgrade() -> None:
    op.add_column(
        "cadence_steps",
        sa.Column("script_en", sa.String(length=4000), nullable=False, server_default=""),
    )
    _script_proposals()
    _file_issues()
    _qa_reviews()
    op.create_index(
        "ix_touches_calls",
        "touches",
        ["at", "user_id"],
        sqlite_where=OUR_CALLS,
        postgresql_where=OUR_CALLS,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            _wall(table)


def downgrade() -> None:
    op.drop_index("ix_touches_calls", "touches")
    for table in ("qa_reviews", "file_issues", "script_proposals"):
        op.drop_table(table)
    op.drop_column("cadence_steps", "script_en")


def _script_proposals() -> None:
    op.create_table(
        "script_proposals",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("is_english", sa.Boolean(), nullable=False),
        sa.Column("script", sa.String(length=4000), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column(
            "state", _one_of("proposalstate_known", "open", "taken", "declined"), nullable=False
        ),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (answered_at IS NULL)",
            name=op.f("ck_script_proposals_answered_or_open"),
        ),
        _refers("script_proposals", "answered_by_id", "users"),
        _refers("script_proposals", "author_id", "users"),
        _refers("script_proposals", "step_id", "cadence_steps"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_proposals")),
    )
    op.create_index("ix_script_proposals_state", "script_proposals", ["state", "created_at"])
    op.create_index("ix_script_proposals_step_id", "script_proposals", ["step_id"])


def _file_issues() -> None:
    op.create_table(
        "file_issues",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            _one_of("issuekind_known", "phone_wrong", "phone_unreachable", "missing"),
            nullable=False,
        ),
        sa.Column("state", _one_of("issuestate_known", "open", "closed"), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", AT, nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_file_issues_closed_or_open")
        ),
        _refers("file_issues", "closed_by_id", "users"),
        _refers("file_issues", "customer_id", "customers"),
        _refers("file_issues", "opened_by_id", "users"),
        _refers("file_issues", "owner_id", "users"),
        _refers("file_issues", "store_id", "stores"),
        _refers("file_issues", "task_id", "visit_tasks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_issues")),
    )
    op.create_index(
        "ix_file_issues_once",
        "file_issues",
        ["customer_id", "field"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_file_issues_open",
        "file_issues",
        ["store_id", "opened_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_file_issues_kind", "file_issues", ["kind", "opened_at"])
    for column in ("owner_id", "store_id", "task_id"):
        op.create_index(f"ix_file_issues_{column}", "file_issues", [column])


def _qa_reviews() -> None:
    op.create_table(
        "qa_reviews",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("touch_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("scores", JSON, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=True),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_qa_reviews_score_bounded")),
        sa.CheckConstraint("owner_id <> reviewer_id", name=op.f("ck_qa_reviews_not_ones_own")),
        _refers("qa_reviews", "customer_id", "customers"),
        _refers("qa_reviews", "owner_id", "users"),
        _refers("qa_reviews", "reviewer_id", "users"),
        _refers("qa_reviews", "store_id", "stores"),
        _refers("qa_reviews", "touch_id", "touches"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qa_reviews")),
    )
    op.create_index("ix_qa_reviews_once", "qa_reviews", ["touch_id"], unique=True)
    op.create_index("ix_qa_reviews_month", "qa_reviews", ["month", "store_id"])
    for column in ("customer_id", "owner_id", "store_id"):
        op.create_index(f"ix_qa_reviews_{column}", "qa_reviews", [column])


def _wall(table: str) -> None:
    """Behind row-level security, as a table with a store and an owner."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for command, rows in (
        ("SELECT", f"USING ({SEEN})"),
        ("INSERT", f"WITH CHECK ({IN_HANDS})"),
        ("UPDATE", f"USING ({SEEN}) WITH CHECK ({IN_HANDS})"),
        ("DELETE", f"USING (nullif({IN_HANDS}, false) IS NOT NULL)"),
    ):
        op.execute(
            f"CREATE POLICY may_{command.lower()} ON {table} FOR {command} TO crm_app {rows}"
        )
    op.execute(
        f"CREATE TRIGGER {table}_in_hands BEFORE UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION was_in_hands()"
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(
    table: str, column: str, to: str, ondelete: str = "RESTRICT"
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)
