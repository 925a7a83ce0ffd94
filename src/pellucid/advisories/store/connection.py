"""One way to speak to both databases: SQL with "?" for parameters, lists of texts as one parameter, bulk inserts.

SQLAlchemy would cost more time to load than a scan takes to match, and has no bulk copy.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from pellucid.advisories.store import schema
from pellucid.errors import Malformed, NotFound

BUSY_SECONDS = 60
Row = tuple[Any, ...]
# The namespace of the store in a PostgreSQL database, and the key of the lock that lets one writer in.
NAMESPACE = "advisories"
LOCK = 0x50454C4C


class Texts(tuple[str, ...]):
    """A parameter that stands for `{texts}` in SQL: a table with a column `a`."""


class Keys(tuple[int, ...]):
    """A parameter that stands for `{keys}` in SQL: a table with a column `a`."""


class Pairs(tuple[tuple[str, str], ...]):
    """A parameter that stands for `{pairs}` in SQL: a table with the columns `a` and `b`."""


class Connection(Protocol):
    """An open database."""

    def rows(self, sql: str, *parameters: Any) -> Iterator[Row]:
        """The rows of a query, which is run when the first is asked for."""
        ...

    def run(self, sql: str, *parameters: Any) -> None:
        """Run a statement that has no rows."""
        ...

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows; none of them may be there yet."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """A transaction, the only writing one: all of it or nothing."""
        ...

    def part(self) -> AbstractContextManager[None]:
        """A part of a transaction that can fail alone."""
        ...

    def close(self) -> None: ...


LISTS = (Keys, Texts, Pairs)
EACH = "(SELECT value AS a FROM json_each(?))"
EACH_TWO = "(SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(?))"


class Sqlite:
    """The store as one file, in WAL mode: readers see the old data until all of the new is there."""

    def __init__(self, path: Path | None, *, create: bool = False) -> None:
        """None: in memory. Raises Malformed for a file that is no store of this program."""
        if path is None:
            self._link = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        elif not create and not path.exists():
            raise NotFound(f"There is no store of advisories at {path}.")
        else:
            mode = "rwc" if create else "rw"
            address = f"{path.absolute().as_uri()}?mode={mode}"
            self._link = sqlite3.connect(
                address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        self.file = file_at(path) if path else None
        try:
            if path is not None:
                for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-32000", "temp_store=FILE"):
                    self._link.execute(f"PRAGMA {pragma}")
            if create or path is None:
                self._create()
        except sqlite3.DatabaseError as error:
            self._link.close()
            raise Malformed(f"{path} is no store of advisories: {error}") from error

    def _create(self) -> None:
        with self.writing():
            if not next(self.rows("SELECT count(*) FROM sqlite_master WHERE name = 'meta'"))[0]:
                for statement in schema.TABLES.format(bytes="BLOB", real="REAL").split(";\n"):
                    self._link.execute(statement)

    def rows(self, sql: str, *parameters: Any) -> Iterator[Row]:
        given = [json.dumps(item) if isinstance(item, LISTS) else item for item in parameters]
        yield from self._link.execute(sql.format(keys=EACH, texts=EACH, pairs=EACH_TWO), given)

    def run(self, sql: str, *parameters: Any) -> None:
        for _ in self.rows(sql, *parameters):
            pass

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        self._link.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 (names of ours)

    @contextmanager
    def writing(self) -> Iterator[None]:
        self._link.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._link.execute("ROLLBACK")
            raise
        self._link.execute("COMMIT")

    @contextmanager
    def part(self) -> Iterator[None]:
        self._link.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._link.execute("ROLLBACK TO part")
            raise
        finally:
            self._link.execute("RELEASE part")

    def close(self) -> None:
        self._link.close()


class Postgres:
    """The store in a schema of its own beside the server's tables."""

    def __init__(self, conninfo: str, *, create: bool = False) -> None:
        """Raises NotFound when the schema is not there, and is not to be made."""
        import psycopg  # noqa: PLC0415 (takes 100 ms to load, and only servers have it)

        self._link: psycopg.Connection[Row] = psycopg.connect(conninfo, autocommit=True)
        self._link.execute(f"SET search_path = {NAMESPACE}")
        if self._is_there():
            return
        if not create:
            self._link.close()
            raise NotFound("There is no store of advisories in the database.")
        with self.writing():
            self._link.execute(f"CREATE SCHEMA IF NOT EXISTS {NAMESPACE}".encode())
            if not self._is_there():
                for statement in schema.TABLES.format(bytes="BYTEA", real="DOUBLE PRECISION").split(";\n"):
                    if statement.strip():
                        self._link.execute(statement.encode())

    def _is_there(self) -> bool:
        found = self._link.execute("SELECT to_regclass(%s)", [f"{NAMESPACE}.meta"]).fetchone()
        return found is not None and found[0] is not None

    def rows(self, sql: str, *parameters: Any) -> Iterator[Row]:
        sql = sql.format(
            keys="(SELECT unnest(?::bigint[]) AS a)",
            texts="(SELECT unnest(?::text[]) AS a)",
            pairs="(SELECT * FROM unnest(?::text[], ?::text[]) AS two(a, b))",
        )
        given: list[Any] = []
        for item in parameters:
            if isinstance(item, Pairs):
                given += [[a for a, _ in item], [b for _, b in item]]
            else:
                given.append(list(item) if isinstance(item, LISTS) else item)
        with self._link.cursor() as cursor:
            cursor.execute(sql.replace("?", "%s").encode(), given)
            if cursor.description is not None:
                yield from cursor.fetchall()

    def run(self, sql: str, *parameters: Any) -> None:
        for _ in self.rows(sql, *parameters):
            pass

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        with (
            self._link.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._link.transaction():
            self._link.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            yield

    @contextmanager
    def part(self) -> Iterator[None]:
        with self._link.transaction():
            yield

    def close(self) -> None:
        self._link.close()


def file_at(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one at the same path; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def connect(place: Path | str, *, create: bool = False) -> Connection:
    """Open the store in a file, or in the database of a SQLAlchemy URL of PostgreSQL."""
    if isinstance(place, Path):
        return Sqlite(place, create=create)
    return Postgres("postgresql://" + place.partition("://")[2], create=create)
