"""The store itself: opening it, what is in it, and taking new data in."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.fetching.protocol import Loaded, SourceStatus
from pellucid.advisories.store import schema
from pellucid.advisories.store.connection import Connection, Sqlite, connect, file_at
from pellucid.advisories.store.encoding import unpacked
from pellucid.advisories.store.settling import settle
from pellucid.advisories.store.taking import Intake, Taking, iso
from pellucid.errors import Malformed

FILE = "advisories.db"


class Store:
    """The advisories of an installation. Readers and one writer may use it at the same time, each with its own."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._taking: Taking | None = None
        found = self._meta("version")
        if found and int(found) != schema.VERSION:
            connection.close()
            raise Malformed(
                f"the store of advisories is of version {found}, this program reads {schema.VERSION}: export it "
                "with the program that wrote it, remove it and import it again, or fetch everything anew"
            )

    @classmethod
    def open(cls, place: Path | str, *, create: bool = True) -> "Store":
        """The store in a file, or in the PostgreSQL database of a SQLAlchemy URL.

        Raises Malformed for something else, OSError; and NotFound for one that is not there, unless it may be made.
        """
        if isinstance(place, Path) and create:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(connect(place, create=create))

    @classmethod
    def in_memory(cls, name: str = "") -> "Store":
        """One that nobody else sees, and that is gone afterwards. `name` is the beginning of its digest."""
        store = cls(Sqlite(None))
        if name:
            store._set("store", name)
        return store

    @property
    def is_in_memory(self) -> bool:
        """Whether nobody else can see it."""
        return isinstance(self.connection, Sqlite) and self.connection.file is None

    def is_still_at(self, path: Path) -> bool:
        """Whether the file at this path is the one that was opened."""
        return isinstance(self.connection, Sqlite) and self.connection.file == file_at(path)

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

    def sources(self) -> list[SourceStatus]:
        rows = self.connection.rows(
            "SELECT name, feed, records, faults, newest, checked, updated, digest, state, version FROM source "
            "ORDER BY name"
        )
        return [
            SourceStatus(
                name=name,
                feed=feed,
                records=records,
                faults=faults,
                newest=_moment(newest),
                checked=_moment(checked),
                updated=_moment(updated),
                digest=digest,
                state=json.loads(state),
                version=version,
            )
            for name, feed, records, faults, newest, checked, updated, digest, state, version in rows
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
    def update(self) -> Iterator[None]:
        """All that is taken in within the block becomes visible when it ends, and nothing of it after an exception."""
        if self._taking is not None:
            yield
            return
        with self.connection.writing():
            self._taking = Taking(self.connection, revision=self.revision + 1)
            try:
                yield
                self._settle(self._taking)
            finally:
                self._taking = None

    def replace(
        self,
        source: str,
        feed: str,
        records: Iterator[RawRecord],
        state: Mapping[str, Any],
        *,
        checked: datetime,
        force: bool = False,
    ) -> Loaded:
        """Make `records` all that the source has; of several with one id, the one modified last counts.

        Raises what `records` raises, and what `refuse_shrink` does; the source is then as it was.
        """
        return self._take(Intake(source, feed, dict(state), checked, whole=True, force=force), records)

    def merge(
        self,
        source: str,
        feed: str,
        records: Iterator[RawRecord],
        state: Mapping[str, Any] | None,
        *,
        checked: datetime,
    ) -> Loaded:
        """Add and replace records; one that is older than the one that is there changes nothing. None: same state."""
        kept = next((item.state for item in self.sources() if item.name == source), {}) if state is None else state
        return self._take(Intake(source, feed, dict(kept), checked, whole=False), records)

    def note_checked(self, source: str, state: Mapping[str, Any], *, checked: datetime) -> None:
        """The publisher was asked, and nothing has changed."""
        with self.connection.writing() if self._taking is None else nullcontext():
            self.connection.run(
                "UPDATE source SET checked = ?, state = ? WHERE name = ?", iso(checked), json.dumps(dict(state)), source
            )

    def _take(self, intake: Intake, records: Iterator[RawRecord]) -> Loaded:
        with self.update(), self.connection.part():
            assert self._taking is not None
            return self._taking.take(intake, records)

    def _settle(self, taking: Taking) -> None:
        if not self._meta("store"):
            self._set("store", uuid.uuid4().hex[:12])
            self._set("version", str(schema.VERSION))
        if taking.is_changed:
            settle(self.connection, revision=taking.revision, at=datetime.now(UTC))
            self._set("revision", str(taking.revision))

    def changed_since(self, digest: str) -> tuple[frozenset[tuple[str, str]], frozenset[str]] | None:
        """(subjects, vulnerabilities) of which something has changed since the digest was this one.

        None for a digest that this store never had.
        """
        name, _, revision = digest.rpartition("-")
        if name != self._meta("store") or not revision.isdecimal() or int(revision) > self.revision:
            return None
        rows = list(self.connection.rows("SELECT ecosystem, name FROM change WHERE revision > ?", int(revision)))
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
