"""Settling: what all records together say of the vulnerabilities whose records have changed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pellucid.advisories.consolidation import Said, consolidated, news
from pellucid.advisories.store import encoding
from pellucid.advisories.store.connection import Connection, Keys, Row, Texts
from pellucid.advisories.store.names import groups
from pellucid.advisories.store.taking import IS, iso, note_changes
from pellucid.domain.ids import named_id, new_id
from pellucid.domain.vulnerability import Vulnerability, VulnerabilityState

PIECE = 2000
MOST_ROUNDS = 20
MOST_NAMES = 50_000
FORECAST = "epss"

VULNERABILITY = (
    "name",
    "id",
    "published",
    "modified",
    "score",
    "epss",
    "maturity",
    "kev",
    "ransomware",
    "live",
    "escalated",
    "digest",
    "body",
)


def settle(connection: Connection, *, revision: int, at: datetime) -> None:
    """Consolidate what is dirty, a few thousand names at a time; afterwards nothing is."""
    while names := {name for (name,) in connection.rows("SELECT name FROM dirty ORDER BY name LIMIT ?", PIECE)}:
        whole = _closed(connection, names)
        _Piece(connection, whole).settle(names, revision, at)
        # Where there were too many, only what was asked for was looked at whole.
        done = whole if len(whole) <= MOST_NAMES else names
        connection.run("DELETE FROM dirty WHERE name IN (SELECT a FROM {texts} AS done)", Texts(done))


def _closed(connection: Connection, names: Collection[str]) -> set[str]:
    """With all names that are, by any chain of aliases, or were until now, names of the same vulnerabilities."""
    found, frontier = set(names), set(names)
    for _ in range(MOST_ROUNDS):
        if not frontier or len(found) > MOST_NAMES:
            break
        given = Texts(frontier)
        rows = connection.rows(
            "SELECT other.name FROM {texts} AS given JOIN mention AS one ON one.name = given.a AND one.kind = 0 "
            "JOIN mention AS other ON other.key = one.key AND other.kind = 0 "
            "UNION SELECT renamed.alias FROM {texts} AS given JOIN renamed ON renamed.name = given.a "
            "UNION SELECT renamed.name FROM {texts} AS given JOIN renamed ON renamed.alias = given.a",
            given,
            given,
            given,
        )
        frontier = {name for (name,) in rows} - found
        found |= frontier
    return found


class _Piece:
    """Names that are whole groups, and the records that mention them: by what they are, or speak of."""

    def __init__(self, connection: Connection, names: set[str]) -> None:
        self._connection = connection
        self._names = names
        self._own: dict[int, list[str]] = defaultdict(list)
        self._upstream: dict[int, list[str]] = defaultdict(list)
        for key, kind, name in connection.rows(
            "SELECT key, kind, name FROM mention WHERE key IN "
            "(SELECT key FROM {texts} AS given JOIN mention ON mention.name = given.a) ORDER BY key, kind, name",
            Texts(names),
        ):
            (self._own if kind == IS else self._upstream)[key].append(name)
        inside = (items for items in self._own.values() if not names.isdisjoint(items))
        self._canonical = groups([*inside, *([name] for name in names)])
        self._heads = {self._canonical[name] for name in names}

    def settle(self, touched: Collection[str], revision: int, at: datetime) -> None:
        """Consolidate all of it; that something else is said of what was `touched` is noted, whatever comes of it."""
        said = self._said()
        members: dict[str, set[str]] = defaultdict(set)
        for alias, name in self._canonical.items():
            members[name].add(alias)
        changed = self._replace(said, members, iso(at))
        changed.update(self._canonical[name] for name in touched)
        note_changes(self._connection, (("", name) for name in changed), revision)
        self._rename(said)
        self._relate()

    def _speaks_of(self, key: int) -> Sequence[str]:
        """Of what it is about; where it only says what it is, of that."""
        return self._upstream.get(key) or self._own[key]

    def _said(self) -> dict[str, list[Said]]:
        said: dict[str, list[Said]] = defaultdict(list)
        rows = self._connection.rows(
            "SELECT key, source, body FROM {keys} AS given JOIN record ON key = a WHERE length(body) > 0",
            Keys(sorted(self._own.keys() | self._upstream.keys())),
        )
        for key, source, body in rows:
            record = encoding.record(bytes(body))
            of = {self._canonical.get(name, name) for name in self._speaks_of(key)}
            for name in of & self._heads:
                said[name].append(Said(source, record, upstream=key in self._upstream))
        # Forecasts are made for every CVE; one that nobody else speaks of would only be a name.
        return {name: items for name, items in said.items() if any(item.source != FORECAST for item in items)}

    def _replace(self, said: Mapping[str, list[Said]], members: Mapping[str, set[str]], now: str) -> set[str]:
        """Write what is different now; the names of it."""
        old = self._stored()
        gone = old.keys() - said.keys()
        rows: list[Row] = []
        history: list[Row] = []
        for name in sorted(said):
            value = consolidated(name, members.get(name, ()), said[name])
            body = encoding.encoded(value)
            digest, before = encoding.digest(body), old.get(name)
            if before and before[0] == digest:
                continue
            escalated = before[1] if before else ""
            if before:
                difference = news(encoding.vulnerability(before[2]), value)
                escalated = now if difference.worse else escalated
                history += [(new_id(), name, now, before[2])] if difference.kinds else []
            rows.append(_row(value, escalated, digest, body))
        changed = gone | {row[0] for row in rows}
        self._connection.run("DELETE FROM vulnerability WHERE name IN (SELECT a FROM {texts} AS old)", Texts(changed))
        self._connection.insert("vulnerability", VULNERABILITY, rows)
        self._connection.insert("history", ("id", "name", "replaced", "body"), history)
        return changed

    def _stored(self) -> dict[str, tuple[bytes, str, bytes]]:
        """(digest, escalated, body) by name."""
        rows = self._connection.rows(
            "SELECT name, digest, escalated, body FROM {texts} AS given JOIN vulnerability ON name = a",
            Texts(self._names | self._heads),
        )
        return {name: (bytes(digest), escalated, bytes(body)) for name, digest, escalated, body in rows}

    def _rename(self, said: Mapping[str, object]) -> None:
        self._connection.run("DELETE FROM renamed WHERE alias IN (SELECT a FROM {texts} AS old)", Texts(self._names))
        pairs = ((alias, self._canonical[alias]) for alias in sorted(self._names))
        rows = [(alias, name) for alias, name in pairs if alias != name and name in said]
        self._connection.insert("renamed", ("alias", "name"), rows)

    def _relate(self) -> None:
        """Note which vulnerabilities the records speak of. Those of a notice may belong to other pieces, too."""
        keys = Keys(sorted(self._own.keys() | self._upstream.keys()))
        mentioned = Texts({name for key in keys for name in self._speaks_of(key)})
        sql = "SELECT alias, name FROM {texts} AS given JOIN renamed ON alias = a"
        known = {row[0]: row[1] for row in self._connection.rows(sql, mentioned)}
        self._connection.run("DELETE FROM about WHERE key IN (SELECT a FROM {keys} AS old)", keys)
        of = ((key, {known.get(name, name) for name in self._speaks_of(key)}) for key in keys)
        self._connection.insert("about", ("key", "vulnerability"), [(key, name) for key, names in of for name in names])


def _row(value: Vulnerability, escalated: str, digest: bytes, body: bytes) -> Row:
    return (
        value.name,
        named_id(value.name),
        iso(value.published),
        iso(value.modified),
        value.score,
        value.epss.probability if value.epss else None,
        value.maturity,
        int(value.kev is not None),
        int(bool(value.kev and value.kev.ransomware)),
        int(value.state is VulnerabilityState.LIVE),
        escalated,
        digest,
        body,
    )
