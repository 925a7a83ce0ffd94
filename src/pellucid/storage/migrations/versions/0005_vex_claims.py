"""VEX: claims of documents, and when a decision that was taken from one had been said"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0004 to 0005."""
    op.create_table(
        "vex_claim",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("scan_id", sa.String(length=26), nullable=True),
        sa.Column("file_id", sa.String(length=26), nullable=True),
        sa.Column("document", sa.String(length=255), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("justification", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_vex_claim_file_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_vex_claim_scan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vex_claim")),
    )
    with op.batch_alter_table("vex_claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vex_claim_scan_id"), ["scan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vex_claim_file_id"), ["file_id"], unique=False)
    with op.batch_alter_table("finding_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("said_time", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("is_proposed", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """From revision 0005 to 0004."""
    with op.batch_alter_table("finding_state", schema=None) as batch_op:
        batch_op.drop_column("is_proposed")
        batch_op.drop_column("said_time")
    op.drop_table("vex_claim")
