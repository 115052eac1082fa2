"""Outcomes of served turns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "outcomes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "release", sa.String(64), sa.ForeignKey("releases.id"), nullable=False, index=True
        ),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("satisfied", sa.Boolean),
        sa.Column("resolved", sa.Boolean),
        sa.Column("comment", sa.Text),
        sa.Column("rated", sa.String(32)),
    )
