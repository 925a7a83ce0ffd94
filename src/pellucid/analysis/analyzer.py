"""Analyzers: artefact -> facts, declared by a decorator over a generator function."""

from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.domain.component import Component
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.dependency import Dependency
from pellucid.domain.file_list import FileList
from pellucid.domain.fragment import Fragment
from pellucid.domain.hardening import Hardening
from pellucid.domain.observation import Observation
from pellucid.domain.package_licence import PackageLicence
from pellucid.domain.problem import Problem
from pellucid.domain.rule_match import RuleMatch
from pellucid.domain.secret import Secret
from pellucid.domain.start import Start
from pellucid.domain.vex_claim import VexClaim

Fact = (
    Component
    | Dependency
    | CryptoAsset
    | CryptoUse
    | Observation
    | Hardening
    | Secret
    | RuleMatch
    | FileList
    | Fragment
    | PackageLicence
    | Start
    | VexClaim
    | Problem
)
"""What an analyzer may yield. A Problem says what it could not read."""


class Stage(StrEnum):
    """The folder that an analyzer lies in, and the heading that its facts are shown under."""

    COMPONENTS = "components"
    CRYPTO = "crypto"
    HARDENING = "hardening"
    SECRETS = "secrets"
    THREATS = "threats"


class Analyzer(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of analysis. Raise `version` whenever its facts may change: results are cached under its `state`.

    With `whole`, it is also asked about artefacts of which everything was taken out, such as a disk: what it says of
    them is about how their parts belong together. Literals are only found where such an artefact was carved.

    `data` gives a number, below 2^32, that changes with the tables that it reads.

    With `named`, its facts are believed only at places whose path ends like one of these patterns, which are matched
    component by component from the end, as by fnmatch ("requirements*.txt", "*.dist-info/METADATA"). The unit does not
    see names; facts are kept by content, and what stands at other places is left out when the tree is put together.
    """

    name: str
    version: int
    stage: Stage
    wants: Selector
    run: Callable[[Artefact], Iterator[Fact]]
    most_facts: int
    named: tuple[str, ...] = ()
    data: Callable[[], int] | None = None
    whole: bool = False

    @property
    def state(self) -> int:
        """Of the code and its tables: what the unit says of the same bytes changes only with this."""
        return self.version + (self.data() << 16 if self.data else 0)

    @property
    def documentation(self) -> str:
        return self.run.__doc__ or ""

    def __call__(self, artefact: Artefact) -> Iterator[Fact]:
        return self.run(artefact)


def analyzer(
    *,
    name: str,
    version: int,
    stage: Stage,
    wants: Selector,
    most_facts: int = 10_000,
    named: tuple[str, ...] = (),
    data: Callable[[], int] | None = None,
    whole: bool = False,
) -> Callable[[Callable[[Artefact], Iterator[Fact]]], Analyzer]:
    """Declare a generator function as an analyzer; beyond `most_facts` the runner stops it with a Problem."""

    def declare(run: Callable[[Artefact], Iterator[Fact]]) -> Analyzer:
        return Analyzer(
            name=name,
            version=version,
            stage=stage,
            wants=wants,
            run=run,
            most_facts=most_facts,
            named=named,
            data=data,
            whole=whole,
        )

    return declare
