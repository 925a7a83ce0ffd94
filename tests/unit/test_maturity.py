"""The exploitation maturity score: its terms, its order, its bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pellucid.domain.maturity import maturity, terms
from pellucid.domain.vulnerability import Epss, Exploit, ExploitKind, KnownExploited, Ssvc


def exploit(kind: ExploitKind) -> Exploit:
    return Exploit(kind=kind, source="x", url="https://example.org/")


CODE = [exploit(kind) for kind in ExploitKind]
KEVS = some.sampled_from([None, KnownExploited(), KnownExploited(ransomware=False), KnownExploited(ransomware=True)])
FORECASTS = some.none() | some.builds(Epss, probability=some.floats(0, 1))
WORDS = some.none() | some.builds(Ssvc, exploitation=some.sampled_from(["", "none", "poc", "active"]))


def test_nothing_known_is_zero_and_has_no_terms() -> None:
    assert maturity() == 0
    assert terms(ssvc=Ssvc(exploitation="none")) == {}
    assert terms(epss=Epss(probability=0.0)) == {}


def test_the_order_of_what_is_known() -> None:
    ladder = [
        maturity(),
        maturity(epss=Epss(probability=0.05)),
        *(maturity(exploits=[code]) for code in CODE),
        maturity(ssvc=Ssvc(exploitation="active")),
        maturity(KnownExploited()),
        maturity(KnownExploited(ransomware=True)),
        maturity(KnownExploited(ransomware=True), exploits=CODE),
    ]
    assert ladder == sorted(set(ladder))


@pytest.mark.parametrize(
    ("score", "known"),
    [
        (9.0, {"kev": KnownExploited()}),
        (9.5, {"kev": KnownExploited(ransomware=True)}),
        (6.5, {"exploits": [exploit(ExploitKind.WEAPONISED)]}),
        (2.0, {"ssvc": Ssvc(exploitation="poc")}),
        (5.6, {"epss": Epss(probability=0.94)}),
        (4.4, {"epss": Epss(probability=0.5), "exploits": [exploit(ExploitKind.POC)]}),
    ],
)
def test_scores_by_hand(score: float, known: dict[str, object]) -> None:
    assert maturity(**known) == score  # type: ignore[arg-type]  # arguments of a case, by name


def test_ten_proofs_of_concept_are_one() -> None:
    one = exploit(ExploitKind.POC)
    assert maturity(exploits=[one] * 10, ssvc=Ssvc(exploitation="poc")) == maturity(exploits=[one])
    assert maturity(KnownExploited(), ssvc=Ssvc(exploitation="active")) == maturity(KnownExploited())


@given(KEVS, FORECASTS, some.lists(some.sampled_from(CODE), max_size=4), WORDS, some.sampled_from(CODE))
def test_more_evidence_never_lowers_it(
    kev: KnownExploited | None, epss: Epss | None, exploits: list[Exploit], ssvc: Ssvc | None, more: Exploit
) -> None:
    before = maturity(kev, epss, exploits, ssvc)
    assert 0 <= before <= 10
    assert before <= maturity(kev, epss, [*exploits, more], ssvc)
    assert before <= maturity(kev or KnownExploited(), epss, exploits, ssvc)
