"""Migrations: complete, repeatable, safe beside each other."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from tests.support.postgres import Postgres

from pellucid.errors import ConfigurationError
from pellucid.storage import rows
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade

METADATA = rows.org.OrgRow.metadata
UPGRADE = """
import sys
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade
sys.stdin.readline()
upgrade(Database(sys.argv[1]))
"""
AT_ONCE = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    server: Postgres = request.getfixturevalue("postgres_server")
    name = f"new_{tmp_path.name}".lower()
    server.create(name)
    return server.url(name)


def test_migrations_make_what_the_rows_say(new_url: str) -> None:
    database = Database(new_url)
    upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    database.close()


def test_upgrading_again_changes_nothing(database: Database) -> None:
    upgrade(database)
    upgrade(database)
    with database.read() as tx:
        assert tx.session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_processes_that_start_at_once_all_succeed(new_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, new_url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(AT_ONCE)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * AT_ONCE, errors


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.begin() as tx:
        tx.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="newer Pellucid"):
        upgrade(database)


def test_foreign_keys_hold_after_an_upgrade(sqlite: Database) -> None:
    upgrade(sqlite)
    with sqlite.read() as tx:
        assert tx.session.scalar(text("PRAGMA foreign_keys")) == 1
