"""The next maintenance of each car, and contacts that follow from it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
BEFORE = (
    *("delivery", "repair", "complaint", "file_gap", "insurance", "inspection", "birthday"),
    *("class", "next_date", "manual"),
)
TRIGGERS = (*BEFORE[:6], "maintenance", *BEFORE[6:])
OF_CAR = """CASE (SELECT CASE current_setting('app.beyond', true) WHEN 'on' THEN 'all'
    ELSE current_setting('app.reads', true) END) WHEN 'all' THEN true
    ELSE EXISTS (SELECT FROM vehicles v WHERE v.id = service_dues.vehicle_id) END"""
STEPS = sa.text(
    "DELETE FROM cadence_steps WHERE cadence_id IN"
    " (SELECT id FROM cadences WHERE trigger = 'maintenance')"
)


def upgrade() -> None:
    for table in ("cadences", "visit_tasks"):
        _follow(table, TRIGGERS)
    op.create_table(
        "service_dues",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("last_order_id", sa.Integer(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("is_seen", sa.Boolean(), nullable=False),
        sa.Column("daily_km", sa.Float(), nullable=False),
        sa.Column("basis", _one_of("servicebasis_known", "measured", "assumed"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_until", sa.Date(), nullable=False),
        sa.Column("computed_at", AT, nullable=False),
        sa.CheckConstraint(
            "window_from <= due_on AND due_on <= window_until",
            name=op.f("ck_service_dues_within_its_window"),
        ),
        sa.CheckConstraint("daily_km > 0", name=op.f("ck_service_dues_daily_km_positive")),
        sa.CheckConstraint(
            "(last_order_id IS NULL) = (last_on IS NULL)",
            name=op.f("ck_service_dues_last_known"),
        ),
        sa.ForeignKeyConstraint(
            ["last_order_id"],
            ["orders.id"],
            name=op.f("fk_service_dues_last_order_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"],
            ["vehicles.id"],
            name=op.f("fk_service_dues_vehicle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vehicle_id", name=op.f("pk_service_dues")),
    )
    op.create_index("ix_service_dues_due_on", "service_dues", ["due_on"])
    op.create_index("ix_service_dues_last_order_id", "service_dues", ["last_order_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE service_dues ENABLE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY may_all ON service_dues FOR ALL TO crm_app"
            f" USING (nullif({OF_CAR}, false) IS NOT NULL) WITH CHECK ({OF_CAR})"
        )


def downgrade() -> None:
    op.drop_table("service_dues")
    # What follows from it cannot be kept in tables that do not know it.
    op.execute(
        "DELETE FROM call_attempts WHERE task_id IN"
        " (SELECT id FROM visit_tasks WHERE trigger = 'maintenance')"
    )
    op.execute("DELETE FROM visit_tasks WHERE trigger = 'maintenance'")
    op.execute(STEPS)
    op.execute("DELETE FROM cadences WHERE trigger = 'maintenance'")
    for table in ("cadences", "visit_tasks"):
        _follow(table, BEFORE)


def _follow(table: str, triggers: tuple[str, ...]) -> None:
    """Say anew from what a contact may follow."""
    listed = ", ".join(f"'{one}'" for one in triggers)
    name = op.f(f"ck_{table}_trigger_known")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"trigger IN ({listed})")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
