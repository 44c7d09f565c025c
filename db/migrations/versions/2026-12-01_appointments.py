"""Appointments with the slots they take, and the calls that customers make to us."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
OPEN = sa.text("answered_at IS NULL")
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
TABLES = ("bays", "appointments", "appointment_slots", "inbound_calls")


def upgrade() -> None:
    _bays()
    _appointments()
    _appointment_slots()
    _inbound_calls()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("appointments", "inbound_calls"):
            _wall(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _bays() -> None:
    op.create_table(
        "bays",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "kinds", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("is_in_use", sa.Boolean(), nullable=False),
        _refers("bays", "store_id", "stores"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bays")),
    )
    op.create_index("ix_bays_name", "bays", ["store_id", "name"], unique=True)


def _appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("visitor", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column(
            "work",
            _one_of(
                "workkind_known",
                "maintenance",
                "repair",
                "body",
                "inspection",
                "delivery",
                "test_drive",
            ),
            nullable=False,
        ),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("advisor_id", sa.Integer(), nullable=True),
        sa.Column("bay_id", sa.Integer(), nullable=True),
        sa.Column("concern", sa.String(length=200), nullable=False),
        sa.Column(
            "source",
            _one_of("appointmentsource_known", "call", "inbound", "reminder", "walk_in"),
            nullable=False,
        ),
        sa.Column(
            "state",
            _one_of(
                "appointmentstate_known",
                "requested",
                "booked",
                "confirmed",
                "arrived",
                "no_show",
                "cancelled",
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("reminded_at", AT, nullable=True),
        sa.Column("arrived_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'arrived') = (arrived_at IS NOT NULL)", name=op.f("ck_appointments_arrived")
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (reason <> '')",
            name=op.f("ck_appointments_cancelled_with_reason"),
        ),
        sa.CheckConstraint(
            "customer_id IS NOT NULL OR visitor <> ''", name=op.f("ck_appointments_whose")
        ),
        sa.CheckConstraint(
            "minutes BETWEEN 15 AND 720", name=op.f("ck_appointments_minutes_bounded")
        ),
        sa.CheckConstraint("moved >= 0", name=op.f("ck_appointments_moved")),
        _refers("appointments", "advisor_id", "users"),
        _refers("appointments", "bay_id", "bays"),
        _refers("appointments", "customer_id", "customers"),
        _refers("appointments", "made_by_id", "users"),
        _refers("appointments", "owner_id", "users"),
        _refers("appointments", "store_id", "stores"),
        _refers("appointments", "task_id", "visit_tasks"),
        _refers("appointments", "vehicle_id", "vehicles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index("ix_appointments_customer", "appointments", ["customer_id", "starts_at"])
    op.create_index("ix_appointments_day", "appointments", ["store_id", "starts_at"])
    op.create_index("ix_appointments_owner_id", "appointments", ["owner_id"])
    op.create_index("ix_appointments_state", "appointments", ["state", "starts_at"])
    op.create_index("ix_appointments_store_id", "appointments", ["store_id"])
    op.create_index("ix_appointments_task_id", "appointments", ["task_id"])


def _appointment_slots() -> None:
    op.create_table(
        "appointment_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("bay_id", sa.Integer(), nullable=True),
        sa.Column("advisor_id", sa.Integer(), nullable=True),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(advisor_id IS NULL) = (seat IS NULL)",
            name=op.f("ck_appointment_slots_seat_of_advisor"),
        ),
        _refers("appointment_slots", "advisor_id", "users"),
        _refers("appointment_slots", "appointment_id", "appointments", ondelete="CASCADE"),
        _refers("appointment_slots", "bay_id", "bays"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_slots")),
    )
    op.create_index(
        "ix_appointment_slots_advisor",
        "appointment_slots",
        ["advisor_id", "at", "seat"],
        unique=True,
    )
    op.create_index("ix_appointment_slots_appointment_id", "appointment_slots", ["appointment_id"])
    op.create_index("ix_appointment_slots_bay", "appointment_slots", ["bay_id", "at"], unique=True)


def _inbound_calls() -> None:
    op.create_table(
        "inbound_calls",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("caller", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("rings", sa.Integer(), nullable=True),
        sa.Column("urgency", _one_of("urgency_known", "ordinary", "urgent"), nullable=False),
        sa.Column(
            "wish",
            _one_of(
                "callwish_known",
                "appointment",
                "need",
                "purchase",
                "complaint",
                "grumble",
                "question",
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("is_transferred", sa.Boolean(), nullable=False),
        sa.Column("answerer_id", sa.Integer(), nullable=True),
        sa.Column("promised_at", AT, nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "reply_channel",
            _one_of("channel_known", "phone", "wechat", "sms", "email", "visit"),
            nullable=True,
        ),
        sa.Column("reply", sa.String(length=2000), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("substitute", sa.String(length=80), nullable=False),
        sa.Column(
            "demand_result",
            _one_of("demandresult_known", "substituted", "ordered", "lost"),
            nullable=True,
        ),
        sa.Column("companion", sa.String(length=80), nullable=False),
        sa.Column(
            "companion_answer",
            _one_of("companionanswer_known", "wanted", "later", "not_wanted"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(companion = '') = (companion_answer IS NULL)",
            name=op.f("ck_inbound_calls_companion_asked"),
        ),
        sa.CheckConstraint(
            "(item = '') = (demand_result IS NULL) AND (substitute = '' OR item <> '')",
            name=op.f("ck_inbound_calls_lost_demand"),
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR answered_by_id IS NOT NULL AND (appointment_id IS NOT NULL"
            " OR complaint_id IS NOT NULL OR reply <> '' AND reply_channel IS NOT NULL)",
            name=op.f("ck_inbound_calls_answered_with_words"),
        ),
        sa.CheckConstraint(
            "customer_id IS NOT NULL OR caller <> '' OR phone <> ''",
            name=op.f("ck_inbound_calls_who"),
        ),
        sa.CheckConstraint(
            "answered_at IS NOT NULL OR promised_at IS NOT NULL",
            name=op.f("ck_inbound_calls_has_clock"),
        ),
        sa.CheckConstraint("rings BETWEEN 0 AND 99", name=op.f("ck_inbound_calls_rings_bounded")),
        _refers("inbound_calls", "answered_by_id", "users"),
        _refers("inbound_calls", "answerer_id", "users"),
        _refers("inbound_calls", "appointment_id", "appointments"),
        _refers("inbound_calls", "complaint_id", "complaints"),
        _refers("inbound_calls", "customer_id", "customers"),
        _refers("inbound_calls", "owner_id", "users"),
        _refers("inbound_calls", "store_id", "stores"),
        _refers("inbound_calls", "taken_by_id", "users"),
        _refers("inbound_calls", "vehicle_id", "vehicles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_calls")),
    )
    op.create_index("ix_inbound_calls_appointment_id", "inbound_calls", ["appointment_id"])
    op.create_index("ix_inbound_calls_complaint_id", "inbound_calls", ["complaint_id"])
    op.create_index("ix_inbound_calls_customer", "inbound_calls", ["customer_id", "at"])
    op.create_index(
        "ix_inbound_calls_due",
        "inbound_calls",
        ["promised_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_inbound_calls_owner_id", "inbound_calls", ["owner_id"])
    op.create_index("ix_inbound_calls_store", "inbound_calls", ["store_id", "at"])
    op.create_index("ix_inbound_calls_store_id", "inbound_calls", ["store_id"])


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
