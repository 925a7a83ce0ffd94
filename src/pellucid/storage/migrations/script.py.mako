"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
# ruff: noqa: PLR0915 (as long as the schema is large)
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """From revision ${down_revision or "none"} to ${up_revision}."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """From revision ${up_revision} to ${down_revision or "none"}."""
    ${downgrades if downgrades else "pass"}
