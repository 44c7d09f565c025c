"""Upon what the rule of contacts was last laid, by customer, and two more reasons to wait."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BEFORE = ("spacing", "do_not_contact", "open_complaint")
HOLDS = (*BEFORE, "no_consent", "preferred_days")


def upgrade() -> None:
    _wait_for(HOLDS)
    op.create_table(
        "visit_weighings",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_visit_weighings_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_visit_weighings")),
    )


def downgrade() -> None:
    op.drop_table("visit_weighings")
    op.execute(
        "UPDATE visit_tasks SET hold = 'do_not_contact', version = version + 1"
        " WHERE hold IN ('no_consent', 'preferred_days')"
    )
    _wait_for(BEFORE)


def _wait_for(holds: tuple[str, ...]) -> None:
    """Say anew why a contact may have to wait."""
    name = op.f("ck_visit_tasks_hold_known")
    listed = ", ".join(f"'{one}'" for one in holds)
    with op.batch_alter_table("visit_tasks") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"hold IN ({listed})")
