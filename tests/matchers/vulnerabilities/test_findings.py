"""What a finding says: severity, exploitation, decision, risk, reach, names."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.matchers.inventories import Judged, inventory, judge, package, seen, upstream
from tests.support.statements import EVERY, Statements, below, cpe, debian, known, said

from pellucid.domain.component import Component, ComponentKind, Reachability
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Epss, Exploit, ExploitKind, KnownExploited, Rating, Reference, Ssvc

CVE = "CVE-2022-0001"
TOOL = upstream("tool", "1.0")
STATED = cpe(CVE, "acme:tool", below("2.0"))


def exploit(kind: ExploitKind) -> Exploit:
    return Exploit(kind=kind, source="x", url=f"https://example.org/{kind}")


def test_what_is_known_of_the_vulnerability_is_told() -> None:
    about = known(
        CVE,
        severity=Severity.CRITICAL,
        score=9.8,
        kev=KnownExploited(ransomware=True),
        epss=Epss(probability=0.9),
        ssvc=Ssvc(exploitation="active", automatable=True, technical_impact="total"),
        exploits=(exploit(ExploitKind.WEAPONISED), exploit(ExploitKind.POC)),
        references=(Reference(url="https://example.org/1"), Reference(url="https://example.org/1", kind="FIX")),
        aliases=("GHSA-aaaa-bbbb-cccc", "GO-2022-0001"),
        maturity=9.9,
    )
    found = judge(Statements(STATED, known=[about]), TOOL).one
    assert (found.severity, found.cvss_score, found.is_kev) == (Severity.CRITICAL, 9.8, True)
    assert found.predicates == ("kev", "ransomware", "weaponizedExploit", "publicPoc")
    assert found.ssvc_decision == "act"
    assert found.identifiers == (("cve", CVE), ("ghsa", "GHSA-aaaa-bbbb-cccc"), ("osv", "GO-2022-0001"))
    assert found.references == ("https://example.org/1",)
    assert found.vulnerability == about
    assert found.risk == pytest.approx(0.98 * 0.992 * 0.54 * 0.7, abs=0.001)


def test_a_word_of_the_distribution_where_nobody_has_rated_it() -> None:
    unrated = known(CVE, severity=Severity.UNSPECIFIED, score=None)
    index = Statements(debian(CVE, "zlib", EVERY, urgency="high"), known=[unrated])
    found = judge(index, package("zlib1g", "1-1", "zlib")).one
    assert (found.severity, found.cvss_score) == (Severity.HIGH, None)
    silent = Statements(debian(CVE, "zlib", EVERY), known=[unrated])
    assert judge(silent, package("zlib1g", "1-1", "zlib")).one.severity is Severity.UNSPECIFIED


def test_the_decision_takes_the_vector_where_no_coordinator_speaks() -> None:
    worm = Rating(source="nvd", version="3.1", vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", score=9.8)
    about = known(CVE, ratings=(worm,), kev=KnownExploited())
    assert judge(Statements(STATED, known=[about]), TOOL).one.ssvc_decision == "act"
    assert judge(Statements(STATED), TOOL).one.ssvc_decision == "track"


@pytest.mark.parametrize(
    ("kinds", "reach"),
    [
        ((Reachability.UNKNOWN,), ""),
        ((Reachability.LOADED, Reachability.UNKNOWN), "loaded"),
        ((Reachability.LOADED, Reachability.ENTRY_POINT), "entryPoint"),
        ((Reachability.INVOKED,), "invoked"),
    ],
)
def test_the_best_way_in_which_it_comes_to_run(kinds: tuple[Reachability, ...], reach: str) -> None:
    programs = tuple(
        Component(
            kind=ComponentKind.EXECUTABLE,
            format="elf",
            architecture="arm",
            bits=32,
            evidence=seen(artefact=f"bin/{number}"),
            reachability=kind,
        )
        for number, kind in enumerate(kinds)
    )
    tool = replace(TOOL, places=tuple(item.evidence.artefact for item in programs))
    found = Judged(Statements(STATED), inventory(tool, components=programs)).one
    assert found.reachability == reach


def test_risk_rises_with_exploitation_and_falls_with_doubt() -> None:
    calm = judge(Statements(STATED), TOOL).one.risk
    exploited = judge(Statements(STATED, known=[known(CVE, maturity=9.0)]), TOOL).one.risk
    doubtful = judge(Statements(STATED), replace(TOOL, confidence=0.3)).one.risk
    assert doubtful < calm < exploited


def test_packages_of_one_source_are_one_finding() -> None:
    index = Statements(debian(CVE, "glibc", below("2.36-9+deb12u4")))
    found = judge(index, package("libc6", "2.36-9", "glibc"), package("libc-bin", "2.36-9", "glibc")).one
    assert [product for _, product, _, _ in found.dependencies] == ["libc6", "libc-bin"]
    assert found.title == f"{CVE} in glibc 2.36-9"
    assert found.recommended_action == "Update glibc to 2.36-9+deb12u4 or later."


def test_the_fix_that_helps_all_versions_found() -> None:
    branches = cpe(CVE, "acme:tool", below("1.5", "1.0"), below("2.4", "2.0"))
    found = judge(Statements(branches), upstream("tool", "1.1"), upstream("tool", "2.1")).one
    assert found.known_fixed_version == "2.4"
    assert judge(Statements(branches), upstream("tool", "1.1")).one.known_fixed_version == "1.5"


def test_one_vulnerability_by_several_sources_is_one_finding() -> None:
    exact = said(CVE, ("cpe:a", "acme:tool"), below("2.0"), source="nvd")
    other = said(CVE, ("cpe:a", "acme:tool"), below("1.9"), source="cvelist")
    found = judge(Statements(exact, other), TOOL).one
    assert {reason.source for reason in found.reasons} == {"nvd", "cvelist"}
    assert all(reason.witness == TOOL.witness and reason.confidence == found.confidence for reason in found.reasons)


def test_names_that_are_no_cve_are_told_as_what_they_are() -> None:
    index = Statements(cpe("GHSA-aaaa-bbbb-cccc", "acme:tool", EVERY), cpe("TEMP-0000000-1A2B3C", "acme:tool", EVERY))
    found = {item.name: item.identifiers for item in judge(index, TOOL).findings}
    assert found["GHSA-aaaa-bbbb-cccc"] == (("ghsa", "GHSA-aaaa-bbbb-cccc"),)
    assert found["TEMP-0000000-1A2B3C"] == (("osv", "TEMP-0000000-1A2B3C"),)


def test_a_vulnerability_that_is_not_described_is_still_reported() -> None:
    bare = known(CVE, description="", title="", severity=Severity.UNSPECIFIED, score=None, published=None)
    found = judge(Statements(STATED, known=[bare]), TOOL).one
    assert found.name == CVE
    assert found.description.startswith("Matched by")
    assert known(CVE).published == datetime(2025, 1, 1, tzinfo=UTC)
