"""Advisories in memory, found by what they speak of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from pellucid.domain.advisory import Advisory
from pellucid.domain.dependency import Dependency, upstream_name


class MemoryIndex:
    """An `AdvisoryIndex`.

    `digest` is the SHA-256, in hex, of the data it was made from: when it changes, inventories are to be matched
    again. `published` is the time of the newest statement in it, `kev_version` the catalogue's own.
    """

    def __init__(
        self,
        advisories: Iterable[Advisory],
        kev: Mapping[str, date],
        *,
        digest: str,
        published: datetime | None = None,
        kev_version: str = "",
        skipped: int = 0,
    ) -> None:
        self.digest = digest
        self.published = published
        self.kev_version = kev_version
        self.kev_count = len(kev)
        self.skipped = skipped
        self.count = 0
        self._by_subject: dict[tuple[str, str, str], list[Advisory]] = defaultdict(list)
        for advisory in advisories:
            self.count += 1
            since = kev.get(advisory.cve)
            marked = replace(advisory, kev_since=since) if since else advisory
            self._by_subject[advisory.ecosystem, advisory.vendor, advisory.product].append(marked)

    def about(self, dependency: Dependency) -> Iterable[Advisory]:
        """Advisories on the dependency's source package in its ecosystem, or on the upstream product."""
        if dependency.ecosystem:
            name = dependency.source_name or dependency.product
            return tuple(self._by_subject.get((dependency.ecosystem, "", name), ()))
        vendor, product = upstream_name(dependency)
        return tuple(self._by_subject.get(("", vendor, product), ()))
