"""Fixtures: fresh databases, on SQLite and on PostgreSQL.

`database` runs a test twice, once on each; `sqlite` and `postgresql` give one kind. Each test has a database of its
own, copied from a template that has all tables.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect
from tests.support.postgres import Postgres

from pellucid.domain.ids import new_id
from pellucid.storage import rows
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade

BACKENDS = ("sqlite", "postgresql")
TEMPLATE = "pellucid_template"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server a test session (under xdist: a worker), started when the first test asks for it."""
    with Postgres() as server:
        server.create(TEMPLATE)
        database = Database(server.url(TEMPLATE))
        make_tables(database)
        database.close()
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "pellucid.db"
    database = Database(f"sqlite:///{path}")
    make_tables(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "pellucid.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres_server: Postgres) -> Iterator[str]:
    name = f"test_{new_id().lower()}"
    postgres_server.create(name, template=TEMPLATE)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLAlchemy URL of an empty database with all tables."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, opened: for tests that must hold on both."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    """For what only PostgreSQL does."""
    database = Database(postgresql_url)
    yield database
    database.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    """For tests that have nothing to do with the kind of database."""
    database = Database(sqlite_url)
    yield database
    database.close()


def make_tables(database: Database) -> None:
    """What migrations make; before there are any, what the rows say."""
    upgrade(database)
    table = rows.org.OrgRow.__tablename__
    if table not in inspect(database.engine).get_table_names():
        rows.org.OrgRow.metadata.create_all(database.engine)
