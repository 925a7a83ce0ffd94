"""An index of the findings that are there now, with all that grids ask for"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = (
    *("is_present", "product_id", "severity_rank", "severity", "status", "type", "is_kev", "predicates"),
    *("is_reachable", "has_known_fix", "cvss_score", "epss", "maturity", "risk", "confidence", "create_time", "id"),
)
NOW = (
    *("severity_rank", "id", "severity", "status", "type", "is_kev", "predicates", "is_reachable", "has_known_fix"),
    *("cvss_score", "epss", "maturity", "risk", "confidence", "create_time", "product_id", "vulnerability"),
    *("dependency_product", "name"),
)


def upgrade() -> None:
    """From revision 0005 to 0006."""
    op.drop_index("ix_finding_listed", table_name="finding")
    op.create_index(
        "ix_finding_present",
        "finding",
        [*NOW],
        sqlite_where=sa.text("is_present = 1"),
        postgresql_where=sa.text("is_present"),
    )


def downgrade() -> None:
    """From revision 0006 to 0005."""
    op.drop_index("ix_finding_present", table_name="finding")
    op.create_index("ix_finding_listed", "finding", [*BEFORE])
