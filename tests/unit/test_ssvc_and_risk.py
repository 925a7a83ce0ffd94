"""Decisions by CISA's tree, and the risk score."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pellucid.domain import risk
from pellucid.domain.severity import Severity
from pellucid.domain.ssvc import decide
from pellucid.domain.vulnerability import Exploit, ExploitKind, KnownExploited, Rating, Ssvc

POC = Exploit(kind=ExploitKind.POC, source="x", url="https://example.org/")
WORM = Rating(source="x", version="3.1", vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
LOCAL = Rating(source="x", version="3.1", vector="CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")
FOURTH = Rating(source="x", version="4.0", vector="CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N")
DECISIONS = ["track", "trackStar", "attend", "act"]


@pytest.mark.parametrize(
    ("exploitation", "automatable", "impact", "decision", "paranoid"),
    [
        ("none", False, "partial", "track", "track"),
        ("none", False, "total", "track", "trackStar"),
        ("none", True, "partial", "track", "attend"),
        ("poc", False, "partial", "track", "trackStar"),
        ("poc", False, "total", "trackStar", "attend"),
        ("poc", True, "total", "trackStar", "attend"),
        ("active", False, "partial", "track", "attend"),
        ("active", False, "total", "attend", "act"),
        ("active", True, "partial", "attend", "act"),
        ("active", True, "total", "act", "act"),
    ],
)
def test_stated_values_lead_through_the_tree(
    exploitation: str,
    automatable: bool,
    impact: str,
    decision: str,
    paranoid: str,
) -> None:
    found = decide(Ssvc(exploitation=exploitation, automatable=automatable, technical_impact=impact))
    assert (found.decision, found.paranoid) == (decision, paranoid)
    assert found.assumed == ("mission",)


def test_facts_are_taken_where_nobody_states_a_value() -> None:
    assert decide(kev=KnownExploited(), ratings=[WORM]).decision == "act"
    assert decide(kev=KnownExploited(), ratings=[FOURTH]).decision == "act"
    assert decide(kev=KnownExploited(), ratings=[LOCAL]).decision == "attend"
    found = decide(exploits=[POC], ratings=[LOCAL])
    assert (found.exploitation, found.automatable, found.technical_impact) == ("poc", False, "total")
    assert found.assumed == ("automatable", "technicalImpact", "mission")


def test_a_catalogue_is_newer_than_a_coordinator_who_saw_nothing() -> None:
    stated = Ssvc(exploitation="none", automatable=True, technical_impact="total")
    assert decide(stated).decision == "track"
    assert decide(stated, exploits=[POC]).decision == "trackStar"
    assert decide(stated, kev=KnownExploited()).decision == "act"


def test_nothing_known_is_assumed_to_be_harmless_and_by_the_paranoid_to_be_the_worst() -> None:
    found = decide()
    assert (found.decision, found.paranoid) == ("track", "attend")


@given(
    some.sampled_from(["", "none", "poc", "active"]),
    some.sampled_from([None, True, False]),
    some.sampled_from(["", "partial", "total"]),
    some.lists(some.sampled_from([WORM, LOCAL, FOURTH]), max_size=2),
)
def test_the_paranoid_decision_is_never_milder(
    exploitation: str,
    automatable: bool | None,
    impact: str,
    ratings: list[Rating],
) -> None:
    found = decide(Ssvc(exploitation=exploitation, automatable=automatable, technical_impact=impact), ratings=ratings)
    assert DECISIONS.index(found.paranoid) >= DECISIONS.index(found.decision)


def test_risk_by_hand() -> None:
    assert risk.risk(Severity.CRITICAL, 9.8, 9.5, 0.95, "entryPoint") == pytest.approx(0.894, abs=0.001)
    assert risk.risk(Severity.HIGH, 7.5, 0.0, 0.6, "") == pytest.approx(0.063, abs=0.001)
    assert risk.terms(Severity.LOW, 9.8, 0, 1, "")["severity"] == 0.2, "a publisher has lowered it"
    assert risk.terms(Severity.UNSPECIFIED, None, 0, 1, "")["severity"] == 0.5


@given(
    some.sampled_from(Severity),
    some.none() | some.floats(0, 10),
    some.tuples(some.floats(0, 10), some.floats(0, 10)),
    some.floats(0, 1),
    some.sampled_from(sorted(risk.REACH)),
)
def test_risk_is_bounded_and_rises_with_exploitation(
    severity: Severity, score: float | None, maturities: tuple[float, float], confidence: float, reach: str
) -> None:
    low, high = (risk.risk(severity, score, maturity, confidence, reach) for maturity in sorted(maturities))
    assert 0 <= low <= high <= 1
