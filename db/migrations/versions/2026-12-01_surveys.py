"""Surveys of satisfaction: their versions and questions, what customers answered, and by which
contact they are asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OF_TASK = sa.text("task_id IS NOT NULL")
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
HANGING = f"""CASE {EYES} WHEN 'all' THEN true ELSE EXISTS (SELECT FROM survey_responses r
    WHERE r.id = survey_answers.response_id) END"""
TABLES = ("surveys", "survey_items", "survey_responses", "survey_answers")


def upgrade() -> None:
    op.add_column("cadence_steps", sa.Column("survey_code", sa.String(length=40), nullable=True))
    _surveys()
    _survey_items()
    _survey_responses()
    _survey_answers()
    if op.get_bind().dialect.name == "postgresql":
        _wall("survey_responses")
        _hang("survey_answers")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("cadence_steps", "survey_code")


def _surveys() -> None:
    op.create_table(
        "surveys",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column(
            "kind", _one_of("surveykind_known", "ssi", "csi", "nps", "custom"), nullable=False
        ),
        sa.Column(
            "state", _one_of("surveystate_known", "draft", "approved", "retired"), nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", AT, nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_surveys_in_order")
        ),
        _refers("surveys", "approved_by_id", "users"),
        _refers("surveys", "author_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
    )
    op.create_index("ix_surveys_code", "surveys", ["code", "number"], unique=True)


def _survey_items() -> None:
    op.create_table(
        "survey_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "kind", _one_of("itemkind_known", "scale", "nps", "choice", "text"), nullable=False
        ),
        sa.Column("wording", sa.String(length=200), nullable=False),
        sa.Column("wording_en", sa.String(length=200), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("heading", sa.String(length=40), nullable=False),
        sa.CheckConstraint("weight BETWEEN 0 AND 100", name=op.f("ck_survey_items_weight_bounded")),
        _refers("survey_items", "survey_id", "surveys", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_items")),
    )
    op.create_index("ix_survey_items_code", "survey_items", ["survey_id", "code"], unique=True)
    op.create_index("ix_survey_items_nth", "survey_items", ["survey_id", "nth"], unique=True)


def _survey_responses() -> None:
    op.create_table(
        "survey_responses",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            _one_of("surveychannel_known", "phone", "interview", "questionnaire", "online"),
            nullable=False,
        ),
        sa.Column("source", _one_of("responsesource_known", "call", "import"), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("nps", sa.Integer(), nullable=True),
        sa.Column("is_low", sa.Boolean(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "nps BETWEEN 0 AND 10", name=op.f("ck_survey_responses_nps_on_its_scale")
        ),
        sa.CheckConstraint(
            "score BETWEEN 0 AND 100", name=op.f("ck_survey_responses_score_on_its_scale")
        ),
        _refers("survey_responses", "complaint_id", "complaints"),
        _refers("survey_responses", "customer_id", "customers"),
        _refers("survey_responses", "owner_id", "users"),
        _refers("survey_responses", "store_id", "stores"),
        _refers("survey_responses", "survey_id", "surveys"),
        _refers("survey_responses", "task_id", "visit_tasks"),
        _refers("survey_responses", "user_id", "users"),
        _refers("survey_responses", "vehicle_id", "vehicles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_responses")),
    )
    op.create_index("ix_survey_responses_complaint_id", "survey_responses", ["complaint_id"])
    op.create_index("ix_survey_responses_customer", "survey_responses", ["customer_id", "at"])
    op.create_index("ix_survey_responses_owner_id", "survey_responses", ["owner_id"])
    op.create_index("ix_survey_responses_store_id", "survey_responses", ["store_id"])
    op.create_index("ix_survey_responses_survey", "survey_responses", ["survey_id", "at"])
    op.create_index(
        "ix_survey_responses_task",
        "survey_responses",
        ["task_id"],
        unique=True,
        sqlite_where=OF_TASK,
        postgresql_where=OF_TASK,
    )


def _survey_answers() -> None:
    op.create_table(
        "survey_answers",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=2000), nullable=False),
        _refers("survey_answers", "item_id", "survey_items"),
        _refers("survey_answers", "response_id", "survey_responses"),
        sa.PrimaryKeyConstraint("response_id", "item_id", name=op.f("pk_survey_answers")),
    )
    op.create_index("ix_survey_answers_item_id", "survey_answers", ["item_id"])


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


def _hang(table: str) -> None:
    """Seen and written by those who see what it belongs to."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY may_all ON {table} FOR ALL TO crm_app"
        f" USING (nullif({HANGING}, false) IS NOT NULL)"
        f" WITH CHECK ({HANGING})"
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(
    table: str, column: str, to: str, ondelete: str = "RESTRICT"
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)
