"""What is known about some bytes, whatever image they came in: the unit of caching.

Travels as JSON from the sandbox to the runner, and from there to the result cache.
"""

from collections.abc import Mapping

import msgspec

from pellucid.analysis.analyzer import Fact
from pellucid.domain.component import Component
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.dependency import Dependency
from pellucid.domain.entry import Entry
from pellucid.domain.file_list import FileList
from pellucid.domain.fragment import Fragment
from pellucid.domain.hardening import Hardening
from pellucid.domain.observation import Observation
from pellucid.domain.package_licence import PackageLicence
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.rule_match import RuleMatch
from pellucid.domain.secret import Secret
from pellucid.domain.start import Start
from pellucid.domain.vex_claim import VexClaim

# Results that depend on the machine, its settings or the moment: shown in their scan, never reused.
PASSING = frozenset(
    (ProblemKind.CRASH, ProblemKind.TIMEOUT, ProblemKind.MISSING, ProblemKind.DENIED, ProblemKind.BUDGET)
)


class UnitResult(msgspec.Struct):
    """What one analyzer said; with `named`, it is true only of files that are named like one of these patterns."""

    components: list[Component] = msgspec.field(default_factory=list)
    dependencies: list[Dependency] = msgspec.field(default_factory=list)
    crypto_assets: list[CryptoAsset] = msgspec.field(default_factory=list)
    crypto_uses: list[CryptoUse] = msgspec.field(default_factory=list)
    observations: list[Observation] = msgspec.field(default_factory=list)
    hardening: list[Hardening] = msgspec.field(default_factory=list)
    secrets: list[Secret] = msgspec.field(default_factory=list)
    rule_matches: list[RuleMatch] = msgspec.field(default_factory=list)
    file_lists: list[FileList] = msgspec.field(default_factory=list)
    package_licences: list[PackageLicence] = msgspec.field(default_factory=list)
    starts: list[Start] = msgspec.field(default_factory=list)
    fragments: list[Fragment] = msgspec.field(default_factory=list)
    vex_claims: list[VexClaim] = msgspec.field(default_factory=list)
    problems: list[Problem] = msgspec.field(default_factory=list)
    named: tuple[str, ...] = ()

    def add(self, fact: Fact) -> None:
        found: list[Fact] = getattr(self, _LISTS[type(fact)])
        found.append(fact)


_LISTS: Mapping[type[Fact], str] = {
    Component: "components",
    Dependency: "dependencies",
    CryptoAsset: "crypto_assets",
    CryptoUse: "crypto_uses",
    Observation: "observations",
    Hardening: "hardening",
    Secret: "secrets",
    RuleMatch: "rule_matches",
    FileList: "file_lists",
    Fragment: "fragments",
    PackageLicence: "package_licences",
    Start: "starts",
    VexClaim: "vex_claims",
    Problem: "problems",
}


class Child(msgspec.Struct):
    """Something that came out. `sha256` is empty for what has no bytes (links, folders, devices)."""

    entry: Entry
    sha256: str = ""


class Content(msgspec.Struct):
    """All that is known about bytes.

    `identity` says by which extractors they were looked at, `versions` by which analyzers; `units` has only those
    that had something to say. What was `unpacked` is `analysed` only where what came out is not all of it. `held` are
    the bytes that came out where they are few, on their way from the sandbox: nobody keeps them here.
    """

    sha256: str
    size: int
    identity: str
    kind: str = ""
    versions: dict[str, int] = msgspec.field(default_factory=dict)
    units: dict[str, UnitResult] = msgspec.field(default_factory=dict)
    children: list[Child] = msgspec.field(default_factory=list)
    metadata: dict[str, str] = msgspec.field(default_factory=dict)
    problems: list[Problem] = msgspec.field(default_factory=list)
    unpacked: bool = False
    analysed: bool = False
    held: bytes = b""

    @property
    def lasting(self) -> bool:
        """Whether this may be reused: nothing in it came about by chance."""
        found = [*self.problems, *(problem for unit in self.units.values() for problem in unit.problems)]
        return not any(problem.kind in PASSING for problem in found)


def encode(content: Content) -> bytes:
    """As JSON, for `decode`."""
    return msgspec.json.encode(content)


_decoder = msgspec.json.Decoder(Content)


def decode(data: bytes) -> Content:
    """Raises msgspec.ValidationError or DecodeError on anything that is not a Content."""
    return _decoder.decode(data)
