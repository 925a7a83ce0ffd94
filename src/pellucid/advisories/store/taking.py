"""Taking the records of a source in: what is new, what has changed, what has gone."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.feeds import KEY_LISTS
from pellucid.advisories.feeds import entries as entries_of
from pellucid.advisories.feeds import version as feed_version
from pellucid.advisories.fetching.protocol import Loaded, refuse_shrink
from pellucid.advisories.key_groups import KEYS
from pellucid.advisories.store import encoding
from pellucid.advisories.store.connection import Connection, Keys, Pairs, Row, Texts
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import VulnerabilityState

BATCH = 2000
LONGEST_NAME = 200

RECORD = ("key", "source", "id", "modified", "digest", "fault", "live", "body", "raw")
MENTION = ("key", "kind", "name")
AFFECTED = ("key", "ecosystem", "name", "body")
IS, SPEAKS_OF = 0, 1
FORGET = (
    "DELETE FROM record WHERE key IN (SELECT a FROM {keys} AS old)",
    "DELETE FROM mention WHERE key IN (SELECT a FROM {keys} AS old)",
    "DELETE FROM affected WHERE key IN (SELECT a FROM {keys} AS old)",
    "DELETE FROM about WHERE key IN (SELECT a FROM {keys} AS old)",
)
NOTE = (
    "INSERT INTO source (name, feed, version, records, faults, newest, checked, updated, digest, state) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET feed = excluded.feed, "
    "version = excluded.version, records = excluded.records, faults = excluded.faults, newest = excluded.newest, "
    "checked = excluded.checked, updated = excluded.updated, digest = excluded.digest, state = excluded.state"
)


@dataclass(frozen=True)
class Intake:
    """What comes: of which source and feed, what its fetcher wants to be kept, and whether it is all there is."""

    source: str
    feed: str
    state: Mapping[str, Any]
    checked: datetime
    whole: bool
    force: bool = False


class _Known(NamedTuple):
    """A record that is there."""

    key: int
    digest: bytes
    modified: str


class Taking:
    """New data on its way into the store, within one transaction."""

    def __init__(self, connection: Connection, *, revision: int) -> None:
        self._connection = connection
        self.revision = revision
        self.is_changed = False
        self._next = (next(connection.rows("SELECT max(key) FROM record"))[0] or 0) + 1

    def take(self, intake: Intake, records: Iterable[RawRecord]) -> Loaded:
        """Take the records of a source in, in a part of the transaction that can fail alone."""
        source, version = intake.source, feed_version(intake.feed)
        stored = next(self._connection.rows("SELECT version FROM source WHERE name = ?", source), (version,))[0]
        # Records that a former version of the reader understood are understood again.
        again = stored != version
        known = {
            id_: _Known(key, bytes(digest), modified)
            for key, id_, digest, modified in self._connection.rows(
                "SELECT key, id, digest, modified FROM record WHERE source = ?", source
            )
        }
        before, seen, faults, added, changed = len(known), set[str](), set[str](), set[str](), set[str]()
        for batch in _batches(iter(records)):
            fresh: list[tuple[RawRecord, bytes]] = []
            gone: list[int] = []
            for item in _newest(batch):
                if item.fault:
                    faults.add(item.id)
                digest, old, is_first = encoding.digest(item.stamp or item.raw), known.get(item.id), item.id not in seen
                seen.add(item.id)
                if old is not None:
                    if old.digest == digest and is_first:
                        if not again:
                            continue
                    elif old.digest == digest or _is_older(item, old.modified, is_first=is_first):
                        continue
                    gone.append(old.key)
                (added if old is None or item.id in added else changed).add(item.id)
                fresh.append((item, digest))
            self._forget(gone)
            known.update(self._write(source, fresh))
        lost = [entry.key for id_, entry in known.items() if id_ not in seen] if intake.whole else []
        refuse_shrink(source, before, len(lost), force=intake.force)
        for start in range(0, len(lost), BATCH):
            self._forget(lost[start : start + BATCH])
        loaded = Loaded(seen=len(seen), added=len(added), changed=len(changed), removed=len(lost), faults=len(faults))
        self.is_changed = self.is_changed or loaded.altered > 0
        # Of what only came on top, the rest is still as a former version understood it.
        noted = version if intake.whole else stored
        self._note(intake, loaded, version=noted, records=len(known) - len(lost))
        return loaded

    def _write(self, source: str, fresh: Iterable[tuple[RawRecord, bytes]]) -> dict[str, _Known]:
        """Add records; those that are there now by id."""
        written: dict[str, _Known] = {}
        rows: list[Row] = []
        mentions: list[Row] = []
        affected: list[Row] = []
        for item, digest in fresh:
            key, self._next = self._next, self._next + 1
            record, modified = item.record, _modified(item)
            written[item.id] = _Known(key, digest, modified)
            body, live = (_body(record), _live(record)) if record else (b"", 0)
            raw = encoding.packed(item.raw)
            rows.append((key, source, _text(item.id), modified, digest, item.fault[:300], live, body, raw))
            if record is None:
                continue
            names = dict.fromkeys((_text(record.id), *map(_text, record.aliases)))
            mentions.extend((key, IS, name) for name in names)
            mentions.extend((key, SPEAKS_OF, name) for name in dict.fromkeys(map(_text, record.upstream)))
            affected.extend(
                (key, _text(part.subject[0]), _text(part.subject[1]), encoding.encoded(part))
                for part in record.affected
            )
        if not rows:
            return written
        self._connection.insert("record", RECORD, rows)
        self._connection.insert("mention", MENTION, mentions)
        self._connection.insert("affected", AFFECTED, affected)
        self._touch({name for _, _, name in mentions}, {(ecosystem, name) for _, ecosystem, name, _ in affected})
        return written

    def _forget(self, keys: list[int]) -> None:
        """Remove records; what they spoke of is to be consolidated without them."""
        if not keys:
            return
        chosen, rows = Keys(keys), self._connection.rows
        names = {name for (name,) in rows("SELECT name FROM {keys} AS old JOIN mention ON key = a", chosen)}
        subjects = {*rows("SELECT ecosystem, name FROM {keys} AS old JOIN affected ON key = a", chosen)}
        self._touch(names, {(ecosystem, name) for ecosystem, name in subjects})
        for statement in FORGET:
            self._connection.run(statement, chosen)

    def _touch(self, names: Iterable[str], subjects: Iterable[tuple[str, str]]) -> None:
        self._connection.run(
            "INSERT INTO dirty (name) SELECT DISTINCT a FROM {texts} AS given WHERE true ON CONFLICT DO NOTHING",
            Texts(names),
        )
        note_changes(self._connection, subjects, self.revision)

    def _note(self, intake: Intake, loaded: Loaded, *, version: int, records: int) -> None:
        rows = self._connection.rows
        if intake.feed in KEY_LISTS:
            records = self._entries(intake)
            note_changes(self._connection, [(KEYS, intake.source)] if loaded.altered else [], self.revision)
        newest = next(rows("SELECT max(modified) FROM record WHERE source = ?", intake.source))[0] or ""
        old = next(rows("SELECT updated, digest FROM source WHERE name = ?", intake.source), None)
        checked = iso(intake.checked)
        updated, digest = old if old and not loaded.altered else (checked, self._digest(intake.source))
        faults = next(rows("SELECT count(*) FROM record WHERE source = ? AND fault <> ''", intake.source))[0]
        state = json.dumps(dict(intake.state))
        self._connection.run(
            NOTE, intake.source, intake.feed, version, records, faults, newest, checked, updated, digest, state
        )

    def _entries(self, intake: Intake) -> int:
        """How many keys a list has: a record is a group of them."""
        rows = self._connection.rows("SELECT id, raw FROM record WHERE source = ?", intake.source)
        return sum(entries_of(intake.feed, id_, encoding.unpacked(raw)) for id_, raw in rows)

    def _digest(self, source: str) -> str:
        """Over all records, whatever the order in which they came."""
        total = blake2b(digest_size=16)
        for (digest,) in self._connection.rows("SELECT digest FROM record WHERE source = ? ORDER BY id", source):
            total.update(digest)
        return total.hexdigest()


def note_changes(connection: Connection, subjects: Iterable[tuple[str, str]], revision: int) -> None:
    """Say of subjects ("" as the ecosystem: of vulnerabilities) that this revision changed them."""
    connection.run(
        "INSERT INTO change (ecosystem, name, revision) SELECT a, b, CAST(? AS BIGINT) FROM {pairs} AS given "
        "WHERE true ON CONFLICT (ecosystem, name) DO UPDATE SET revision = excluded.revision",
        revision,
        Pairs(dict.fromkeys(subjects)),
    )


def _batches(records: Iterator[RawRecord]) -> Iterator[list[RawRecord]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def _newest(batch: Iterable[RawRecord]) -> Iterable[RawRecord]:
    """Each id once: the one that was changed last, of those alike the first."""
    found: dict[str, RawRecord] = {}
    for item in batch:
        other = found.get(item.id)
        if other is None or _modified(item) > _modified(other):
            found[item.id] = item
    return found.values()


def _modified(item: RawRecord) -> str:
    return iso(item.record.modified if item.record else item.modified)


def _is_older(item: RawRecord, modified: str, *, is_first: bool) -> bool:
    """Whether what is there is newer: mirrors lag behind, and a source's files repeat records in any order."""
    new = _modified(item)
    return bool(new and modified and new < modified) or (not is_first and new <= modified)


def _body(record: AdvisoryRecord) -> bytes:
    return encoding.encoded(replace(record, affected=()))


def _live(record: AdvisoryRecord) -> int:
    return int(record.state is VulnerabilityState.LIVE and not record.informational)


def iso(when: datetime | None) -> str:
    """As texts that sort by time; empty for none."""
    return when.astimezone(UTC).isoformat(timespec="microseconds") if when else ""


def _text(text: str) -> str:
    """As both databases can hold it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:LONGEST_NAME]
