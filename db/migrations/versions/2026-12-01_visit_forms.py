"""Visits: the form of each and its papers, what customers were promised, weekly plans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
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
TABLES = ("visit_forms", "visit_papers", "promises", "visit_plans", "planned_visits")
SCOPED = ("visit_forms", "visit_papers", "promises")
PAPERS = """CASE (SELECT CASE current_setting('app.beyond', true) WHEN 'on' THEN 'all'
    ELSE current_setting('app.beyond', true) END) WHEN 'all' THEN true
    ELSE EXISTS (SELECT FROM complaint_files f WHERE f.sha256 = stored_files.sha256) END"""
OF_DECK = "EXISTS (SELECT FROM deck_files t WHERE t.sha256 = stored_files.sha256)"
PLACED = f"CASE {EYES} WHEN 'all' THEN true WHEN 'store' THEN {HERE} ELSE false END"
OF_VISIT = "EXISTS (SELECT FROM visit_papers t WHERE t.sha256 = stored_files.sha256)"


def upgrade() -> None:
    _visit_forms()
    _visit_papers()
    _promises()
    _visit_plans()
    _planned_visits()
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            _wall(table)
        _files(f"{PAPERS} OR {OF_DECK} OR {OF_VISIT}")
        op.execute("ALTER TABLE visit_plans ENABLE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY may_all ON visit_plans FOR ALL TO crm_app"
            f" USING (nullif({PLACED}, false) IS NOT NULL) WITH CHECK ({PLACED})"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _files(f"{PAPERS} OR {OF_DECK}")
    for table in reversed(TABLES):
        op.drop_table(table)


def _visit_forms() -> None:
    op.create_table(
        "visit_forms",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("touch_id", sa.Integer(), nullable=False),
        sa.Column("writer_id", sa.Integer(), nullable=True),
        sa.Column("visited_place", sa.String(length=200), nullable=False),
        sa.Column("started_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=False),
        sa.Column("written_at", AT, nullable=False),
        sa.Column("met", sa.String(length=200), nullable=False),
        sa.Column("companion_id", sa.Integer(), nullable=True),
        sa.Column("needs", sa.String(length=1000), nullable=False),
        sa.Column("rivals", sa.String(length=1000), nullable=False),
        sa.Column("gap", sa.String(length=1000), nullable=False),
        sa.Column("improvement", sa.String(length=1000), nullable=False),
        sa.Column("improve_on", sa.Date(), nullable=False),
        sa.Column("feedback", sa.String(length=1000), nullable=False),
        sa.Column("strategy", sa.String(length=1000), nullable=False),
        sa.Column("codes", JSON, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_purpose", sa.String(length=200), nullable=False),
        sa.Column("no_more", sa.String(length=200), nullable=False),
        sa.Column("improved_at", AT, nullable=True),
        sa.Column("improved_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "started_at < ended_at", name=op.f("ck_visit_forms_begins_before_it_ends")
        ),
        sa.CheckConstraint("quality BETWEEN 0 AND 12", name=op.f("ck_visit_forms_quality_bounded")),
        sa.CheckConstraint(
            "ended_at <= written_at", name=op.f("ck_visit_forms_written_afterwards")
        ),
        _refers("visit_forms", "companion_id", "users"),
        _refers("visit_forms", "customer_id", "customers"),
        _refers("visit_forms", "improved_by_id", "users"),
        _refers("visit_forms", "owner_id", "users"),
        _refers("visit_forms", "store_id", "stores"),
        _refers("visit_forms", "task_id", "visit_tasks"),
        _refers("visit_forms", "touch_id", "touches"),
        _refers("visit_forms", "writer_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_forms")),
        sa.UniqueConstraint("number", name=op.f("uq_visit_forms_number")),
    )
    op.create_index("ix_visit_forms_customer_id", "visit_forms", ["customer_id"])
    op.create_index(
        "ix_visit_forms_improve",
        "visit_forms",
        ["store_id", "improve_on"],
        sqlite_where=sa.text("improved_at IS NULL"),
        postgresql_where=sa.text("improved_at IS NULL"),
    )
    op.create_index("ix_visit_forms_owner_id", "visit_forms", ["owner_id"])
    op.create_index("ix_visit_forms_store_ended", "visit_forms", ["store_id", "ended_at"])
    op.create_index("ix_visit_forms_store_id", "visit_forms", ["store_id"])
    op.create_index("ix_visit_forms_task_id", "visit_forms", ["task_id"])
    op.create_index("ix_visit_forms_writer", "visit_forms", ["writer_id", "ended_at"])


def _visit_papers() -> None:
    op.create_table(
        "visit_papers",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", AT, nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        _refers("visit_papers", "added_by_id", "users"),
        _refers("visit_papers", "customer_id", "customers"),
        _refers("visit_papers", "form_id", "visit_forms"),
        _refers("visit_papers", "owner_id", "users"),
        _refers("visit_papers", "sha256", "stored_files", target="sha256"),
        _refers("visit_papers", "store_id", "stores"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_papers")),
    )
    op.create_index("ix_visit_papers_customer_id", "visit_papers", ["customer_id"])
    op.create_index("ix_visit_papers_once", "visit_papers", ["form_id", "sha256"], unique=True)
    op.create_index("ix_visit_papers_owner_id", "visit_papers", ["owner_id"])
    op.create_index("ix_visit_papers_sha256", "visit_papers", ["sha256"])
    op.create_index("ix_visit_papers_store_id", "visit_papers", ["store_id"])


def _promises() -> None:
    op.create_table(
        "promises",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            _one_of("promisestate_known", "open", "kept", "broken", "withdrawn"),
            nullable=False,
        ),
        sa.Column("closed_at", AT, nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "told_by",
            _one_of(
                "touchkind_known", "call", "visit", "wechat", "sms", "email", "walk_in", "event"
            ),
            nullable=True,
        ),
        sa.Column("told_at", AT, nullable=True),
        sa.Column("reply", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_promises_closed_or_open")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (told_by IS NULL)", name=op.f("ck_promises_closed_with_a_reply")
        ),
        sa.CheckConstraint("made_at < due_at", name=op.f("ck_promises_due_after_it_was_made")),
        _refers("promises", "closed_by_id", "users"),
        _refers("promises", "customer_id", "customers"),
        _refers("promises", "made_by_id", "users"),
        _refers("promises", "owner_id", "users"),
        _refers("promises", "store_id", "stores"),
        _refers("promises", "task_id", "visit_tasks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index("ix_promises_customer", "promises", ["customer_id", "state"])
    op.create_index(
        "ix_promises_due",
        "promises",
        ["due_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_promises_owner_id", "promises", ["owner_id"])
    op.create_index("ix_promises_store_id", "promises", ["store_id"])
    op.create_index("ix_promises_task_id", "promises", ["task_id"])


def _visit_plans() -> None:
    op.create_table(
        "visit_plans",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("focus", sa.String(length=500), nullable=False),
        sa.Column(
            "state",
            _one_of(
                "planstate_known",
                "draft",
                "submitted",
                "returned",
                "approved",
                "running",
                "reviewed",
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", AT, nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column("summed_at", AT, nullable=True),
        sa.Column("reviewed_at", AT, nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(state IN ('approved', 'returned', 'reviewed')) = (decided_at IS NOT NULL)",
            name=op.f("ck_visit_plans_decided_or_not"),
        ),
        sa.CheckConstraint(
            "(state = 'reviewed') = (reviewed_at IS NOT NULL)",
            name=op.f("ck_visit_plans_reviewed_or_not"),
        ),
        sa.CheckConstraint("state <> 'running'", name=op.f("ck_visit_plans_running_is_not_kept")),
        sa.CheckConstraint("target BETWEEN 1 AND 100", name=op.f("ck_visit_plans_target_bounded")),
        _refers("visit_plans", "decided_by_id", "users"),
        _refers("visit_plans", "rep_id", "users"),
        _refers("visit_plans", "reviewed_by_id", "users"),
        _refers("visit_plans", "store_id", "stores"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_plans")),
    )
    op.create_index("ix_visit_plans_once", "visit_plans", ["rep_id", "week_on"], unique=True)
    op.create_index("ix_visit_plans_store_week", "visit_plans", ["store_id", "week_on"])


def _planned_visits() -> None:
    op.create_table(
        "planned_visits",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        _refers("planned_visits", "plan_id", "visit_plans"),
        _refers("planned_visits", "task_id", "visit_tasks"),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_planned_visits")),
    )
    op.create_index("ix_planned_visits_plan_id", "planned_visits", ["plan_id"])


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


def _files(rows: str) -> None:
    """Whose the contents of files are to see."""
    op.execute("DROP POLICY may_select ON stored_files")
    op.execute(
        "CREATE POLICY may_select ON stored_files FOR SELECT TO crm_app"
        f" USING (nullif(({rows}), false) IS NOT NULL)"
    )


def _refers(table: str, column: str, to: str, target: str = "id") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.{target}"], name=name, ondelete="RESTRICT")
