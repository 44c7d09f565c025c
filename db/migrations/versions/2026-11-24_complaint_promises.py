"""When a customer did hear from us whom we had promised to by a moment; why it came to a complaint,
down to the root."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batch mode: a table made anew would lose its rules and what refers to it.
    op.add_column("complaints", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("complaints", sa.Column("whys", sa.String(length=2000), nullable=True))


def downgrade() -> None:
    op.drop_column("complaints", "whys")
    op.drop_column("complaints", "heard_at")
