"""Alembic's side of migrations: runs in the transaction that `storage/migration.py` has opened."""

from typing import Any, Literal

from alembic import context

from pellucid.storage import rows
from pellucid.storage.rows.declarative import UtcDateTime


def render(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Migrations name plain types: they must still work when ours have changed."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=rows.org.OrgRow.metadata,
    render_as_batch=True,  # SQLite can alter little: tables are copied there
    render_item=render,
    transactional_ddl=True,
)
context.run_migrations()
