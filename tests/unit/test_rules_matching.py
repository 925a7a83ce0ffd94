"""Rules are matched within their time: one that explodes is named and left out, the others go on."""

from collections.abc import Sequence

import pytest

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.threats.known_threats import known_threats
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.rule_match import RuleMatch
from pellucid.pipeline.content import Content, UnitResult
from pellucid.pipeline.merging import MOST_ALIKE, gathered
from pellucid.pipeline.reuse import analyzers_missing
from pellucid.pipeline.units import UNITS
from pellucid.rules import yara_matching
from pellucid.rules.rule_file import RuleFile
from pellucid.rules.rule_set import LoadedRules, RuleSet, packed, unpacked

EXPLODES = (
    "for any i in (0..filesize) : (for any j in (0..filesize) : (for any k in (0..filesize) : (uint8(k) == 256)))"
)
BOOM = f"rule boom {{ condition: {EXPLODES} }}"
QUICK = 'rule quick { strings: $a = "needle" condition: $a }'
DATA = b"needle" + bytes(100_000)


def rules(*bodies: str, disabled: Sequence[str] = (), name: str = "own 1") -> RuleSet:
    files = tuple(RuleFile(name=f"{number}.yar", body=body) for number, body in enumerate(bodies))
    return RuleSet(name=name, files=files, disabled=tuple(disabled))


def matched(loaded: LoadedRules, data: bytes = DATA) -> tuple[list[str], list[Problem]]:
    found = list(loaded.match(Artefact(data=data)))
    names = [item.rule for item in found if isinstance(item, RuleMatch)]
    return names, [item for item in found if isinstance(item, Problem)]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yara_matching, "SECONDS", 1)


@pytest.mark.usefixtures("hurried")
def test_a_rule_that_explodes_is_named_and_the_others_still_match() -> None:
    others = [f"rule other_{number} {{ condition: filesize == {number} }}" for number in range(6)]
    loaded = unpacked(packed(rules(QUICK, *others[:3], BOOM, *others[3:])))
    for _ in range(2):
        names, problems = matched(loaded)
        assert names == ["quick"]
        assert [(item.kind, item.message) for item in problems] == [
            (ProblemKind.TIMEOUT, "rule boom stopped: it took longer than 1 s")
        ]
    names, problems = matched(loaded)
    assert names == ["quick"]
    assert [item.message for item in problems] == ["rule boom left out: too slow on other files"]


@pytest.mark.usefixtures("hurried")
def test_a_set_of_nothing_else_ends_as_well() -> None:
    loaded = unpacked(packed(rules(BOOM)))
    seen = [matched(loaded) for _ in range(3)]
    assert [names for names, _ in seen] == [[], [], []]
    assert [problems[0].kind for _, problems in seen] == [ProblemKind.TIMEOUT] * 3
    assert [len(problems) for _, problems in seen] == [1, 1, 1]


def test_a_disabled_rule_is_not_matched_but_those_that_need_it_are() -> None:
    needing = f"{QUICK}\nrule needs {{ condition: quick }}"
    assert matched(unpacked(packed(rules(needing))))[0] == ["quick", "needs"]
    assert matched(unpacked(packed(rules(needing, disabled=("needs",)))))[0] == ["quick"]
    assert matched(unpacked(packed(rules(needing, disabled=("quick",)))))[0] == ["needs"]


def test_matches_are_counted_but_shown_in_part() -> None:
    (found,) = unpacked(packed(rules(QUICK))).match(Artefact(data=b"needle" * 50_000))
    assert isinstance(found, RuleMatch)
    assert len(found.evidence) == yara_matching.MOST_OF_A_PATTERN
    assert ("matches", "10,000") in found.evidence[0].attributes


def test_what_was_left_out_everywhere_is_counted() -> None:
    late = [Problem(unit="yara", kind=ProblemKind.TIMEOUT, message="slow", artefact=str(n)) for n in range(100)]
    other = Problem(unit="zip", kind=ProblemKind.ENCRYPTED, message="locked", artefact="a")
    found = gathered([*late, *[other] * 100])
    assert found[:MOST_ALIKE] == late[:MOST_ALIKE]
    assert found[MOST_ALIKE:-1] == [other] * 100
    assert (found[-1].message, found[-1].artefact) == (f"slow; so it was with {100 - MOST_ALIKE} more", "")


def test_the_harmless_test_file_is_told_from_what_only_quotes_it() -> None:
    # Put together here, so that this file is not taken for it.
    text = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    names = [
        [item.rule for item in known_threats(Artefact(data=data)) if isinstance(item, RuleMatch)]
        for data in (text, text + b"\r\n", b" " + text, text + b"is what it says" * 10)
    ]
    assert names == [["pellucid_malware_test_file"]] * 2 + [[], []]


def test_an_artefact_that_is_too_large_is_matched_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yara_matching, "MOST_BYTES", 8)
    names, problems = matched(unpacked(packed(rules(QUICK))), b"needle--needle")
    assert names == ["quick"]
    assert problems[0].kind is ProblemKind.BUDGET


def test_a_set_is_known_by_all_that_decides_what_it_says() -> None:
    same = [rules(QUICK), rules(QUICK)]
    others = [rules(BOOM), rules(QUICK, disabled=("quick",)), rules(QUICK, name="own 2"), rules(QUICK, BOOM)]
    assert same[0].number == same[1].number
    assert len({item.number for item in (*same, *others)}) == 1 + len(others)


def test_other_rules_are_matched_again_and_nothing_else_is_analysed() -> None:
    number = rules(QUICK).number
    ruled = UNITS.with_rules(number)

    def content() -> Content:
        return Content(sha256="", size=1, identity=ruled.identity, versions=dict(ruled.versions), analysed=True)

    assert analyzers_missing(content(), ruled) == ()
    assert analyzers_missing(content(), UNITS.with_rules(rules(BOOM).number)) == ("own_rules",)
    before = content()
    before.units["own_rules"] = UnitResult()
    assert analyzers_missing(before, UNITS) == ()
    assert not before.units
