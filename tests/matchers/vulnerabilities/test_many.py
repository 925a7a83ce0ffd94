"""Many images: two questions for each, and none for what was asked before."""

from time import perf_counter

from tests.matchers.inventories import Judged, inventory, package, upstream
from tests.support.statements import Statements, below, cpe, debian

from pellucid.domain.dependency import Dependency
from pellucid.matchers.vulnerabilities.answers import Answers

PACKAGES = [package(f"lib{number}", f"1.{number}-1", f"source{number}") for number in range(250)]
PRODUCTS = [upstream(f"product{number}", f"1.{number}") for number in range(50)]
INDEX = [
    *(debian(f"CVE-2024-{number:04}", f"source{number % 250}", below(f"1.{number}-2")) for number in range(2000)),
    *(cpe(f"CVE-2025-{number:04}", f"acme:product{number % 50}", below("1.25")) for number in range(500)),
]


def image() -> list[Dependency]:
    return [*PACKAGES, *PRODUCTS]


def test_an_image_is_two_questions_and_the_next_one_is_one() -> None:
    index, answers = Statements(*INDEX), Answers()
    first = Judged(index, inventory(*image()), answers)
    assert index.calls == {"about": 1, "vulnerabilities": 1}
    second = Judged(index, inventory(*image()), answers)
    assert index.calls == {"about": 1, "vulnerabilities": 2}
    assert first.findings == second.findings
    assert len(first.findings) > 1000
    Judged(index, inventory(*image(), upstream("product1", "1.99")), answers)
    assert index.calls["about"] == 2


def test_what_was_remembered_is_what_would_be_found_anew() -> None:
    answers = Answers()
    for count in (10, 100, 300):
        known = Judged(Statements(*INDEX), inventory(*image()[:count]), answers)
        anew = Judged(Statements(*INDEX), inventory(*image()[:count]))
        assert known.findings == anew.findings


def test_a_fleet_is_matched_again_in_seconds() -> None:
    index, answers = Statements(*INDEX), Answers()
    changed = [f"CVE-2024-{number:04}" for number in range(0, 2000, 40)]
    Judged(index, inventory(*image()), answers)
    before = perf_counter()
    for _ in range(20):
        Judged(index, inventory(*image()), answers, only=changed)
    assert (perf_counter() - before) / 20 < 0.25, "generous: a tenth of it is usual"
