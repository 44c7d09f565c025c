"""Campaigns, their contacts, and what the customers answered."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
BEFORE = (
    *("delivery", "repair", "complaint", "file_gap", "insurance", "inspection", "maintenance"),
    *("birthday", "class", "next_date", "manual"),
)
TRIGGERS = (*BEFORE[:-1], "campaign", BEFORE[-1])
CALLED = "campaign_id IS NOT NULL OR trigger = 'campaign'"
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
NEAR = f"""CASE {EYES} WHEN 'all' THEN true WHEN 'store' THEN store_id IS NULL OR {HERE}
    ELSE false END"""
LED = f"""CASE (SELECT current_setting('app.writes', true)) WHEN 'all' THEN true
    WHEN 'store' THEN {HERE} ELSE false END"""


def upgrade() -> None:
    _campaigns()
    _answers()
    for table in ("cadences", "visit_tasks"):
        _follow(table, TRIGGERS)
    with op.batch_alter_table("visit_tasks") as batch:
        batch.add_column(sa.Column("campaign_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("lacked", sa.Integer(), nullable=False, server_default="0"))
        batch.create_foreign_key(
            op.f("fk_visit_tasks_campaign_id"),
            "campaigns",
            ["campaign_id"],
            ["id"],
            ondelete="RESTRICT",
        )
    op.create_index(
        "ix_visit_tasks_campaign", "visit_tasks", ["campaign_id", "trigger_key"], unique=True
    )
    if op.get_bind().dialect.name == "postgresql":
        _wall("campaign_answers", SEEN, IN_HANDS)
        op.execute(
            "CREATE TRIGGER campaign_answers_in_hands BEFORE UPDATE ON campaign_answers"
            " FOR EACH ROW EXECUTE FUNCTION was_in_hands()"
        )
        _wall("campaigns", f"nullif({NEAR}, false) IS NOT NULL", LED)


def downgrade() -> None:
    op.drop_index("ix_visit_tasks_campaign", "visit_tasks")
    # What a campaign made cannot be kept in tables that do not know it.
    op.execute(
        "DELETE FROM call_attempts WHERE task_id IN"  # noqa: S608 - our own words
        f" (SELECT id FROM visit_tasks WHERE {CALLED})"
    )
    op.execute(f"DELETE FROM visit_tasks WHERE {CALLED}")  # noqa: S608 - our own words
    op.execute("DELETE FROM cadences WHERE trigger = 'campaign'")
    with op.batch_alter_table("visit_tasks") as batch:
        batch.drop_constraint(op.f("fk_visit_tasks_campaign_id"), type_="foreignkey")
        batch.drop_column("campaign_id")
        batch.drop_column("lacked")
    for table in ("cadences", "visit_tasks"):
        _follow(table, BEFORE)
    op.drop_table("campaign_answers")
    op.drop_table("campaigns")


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            _one_of(
                "campaignkind_known",
                *("invitation", "news", "offer", "annual_care", "greeting", "win_back"),
            ),
            nullable=False,
        ),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("desk", _one_of("desk_known", "sales", "service", "data"), nullable=False),
        sa.Column(
            "channel",
            _one_of("visitkind_known", "call", "visit", "message", "reception"),
            nullable=False,
        ),
        sa.Column("script", sa.String(length=4000), nullable=False),
        sa.Column("script_en", sa.String(length=4000), nullable=False),
        sa.Column(
            "lifecycle",
            _one_of("lifecycle_known", "potential", "existing", "lost"),
            nullable=True,
        ),
        sa.Column(
            "value_class", _one_of("valueclass_known", "important", "ordinary"), nullable=True
        ),
        sa.Column("quiet_days", sa.Integer(), nullable=True),
        sa.Column("lacks_fields", sa.Boolean(), nullable=False),
        sa.Column("is_marketing", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("event_on", sa.Date(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column(
            "state", _one_of("campaignstate_known", "draft", "approved", "ended"), nullable=False
        ),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", AT, nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=False),
        _check("in_order", "until_on >= from_on"),
        _check("capacity_positive", "capacity > 0"),
        _check("quiet_days_positive", "quiet_days > 0"),
        _check("dated", "state = 'draft' OR (from_on IS NOT NULL AND until_on IS NOT NULL)"),
        _check("ended_at_known", "(state = 'ended') = (ended_at IS NOT NULL)"),
        _refers("campaigns", "approved_by_id", "users"),
        _refers("campaigns", "author_id", "users"),
        _refers("campaigns", "ended_by_id", "users"),
        _refers("campaigns", "store_id", "stores"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index("ix_campaigns_store", "campaigns", ["store_id", "state"])
    op.create_index("ix_campaigns_code", "campaigns", ["code"])


def _answers() -> None:
    table = "campaign_answers"
    op.create_table(
        table,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer", _one_of("rsvp_known", "comes", "undecided", "comes_not"), nullable=False
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("came_at", AT, nullable=True),
        _check("people_bounded", "people BETWEEN 0 AND 99", table),
        _check("people_where_he_comes", "(answer = 'comes') = (people > 0)", table),
        _check("waits_who_would_come", "answer = 'comes' OR NOT is_waiting", table),
        _refers(table, "campaign_id", "campaigns"),
        _refers(table, "customer_id", "customers"),
        _refers(table, "owner_id", "users"),
        _refers(table, "store_id", "stores"),
        _refers(table, "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_answers")),
    )
    op.create_index("ix_campaign_answers_once", table, ["campaign_id", "customer_id"], unique=True)
    for column in ("customer_id", "owner_id", "store_id"):
        op.create_index(f"ix_campaign_answers_{column}", table, [column])


def _follow(table: str, triggers: tuple[str, ...]) -> None:
    """Say anew from what a contact may follow."""
    listed = ", ".join(f"'{one}'" for one in triggers)
    name = op.f(f"ck_{table}_trigger_known")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"trigger IN ({listed})")


def _wall(table: str, seen: str, in_hands: str) -> None:
    """Behind row-level security. Locking a row asks for UPDATE's rows: those in sight."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for command, rows in (
        ("SELECT", f"USING ({seen})"),
        ("INSERT", f"WITH CHECK ({in_hands})"),
        ("UPDATE", f"USING ({seen}) WITH CHECK ({in_hands})"),
        ("DELETE", f"USING (nullif({in_hands}, false) IS NOT NULL)"),
    ):
        op.execute(
            f"CREATE POLICY may_{command.lower()} ON {table} FOR {command} TO crm_app {rows}"
        )


def _check(name: str, condition: str, table: str = "campaigns") -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="RESTRICT")
