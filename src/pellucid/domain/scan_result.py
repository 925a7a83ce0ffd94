"""Scan results: everything that one run of the pipeline found in a file, before anything of it is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pellucid.domain.component import Component
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Finding, Silenced
from pellucid.domain.hardening import Hardening
from pellucid.domain.image import ImageCounts
from pellucid.domain.link import Link
from pellucid.domain.observation import Observation
from pellucid.domain.place import ScannedArtefact, ScannedPlace
from pellucid.domain.problem import Problem
from pellucid.domain.rule_match import RuleMatch
from pellucid.domain.secret import Secret
from pellucid.domain.vex_claim import VexClaim


@dataclass(frozen=True, kw_only=True)
class ScanResult:
    """What a scan found. `sha256` is lower-case hex; `started` and `finished` are aware UTC.

    Evidence in it names paths of `artefacts`; `places` is the tree that they lie in, depth first in the order in which
    containers list them. `metadata` holds header fields by path, as extractors recorded them; `timings` seconds by
    stage; `reused` how many artefacts were not analysed because their results were cached. `silenced` are matches that
    are no findings, and why; `vex_claims` what documents that lie in the image say of vulnerabilities.
    """

    filename: str
    size: int
    sha256: str
    started: datetime
    finished: datetime
    counts: ImageCounts
    artefacts: tuple[ScannedArtefact, ...]
    places: Sequence[ScannedPlace] = ()
    components: tuple[Component, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    links: tuple[Link, ...] = ()
    crypto_assets: tuple[CryptoAsset, ...] = ()
    crypto_uses: tuple[CryptoUse, ...] = ()
    observations: tuple[Observation, ...] = ()
    hardening: tuple[Hardening, ...] = ()
    secrets: tuple[Secret, ...] = ()
    rule_matches: tuple[RuleMatch, ...] = ()
    findings: tuple[Finding, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    vex_claims: tuple[VexClaim, ...] = ()
    problems: tuple[Problem, ...] = ()
    metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    reused: int = 0

    @property
    def seconds(self) -> float:
        """Wall time of the scan."""
        return (self.finished - self.started).total_seconds()
