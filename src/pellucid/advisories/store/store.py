"""The store itself: opening it, what is in it, and taking new data in."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pellucid.advisories.store import schema
from pellucid.advisories.store.connection import Connection, Sqlite, connect
from pellucid.advisories.store.encoding import unpacked
from pellucid.advisories.store.settling import settle
from pellucid.advisories.store.taking import Loaded, Taking
from pellucid.errors import Malformed

FILE = "advisories.db"


@dataclass(frozen=True, kw_only=True)
class StoredSource:
    """A source as it lies in the store. Times are UTC; `state` is what its fetcher left for the next time.

    `version` is that of the feed's reader; `newest` the time of the newest statement, `checked` when the publisher was
    last asked, `updated` when that brought something new; `digest` changes with the records.
    """

    name: str
    feed: str
    version: int
    records: int
    faults: int
    newest: datetime | None
    checked: datetime | None
    updated: datetime | None
    digest: str
    state: Mapping[str, Any]


class Store:
    """The advisories of an installation. Readers and one writer may use it at the same time, each with its own."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        found = self._meta("version")
        if found and int(found) != schema.VERSION:
            connection.close()
            raise Malformed(
                f"the store of advisories is of version {found}, this program reads {schema.VERSION}: export it "
                "with the program that wrote it, remove it and import it again, or fetch everything anew"
            )

    @classmethod
    def open(cls, place: Path | str) -> "Store":
        """The store in a file, made when there is none, or in a PostgreSQL database. Raises Malformed, OSError."""
        if isinstance(place, Path):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(connect(place, create=True))

    @classmethod
    def in_memory(cls) -> "Store":
        """One that nobody else sees, and that is gone afterwards."""
        return cls(Sqlite(None))

    def close(self) -> None:
        self.connection.close()

    @property
    def revision(self) -> int:
        """How often something in it has changed."""
        return int(self._meta("revision") or 0)

    @property
    def digest(self) -> str:
        """Changes whenever what a matcher would be told changes; never the same for two stores."""
        return f"{self._meta('store') or 'empty'}-{self.revision}"

    def sources(self) -> list[StoredSource]:
        rows = self.connection.rows(
            "SELECT name, feed, version, records, faults, newest, checked, updated, digest, state FROM source "
            "ORDER BY name"
        )
        return [
            StoredSource(
                name=name,
                feed=feed,
                version=version,
                records=records,
                faults=faults,
                newest=_moment(newest),
                checked=_moment(checked),
                updated=_moment(updated),
                digest=digest,
                state=json.loads(state),
            )
            for name, feed, version, records, faults, newest, checked, updated, digest, state in rows
        ]

    def raw(self, source: str) -> Iterator[tuple[str, str, bytes]]:
        """(id, modified, raw) of each record of a source, in the order of ids; a few at a time in memory."""
        last = ""
        while True:
            rows = list(
                self.connection.rows(
                    "SELECT id, modified, raw FROM record WHERE source = ? AND id > ? ORDER BY id LIMIT 1000",
                    source,
                    last,
                )
            )
            if not rows:
                return
            for id_, modified, raw in rows:
                yield id_, modified, unpacked(raw)
            last = rows[-1][0]

    @contextmanager
    def update(self) -> Iterator["Taking"]:
        """Take new data in: all of it becomes visible when the block ends, and nothing after an exception."""
        with self.connection.writing():
            taking = Taking(self.connection, revision=self.revision + 1)
            yield taking
            if taking.is_changed or next(self.connection.rows("SELECT count(*) FROM dirty"))[0]:
                settle(self.connection, revision=taking.revision, at=datetime.now(UTC))
                self._set("revision", str(taking.revision))
            self._set("version", str(schema.VERSION))
            if not self._meta("store"):
                self._set("store", uuid.uuid4().hex[:12])

    def changed_since(self, revision: int) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
        """(subjects, vulnerabilities) of which something has changed after that revision."""
        rows = list(self.connection.rows("SELECT ecosystem, name FROM change WHERE revision > ?", revision))
        subjects = frozenset((ecosystem, name) for ecosystem, name in rows if ecosystem)
        return subjects, frozenset(name for ecosystem, name in rows if not ecosystem)

    def _meta(self, name: str) -> str:
        return next((value for (value,) in self.connection.rows("SELECT value FROM meta WHERE name = ?", name)), "")

    def _set(self, name: str, value: str) -> None:
        self.connection.run(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


__all__ = ["Loaded", "Store", "StoredSource"]
