"""The registry of classes of findings: each is whole, and seen where it is and nowhere else."""

import re
from collections.abc import Iterator

import pytest
from tests.matchers.class_cases import cases

from pellucid.analysis.matcher import Inventory, StatementIndex
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.finding_class import FindingClass
from pellucid.matchers import MATCHERS
from pellucid.matchers.classes import MOST_EVIDENCE, classes, finding_of
from pellucid.matchers.failed_checks import table

ID = re.compile(r"[a-z]+(-[a-z]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+")
SENTENCE = re.compile(r"[A-Z0-9].*[.)]", re.DOTALL)


def judged(inventory: Inventory, index: StatementIndex) -> Iterator[Finding]:
    for matcher in MATCHERS:
        yield from (said for said in matcher(inventory, index) if isinstance(said, Finding))


@pytest.mark.parametrize("id_", cases())
def test_a_class_is_seen_where_it_is_and_nowhere_else(id_: str) -> None:
    case = cases()[id_]
    found = [finding for finding in judged(case.hit, case.index) if finding.class_ == id_]
    assert found
    assert all(finding.evidence and finding.key for finding in found)
    assert not [finding for finding in judged(case.miss, case.index) if finding.class_ == id_]


def test_every_class_has_a_case_and_every_case_a_class() -> None:
    assert set(cases()) == set(classes())


@pytest.mark.parametrize("item", classes().values(), ids=lambda item: item.id)
def test_a_class_says_what_is_the_case_what_follows_and_what_to_do(item: FindingClass) -> None:
    assert ID.fullmatch(item.id)
    assert len(item.id) <= 64
    for text in (item.description, item.impact, item.action):
        assert SENTENCE.fullmatch(text), text
    assert not item.title.endswith(".")
    assert len(item.title) <= 100
    assert all(re.fullmatch(r"CWE-\d+", weakness) for weakness in item.weaknesses)


def test_checks_that_are_judged_have_classes_that_there_are() -> None:
    assert set(table().values()) <= set(classes())


def test_the_evidence_of_a_finding_is_bounded() -> None:
    places = tuple(Evidence(offset=number, seen="") for number in range(MOST_EVIDENCE + 1))
    finding = finding_of(next(iter(classes())), places)
    assert finding.evidence == places[:MOST_EVIDENCE]
