"""The visit plan: cadences and their steps, the contacts that are to be made, and each attempt."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
PLANNED = sa.text("state = 'planned'")
KINDS = ("call", "visit", "message", "reception")
TRIGGERS = (
    *("delivery", "repair", "complaint", "file_gap", "insurance", "inspection", "birthday"),
    *("class", "next_date", "manual"),
)
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
TABLES = ("cadences", "cadence_steps", "visit_tasks", "call_attempts")


def upgrade() -> None:
    _cadences()
    _cadence_steps()
    _visit_tasks()
    _call_attempts()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("visit_tasks", "call_attempts"):
            _wall(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _cadences() -> None:
    op.create_table(
        "cadences",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("desk", _one_of("desk_known", "sales", "service", "data"), nullable=False),
        sa.Column("trigger", _one_of("trigger_known", *TRIGGERS), nullable=False),
        sa.Column(
            "lifecycle", _one_of("lifecycle_known", "potential", "existing", "lost"), nullable=True
        ),
        sa.Column(
            "value_class", _one_of("valueclass_known", "important", "ordinary"), nullable=True
        ),
        sa.Column("is_marketing", sa.Boolean(), nullable=False),
        sa.Column(
            "state", _one_of("cadencestate_known", "draft", "approved", "retired"), nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", AT, nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_cadences_in_order")
        ),
        _refers("cadences", "approved_by_id", "users"),
        _refers("cadences", "author_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadences")),
    )
    op.create_index("ix_cadences_code", "cadences", ["code", "number"], unique=True)


def _cadence_steps() -> None:
    op.create_table(
        "cadence_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cadence_id", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("offset_days", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("expiry_days", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("visitkind_known", *KINDS), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("purpose_en", sa.String(length=120), nullable=False),
        sa.Column("script", sa.String(length=4000), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "expiry_days >= offset_days + window_days",
            name=op.f("ck_cadence_steps_expires_afterwards"),
        ),
        sa.CheckConstraint(
            "max_attempts BETWEEN 1 AND 20", name=op.f("ck_cadence_steps_attempts_bounded")
        ),
        sa.CheckConstraint(
            "priority BETWEEN 0 AND 9", name=op.f("ck_cadence_steps_priority_bounded")
        ),
        sa.CheckConstraint("window_days >= 0", name=op.f("ck_cadence_steps_window_not_negative")),
        _refers("cadence_steps", "cadence_id", "cadences", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence_steps")),
    )
    op.create_index("ix_cadence_steps_nth", "cadence_steps", ["cadence_id", "nth"], unique=True)


def _visit_tasks() -> None:
    op.create_table(
        "visit_tasks",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("desk", _one_of("desk_known", "sales", "service", "data"), nullable=False),
        sa.Column("kind", _one_of("visitkind_known", *KINDS), nullable=False),
        sa.Column("trigger", _one_of("trigger_known", *TRIGGERS), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("trigger_key", sa.String(length=60), nullable=False),
        sa.Column("is_marketing", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_from", sa.Date(), nullable=False),
        sa.Column("due_to", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("not_before", AT, nullable=True),
        sa.Column(
            "state",
            _one_of(
                "taskstate_known",
                "planned",
                "done",
                "merged",
                "unreachable",
                "declined",
                "cancelled",
                "suppressed",
                "expired",
                "missed",
            ),
            nullable=False,
        ),
        sa.Column(
            "hold",
            _one_of("hold_known", "spacing", "do_not_contact", "open_complaint"),
            nullable=True,
        ),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rescheduled", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.CheckConstraint(
            "(state = 'merged') = (merged_into_id IS NOT NULL)",
            name=op.f("ck_visit_tasks_merged_into"),
        ),
        sa.CheckConstraint(
            "(state = 'planned') = (ended_at IS NULL)", name=op.f("ck_visit_tasks_ended_or_planned")
        ),
        sa.CheckConstraint(
            "attempts >= 0 AND rescheduled >= 0", name=op.f("ck_visit_tasks_counts")
        ),
        sa.CheckConstraint(
            "due_from <= due_to AND due_to <= expires_on", name=op.f("ck_visit_tasks_days_in_order")
        ),
        sa.CheckConstraint(
            "merged_into_id <> id", name=op.f("ck_visit_tasks_not_merged_into_itself")
        ),
        _refers("visit_tasks", "complaint_id", "complaints"),
        _refers("visit_tasks", "customer_id", "customers"),
        _refers("visit_tasks", "merged_into_id", "visit_tasks"),
        _refers("visit_tasks", "order_id", "orders"),
        _refers("visit_tasks", "owner_id", "users"),
        _refers("visit_tasks", "step_id", "cadence_steps"),
        _refers("visit_tasks", "store_id", "stores"),
        _refers("visit_tasks", "vehicle_id", "vehicles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_tasks")),
    )
    op.create_index("ix_visit_tasks_customer", "visit_tasks", ["customer_id", "state"])
    op.create_index("ix_visit_tasks_last", "visit_tasks", ["customer_id", "step_id", "due_from"])
    op.create_index(
        "ix_visit_tasks_due",
        "visit_tasks",
        ["owner_id", "due_from"],
        sqlite_where=PLANNED,
        postgresql_where=PLANNED,
    )
    op.create_index("ix_visit_tasks_merged_into_id", "visit_tasks", ["merged_into_id"])
    op.create_index("ix_visit_tasks_once", "visit_tasks", ["step_id", "trigger_key"], unique=True)
    op.create_index("ix_visit_tasks_owner_id", "visit_tasks", ["owner_id"])
    op.create_index(
        "ix_visit_tasks_store_due",
        "visit_tasks",
        ["store_id", "due_from"],
        sqlite_where=PLANNED,
        postgresql_where=PLANNED,
    )
    op.create_index("ix_visit_tasks_store_id", "visit_tasks", ["store_id"])


def _call_attempts() -> None:
    op.create_table(
        "call_attempts",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", _one_of("visitkind_known", *KINDS), nullable=False),
        sa.Column(
            "result",
            _one_of(
                "callresult_known",
                "connected",
                "no_answer",
                "busy",
                "off",
                "wrong_number",
                "refused",
            ),
            nullable=False,
        ),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("touch_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.CheckConstraint(
            "duration_seconds >= 0", name=op.f("ck_call_attempts_duration_not_negative")
        ),
        _refers("call_attempts", "customer_id", "customers"),
        _refers("call_attempts", "owner_id", "users"),
        _refers("call_attempts", "store_id", "stores"),
        _refers("call_attempts", "task_id", "visit_tasks"),
        _refers("call_attempts", "touch_id", "touches"),
        _refers("call_attempts", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempts")),
    )
    op.create_index("ix_call_attempts_customer_id", "call_attempts", ["customer_id"])
    op.create_index("ix_call_attempts_owner_id", "call_attempts", ["owner_id"])
    op.create_index("ix_call_attempts_store_id", "call_attempts", ["store_id"])
    op.create_index("ix_call_attempts_task", "call_attempts", ["task_id", "at"])


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
