"""Hardening: verdicts on what is hardened or not"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0007 to 0008."""
    op.create_table(
        "scan_hardening",
        sa.Column("scan_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_hardening_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scan_id", "number", name=op.f("pk_scan_hardening")),
    )
    with op.batch_alter_table("scan_hardening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_hardening_scan_id_place"), ["scan_id", "place"], unique=False)


def downgrade() -> None:
    """From revision 0008 to 0007."""
    op.drop_table("scan_hardening")
