"""Matchers: facts of an image (and advisories) -> findings."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pellucid.domain.advisory import Advisory
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Finding
from pellucid.domain.observation import Observation


class AdvisoryIndex(Protocol):
    """Advisories by what they speak of."""

    def about(self, dependency: Dependency) -> Iterable[Advisory]:
        """Advisories whose product is this dependency, whatever the version."""
        ...


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All that was found in an image, merged over its artefacts; evidence names paths. `at`: when it is judged."""

    dependencies: Sequence[Dependency]
    crypto_assets: Sequence[CryptoAsset]
    observations: Sequence[Observation]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """A unit of judgement."""

    name: str
    version: int
    run: Callable[[Inventory, AdvisoryIndex], Iterator[Finding]]

    @property
    def documentation(self) -> str:
        return self.run.__doc__ or ""

    def __call__(self, inventory: Inventory, advisories: AdvisoryIndex) -> Iterator[Finding]:
        return self.run(inventory, advisories)


def matcher(*, name: str, version: int) -> Callable[[Callable[[Inventory, AdvisoryIndex], Iterator[Finding]]], Matcher]:
    """Declare a generator function as a matcher."""

    def declare(run: Callable[[Inventory, AdvisoryIndex], Iterator[Finding]]) -> Matcher:
        return Matcher(name=name, version=version, run=run)

    return declare
