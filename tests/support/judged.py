"""Vulnerabilities and findings about them, to store in tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tests.support.scanned_trees import BUSYBOX, SOFTWARE

from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, FindingType, Reason
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import (
    Epss,
    Exploit,
    ExploitKind,
    KnownExploited,
    Rating,
    Reference,
    Ssvc,
    Vulnerability,
)

WHY = Reason(
    source="nvd",
    record="CVE-2021-0001",
    range=">= 1.30, < 1.37",
    witness="versionString",
    confidence=0.6,
    note="Matched by the authors' version number.",
)
HOLE = Vulnerability(
    name="CVE-2021-0001",
    aliases=("GHSA-aaaa-bbbb-cccc",),
    description="A hole in the applet, with half a character: \ud800.",
    published=datetime(2021, 1, 2, 3, 4, 5, tzinfo=UTC),
    modified=datetime(2021, 2, 2, tzinfo=UTC),
    severity=Severity.HIGH,
    score=8.1,
    ratings=(
        Rating(
            source="nvd@nist.gov",
            version="3.1",
            vector="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H",
            score=8.1,
            exploitability=2.2,
            impact=5.9,
            is_primary=True,
        ),
        Rating(source="nvd@nist.gov", version="2.0", vector="AV:N/AC:M/Au:N/C:P/I:P/A:P", score=6.8),
    ),
    epss=Epss(probability=0.04, percentile=0.9, day=date(2026, 1, 1), model="v2025.03.14"),
    ssvc=Ssvc(exploitation="poc", automatable=False, technical_impact="total"),
    exploits=(Exploit(kind=ExploitKind.POC, source="poc-in-github", url="https://example.org/poc"),),
    weaknesses=("CWE-787",),
    references=(Reference(url="https://example.org/advisory", kind="ADVISORY"),),
    maturity=2.5,
    sources=("nvd", "epss"),
)
KEV = KnownExploited(added=date(2026, 1, 5), ransomware=False)


def judged(
    vulnerability: Vulnerability = HOLE, *, about: Sequence[Dependency] = (SOFTWARE,), place: str = BUSYBOX, **more: Any
) -> Finding:
    """A finding about a known vulnerability, in one place."""
    predicates = ["kev"] if vulnerability.kev else []
    predicates += ["ransomware"] if vulnerability.kev and vulnerability.kev.ransomware else []
    predicates += [item.kind for item in vulnerability.exploits]
    plain = Finding(
        key=f"{vulnerability.name} {about[0].product if about else ''}",
        class_="vulnerability",
        type=FindingType.DEPENDENCY_VULNERABILITY,
        severity=vulnerability.severity,
        name=vulnerability.name,
        title=f"{vulnerability.name} in {about[0].product if about else 'nothing'}",
        description=vulnerability.description.replace("\ud800", "?"),
        evidence=(Evidence(offset=0, length=3, seen="1.0", artefact=place),),
        identifiers=(("cve", vulnerability.name),),
        is_kev=vulnerability.kev is not None,
        cvss_score=vulnerability.score,
        confidence=0.6,
        dependency=about[0].identity if about else None,
        dependencies=tuple(item.identity for item in about),
        references=tuple(item.url for item in vulnerability.references),
        vulnerability=vulnerability,
        reasons=(WHY,),
        risk=0.3,
        predicates=tuple(predicates),
        ssvc_decision="track",
        former_keys=tuple(f"{name} {about[0].product if about else ''}" for name in vulnerability.aliases),
    )
    return replace(plain, **more)
