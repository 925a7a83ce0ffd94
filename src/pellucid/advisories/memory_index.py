"""A few records in memory, with the same answers as a store: what comes with Pellucid, and tests."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from importlib.resources import files

import msgspec

from pellucid.advisories.consolidation import Said, consolidated
from pellucid.advisories.store.names import groups
from pellucid.domain.statement import AdvisoryRecord, Statement, Subject
from pellucid.domain.vulnerability import Vulnerability, VulnerabilityState


class MemoryIndex:
    """A `StatementIndex` over records by source."""

    def __init__(self, records: Iterable[tuple[str, AdvisoryRecord]], *, digest: str = "memory") -> None:
        self.records = sorted(records, key=lambda item: (item[0], item[1].id))
        self.digest = digest

    @cached_property
    def ecosystems(self) -> frozenset[str]:
        return frozenset(part.subject[0] for _, record in self.records for part in record.affected)

    def about(self, subjects: Collection[Subject]) -> Mapping[Subject, Sequence[Statement]]:
        """Statements of live records about each subject; subjects of which nothing is said are left out."""
        return {subject: tuple(said) for subject in dict.fromkeys(subjects) if (said := self._statements.get(subject))}

    def vulnerabilities(self, names: Collection[str]) -> Mapping[str, Vulnerability]:
        """What is known of each; names that are not known are left out."""
        return {
            name: consolidated(name, self._aliases.get(name, ()), self._said[name])
            for name in dict.fromkeys(names)
            if name in self._said
        }

    def as_of(self, ecosystem: str) -> datetime | None:
        """When the newest statement about an ecosystem was made, UTC; None when there is none."""
        dated = (record for _, record in self.records if any(part.subject[0] == ecosystem for part in record.affected))
        return max((when for record in dated if (when := record.modified or record.published)), default=None)

    @cached_property
    def _canonical(self) -> dict[str, str]:
        own = ([record.id, *record.aliases] for _, record in self.records)
        return groups([*own, *([name] for _, record in self.records for name in record.upstream)])

    @cached_property
    def _aliases(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for alias, name in self._canonical.items():
            found[name].append(alias)
        return found

    @cached_property
    def _said(self) -> Mapping[str, Sequence[Said]]:
        found: dict[str, list[Said]] = defaultdict(list)
        for source, record in self.records:
            for name in self._about(record):
                found[name].append(Said(source, record, upstream=bool(record.upstream)))
        return found

    @cached_property
    def _statements(self) -> Mapping[Subject, Sequence[Statement]]:
        found: dict[Subject, list[Statement]] = defaultdict(list)
        for source, record in self.records:
            if record.state is VulnerabilityState.LIVE and not record.informational:
                for part in record.affected:
                    found[part.subject].extend(
                        Statement(source=source, id=record.id, vulnerability=name, affected=part)
                        for name in sorted(self._about(record))
                    )
        return found

    def _about(self, record: AdvisoryRecord) -> set[str]:
        """Of what it is about; where it only says what it is, of that."""
        return {self._canonical[name] for name in record.upstream or (record.id, *record.aliases)}


class _Bundled(msgspec.Struct):
    source: str
    record: AdvisoryRecord


def bundled() -> MemoryIndex:
    """The small set that comes with Pellucid: a start, no substitute for a feed."""
    data = files("pellucid.advisories").joinpath("bundled.json").read_bytes()
    records = msgspec.json.decode(data, type=list[_Bundled])
    return MemoryIndex(
        ((item.source, item.record) for item in records), digest=f"bundled-{sha256(data).hexdigest()[:16]}"
    )
