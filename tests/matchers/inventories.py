"""Facts that matchers are tested with."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import structs

from pellucid.analysis.matcher import Inventory, Judgement, StatementIndex
from pellucid.domain.component import Component
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, Silenced
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.domain.observation import Observation
from pellucid.domain.place import ScannedArtefact, ScannedPlace
from pellucid.domain.problem import Problem
from pellucid.matchers.vulnerabilities.answers import Answers
from pellucid.matchers.vulnerabilities.matching import match

AT = datetime(2026, 1, 1, tzinfo=UTC)


def seen(text: str = "x", artefact: str = "bin/a") -> Evidence:
    return Evidence(offset=1, seen=text, length=len(text), artefact=artefact)


def upstream(product: str, version: str, vendor: str = "acme", text: str = "x", artefact: str = "bin/a") -> Dependency:
    part = "o" if product == "linux_kernel" else "a"
    return Dependency(
        vendor=vendor,
        product=product,
        version=version,
        purl=f"pkg:generic/{product}@{version}",
        cpe=f"cpe:2.3:{part}:{vendor}:{product}:{version or '*'}:*:*:*:*:*:*:*",
        confidence=0.9,
        evidence=(seen(text, artefact),),
    )


def package(name: str, version: str, source: str, ecosystem: str = "Debian:12") -> Dependency:
    return Dependency(
        vendor="debian",
        product=name,
        version=version,
        purl=f"pkg:deb/debian/{name}@{version}",
        confidence=1.0,
        ecosystem=ecosystem,
        source_name=source,
        source_version=version,
        evidence=(seen(name, "var/lib/dpkg/status"),),
    )


def asset(kind: CryptoKind, fingerprint: str, artefact: str = "etc/key", **more: object) -> CryptoAsset:
    values = {"algorithm": "RSA", "key_bits": 2048, "encoding": Encoding.PEM} | more
    return CryptoAsset(kind=kind, fingerprint=fingerprint, evidence=seen(artefact=artefact), **values)  # type: ignore[arg-type]  # values of a record, by name


def language(ecosystem: str, name: str, version: str, purl: str, **more: Any) -> Dependency:
    """A package of a language, as a lock file or an installation states it."""
    return Dependency(
        vendor="",
        product=name,
        version=version,
        purl=f"{purl}@{version}",
        confidence=1.0,
        ecosystem=ecosystem,
        evidence=(seen(f"{name} {version}", "package-lock.json"),),
        **more,
    )


def inventory(
    *dependencies: Dependency,
    assets: tuple[CryptoAsset, ...] = (),
    components: tuple[Component, ...] = (),
    observations: tuple[Observation, ...] = (),
) -> Inventory:
    return Inventory(
        dependencies=dependencies, crypto_assets=assets, observations=observations, at=AT, components=components
    )


def checked(subject: str, check: str, verdict: Verdict, value: str = "") -> Inventory:
    """An image in which one property of one thing was checked."""
    fact = Hardening(
        subject=subject,
        checks=(Check(name=check, verdict=verdict, value=value, reason="It was read."),),
        evidence=seen(),
    )
    return Inventory(dependencies=(), crypto_assets=(), observations=(), at=AT, hardening=(fact,))


def container(kind: str, facts: Mapping[str, str], path: str = "image!0x40") -> Inventory:
    """An image with one container, of which something is stated."""
    artefact = ScannedArtefact(path=path, sha256="ab" * 32, size=1, kind=kind, metadata=facts)
    return structs.replace(inventory(), places=(ScannedPlace(parent=-1, artefact=artefact),))


def findings(judged: Iterable[Judgement]) -> list[Finding]:
    """Those among what a matcher says, which must be all that it says."""
    every = list(judged)
    found = [item for item in every if isinstance(item, Finding)]
    assert len(found) == len(every)
    return found


class Judged:
    """What is said of an image."""

    def __init__(
        self,
        index: StatementIndex,
        image: Inventory,
        answers: Answers | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        every = list(match(image, index, answers, only))
        self.findings = [item for item in every if isinstance(item, Finding)]
        self.silenced = [item for item in every if isinstance(item, Silenced)]
        self.problems = [item for item in every if isinstance(item, Problem)]

    @property
    def names(self) -> list[str]:
        return [item.name for item in self.findings]

    @property
    def one(self) -> Finding:
        (found,) = self.findings
        return found


def judge(index: StatementIndex, *dependencies: Dependency) -> Judged:
    return Judged(index, inventory(*dependencies))
