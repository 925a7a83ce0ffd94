"""The database: SQLite (WAL) or PostgreSQL, behind transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

BUSY_SECONDS = 60
# PostgreSQL plans for disks with moving heads, and would rather read a whole table than an index that has all it needs;
# compiling queries takes longer than those of grids may.
PLANNING = ("SET random_page_cost = 1.1", "SET jit = off")


class Transaction:
    """A unit of work. Repositories and listings take it; nobody above storage looks inside."""

    def __init__(self, session: Session) -> None:
        self.session = session


class Database:
    """Opens transactions. `begin` may write and commits at the end; `read` never writes."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.engine = _engine(self.url)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A writing transaction: all of it is committed, or, after an exception, nothing."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            # SQLite: take the write lock now, so that a transaction never fails half-way for being late.
            session.connection(execution_options={"pellucid_write": True})
            yield Transaction(session)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A reading transaction: one consistent view."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield Transaction(session)

    def close(self) -> None:
        self.engine.dispose()


def _postgresql(url: URL) -> Engine:
    engine = create_engine(url, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Not as options of the connection, which poolers in between refuse.
        for statement in PLANNING:
            connection.execute(statement)
        connection.commit()

    return engine


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return _postgresql(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: "begin" below decides which kind.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writing = connection.get_execution_options().get("pellucid_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
