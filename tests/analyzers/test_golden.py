"""Every analyzer against its recorded cases.

A case is a folder, <stage>/<analyzer>/<case>, with `input`, `expected.json` and `origin.toml`, which says how the bytes
were made (tests/support/build_golden.py makes them all), and `rules.yar` where the scan brings rules. `make accept`
rewrites expected.json; read the diff before you commit it.
"""

import json
import tomllib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from pellucid.analysis.analyzer import Analyzer, Fact
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.scan_rules import ScanRules
from pellucid.analyzers import ANALYZERS
from pellucid.formats.identify import identify_leaf
from pellucid.rules.rule_file import RuleFile
from pellucid.rules.rule_set import RuleSet, packed, unpacked

HERE = Path(__file__).parent
CASES = [
    pytest.param(analyzer, path.parent, id=f"{analyzer.name}/{path.parent.name}")
    for analyzer in ANALYZERS
    for path in sorted((HERE / analyzer.stage / analyzer.name).glob("*/input"))
]


def artefact_of(data: bytes, analyzer: Analyzer, rules: ScanRules | None = None) -> Artefact:
    """As the pipeline hands it over: the kind from the content, the offsets of all literals."""
    hits = {}
    for literal in analyzer.wants.literals:
        offsets = []
        at = data.find(literal)
        while at >= 0:
            offsets.append(at)
            at = data.find(literal, at + 1)
        if offsets:
            hits[literal] = offsets
    return Artefact(data=data, kind=identify_leaf(data), hits=hits, rules=rules)


def rules_of(case: Path) -> ScanRules | None:
    """The rules that come with a case."""
    path = case / "rules.yar"
    if not path.exists():
        return None
    file = RuleFile(name=path.name, body=path.read_text(encoding="utf-8"))
    return unpacked(packed(RuleSet(name="golden", files=(file,))))


def stated(fact: Fact) -> dict[str, Any]:
    """The fields of a fact that differ from what they are when nothing is said."""
    # Few sightings have attributes.
    values = asdict(fact, dict_factory=lambda pairs: {name: it for name, it in pairs if name != "attributes" or it})
    return {field.name: values[field.name] for field in fields(fact) if values[field.name] != field.default}


@pytest.mark.parametrize(("analyzer", "case"), CASES)
def test_yields_the_recorded_facts(analyzer: Analyzer, case: Path, *, accept: bool) -> None:
    artefact = artefact_of((case / "input").read_bytes(), analyzer, rules_of(case))
    found = [stated(fact) for fact in analyzer(artefact)] if analyzer.wants(artefact) else []
    facts = json.loads(json.dumps(found, default=str))
    expected = case / "expected.json"
    if accept:
        expected.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert facts == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("analyzer", "case"), CASES)
def test_says_how_its_input_was_made(analyzer: Analyzer, case: Path) -> None:
    origin = tomllib.loads((case / "origin.toml").read_text(encoding="utf-8"))
    assert origin["made_by"]
    assert (case / "input").stat().st_size < 20_000


@pytest.mark.parametrize("analyzer", ANALYZERS, ids=lambda analyzer: analyzer.name)
def test_has_one_case_that_finds_and_one_that_stays_silent(analyzer: Analyzer) -> None:
    cases = (HERE / analyzer.stage / analyzer.name).glob("*/expected.json")
    assert {bool(json.loads(case.read_text(encoding="utf-8"))) for case in cases} == {True, False}


@pytest.mark.parametrize("analyzer", ANALYZERS, ids=lambda analyzer: analyzer.name)
def test_says_nothing_about_bytes_that_are_cut_off(analyzer: Analyzer) -> None:
    """A case cut at any of a few places gives facts or none, but never an exception."""
    for case in sorted((HERE / analyzer.stage / analyzer.name).glob("*/input")):
        data = case.read_bytes()
        for length in range(0, len(data), max(len(data) // 16, 1)):
            artefact = artefact_of(data[:length], analyzer)
            if analyzer.wants(artefact):
                assert len(list(analyzer(artefact))) <= 50
