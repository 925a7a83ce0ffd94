"""Migrations: bring a database to the newest schema, from inside the program and without an ini file.

`python -m pellucid.storage.migration MESSAGE` writes the next revision from the difference to the rows.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from pellucid.errors import ConfigurationError
from pellucid.storage.database import Database

SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 0x70656C6D  # any number that no other advisory lock has


def upgrade(database: Database) -> None:
    """Bring the schema to the newest revision. All of it or nothing; of two that start at once, one waits.

    ConfigurationError when a newer Pellucid has made the database.
    """
    try:
        with _alone(database) as connection:
            command.upgrade(_config(connection), "head")
    except CommandError as error:
        message = f"The database cannot be brought to this version's schema; has a newer Pellucid used it? ({error})"
        raise ConfigurationError(message) from error


def revise(message: str) -> Path | None:
    """Write the revision that is missing between the migrations and the rows; None when nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        upgrade(database)
        scripts = ScriptDirectory(str(SCRIPTS))
        number = f"{len(list(scripts.walk_revisions())) + 1:04}"
        with _alone(database) as connection:
            script = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
        database.close()
    if script is None or isinstance(script, list):
        return None
    path = Path(script.path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.strip().startswith("# ###")), encoding="utf-8")
    return path


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A transaction that no other migration of this database runs beside."""
    with database.engine.connect().execution_options(pellucid_write=True) as connection:
        if not database.is_sqlite:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
                yield connection
            return
        # SQLite changes most things by copying a table and dropping the old one, which would delete what refers to it.
        # The switch works outside of transactions only.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.execute(text("PRAGMA foreign_key_check")).first()
                if broken is not None:
                    raise RuntimeError(f"the migration has left rows of {broken[0]} that refer to nothing")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


if __name__ == "__main__":
    path = revise(" ".join(sys.argv[1:]) or "schema")
    sys.stdout.write(f"{path or 'nothing to do'}\n")
