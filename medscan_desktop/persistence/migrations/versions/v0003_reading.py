"""Key images, the users' own calibrations, and how each user's screen stood."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add tables; the audit log is not touched."""
    for name in ("key_images", "calibrations"):
        op.create_table(
            name,
            sa.Column("id", sa.String(length=36), nullable=False),
            sa.Column("revision", sa.Integer(), nullable=False),
            sa.Column("is_current", sa.Boolean(), nullable=False),
            sa.Column("is_deleted", sa.Boolean(), nullable=False),
            sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("id", "revision"),
        )
        op.create_index(f"{name}_of_study", name, ["study_instance_uid", "is_current"], unique=False)
    op.create_table(
        "desktops",
        sa.Column("user", sa.String(length=36), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user"),
    )
