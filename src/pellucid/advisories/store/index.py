"""The store as matchers see it: statements by subject, vulnerabilities by name."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from pellucid.advisories.store import encoding
from pellucid.advisories.store.connection import Pairs, Texts
from pellucid.advisories.store.key_lists import StoredKeyLists
from pellucid.advisories.store.store import Store
from pellucid.domain.statement import Statement, Subject
from pellucid.domain.vulnerability import Vulnerability

MOST_KEPT = 100_000
PIECE = 5000


class StoreIndex:
    """A `StatementIndex`. What was once asked is kept, as the images of a fleet are made of the same software.

    It answers from the data as it was when each question was first asked: make a new one when `digest` has changed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows = store.connection.rows
        self.digest = store.digest
        self._statements: dict[Subject, tuple[Statement, ...]] = {}
        self._vulnerabilities: dict[str, Vulnerability] = {}
        self._as_of: dict[str, datetime | None] = {}
        self.ecosystems = self._ecosystems()
        self.key_lists = StoredKeyLists(store.connection)

    def about(self, subjects: Collection[Subject]) -> Mapping[Subject, Sequence[Statement]]:
        """Statements of live records about each subject; subjects of which nothing is said are left out."""
        if len(self._statements) > MOST_KEPT:
            self._statements.clear()
        unknown = [subject for subject in dict.fromkeys(subjects) if subject not in self._statements]
        for start in range(0, len(unknown), PIECE):
            piece = unknown[start : start + PIECE]
            found = self._about(piece)
            self._statements.update({subject: tuple(found.get(subject, ())) for subject in piece})
        return {subject: said for subject in dict.fromkeys(subjects) if (said := self._statements[subject])}

    def vulnerabilities(self, names: Collection[str]) -> Mapping[str, Vulnerability]:
        """What is known of each; names that are not known are left out, other names of one are not understood."""
        if len(self._vulnerabilities) > MOST_KEPT:
            self._vulnerabilities.clear()
        unknown = [name for name in dict.fromkeys(names) if name not in self._vulnerabilities]
        for start in range(0, len(unknown), PIECE):
            rows = self._rows(
                "SELECT name, body FROM {texts} AS given JOIN vulnerability ON vulnerability.name = given.a",
                Texts(unknown[start : start + PIECE]),
            )
            self._vulnerabilities.update((name, encoding.vulnerability(body)) for name, body in rows)
        return {name: self._vulnerabilities[name] for name in dict.fromkeys(names) if name in self._vulnerabilities}

    def changed_since(self, digest: str) -> tuple[frozenset[Subject], frozenset[str]] | None:
        """(subjects, vulnerabilities) of which something else is said than when the digest was this one.

        None when that cannot be told: it is the digest of another store, or not of any.
        """
        return self._store.changed_since(digest)

    def as_of(self, ecosystem: str) -> datetime | None:
        """When what is stated of an ecosystem was last brought up to date, UTC.

        That is when the source that says most of it was last asked for news, and not later than its newest statement,
        where it has dates: old data that is taken in today is as old as it is. None when no source speaks of it, or
        only the selection that comes with Pellucid: nothing follows from what is not in it.
        """
        if ecosystem not in self._as_of:
            # Packages lie in the order of their names: some thousand statements tell whose they are.
            rows = self._rows(
                "SELECT source.checked, source.newest FROM (SELECT key FROM affected WHERE ecosystem = ? "
                "ORDER BY ecosystem, name LIMIT 5000) AS few JOIN record ON record.key = few.key "
                "JOIN source ON source.name = record.source WHERE source.feed <> 'bundled' "
                "GROUP BY source.name, source.checked, source.newest ORDER BY count(*) DESC, source.name LIMIT 1",
                ecosystem,
            )
            stated = next(rows, ("", ""))
            self._as_of[ecosystem] = min((datetime.fromisoformat(text) for text in stated if text), default=None)
        return self._as_of[ecosystem]

    def _about(self, subjects: Sequence[Subject]) -> Mapping[Subject, list[Statement]]:
        rows = self._rows(
            "SELECT affected.ecosystem, affected.name, record.source, record.id, about.vulnerability, affected.body "
            "FROM {pairs} AS given JOIN affected ON affected.ecosystem = given.a AND affected.name = given.b "
            "JOIN record ON record.key = affected.key JOIN about ON about.key = affected.key "
            "WHERE record.live = 1",
            Pairs(subjects),
        )
        found: dict[Subject, list[Statement]] = defaultdict(list)
        for ecosystem, name, source, id_, vulnerability, body in sorted(rows, key=itemgetter(2, 3, 4)):
            said = Statement(
                source=source, id=id_, vulnerability=vulnerability, affected=encoding.affected(bytes(body))
            )
            found[ecosystem, name].append(said)
        return found

    def _ecosystems(self) -> frozenset[str]:
        """Which ecosystems something is said about: nothing found in one of the others means nothing."""
        # A walk from each to the next one: the index has millions of rows and some hundred ecosystems.
        rows = self._rows(
            "WITH RECURSIVE each(name) AS (SELECT min(ecosystem) FROM affected UNION ALL SELECT "
            "(SELECT min(ecosystem) FROM affected WHERE ecosystem > each.name) FROM each WHERE name IS NOT NULL) "
            "SELECT name FROM each WHERE name IS NOT NULL"
        )
        return frozenset(name for (name,) in rows)
