"""Which unsafe functions become findings, and how bad they are."""

from dataclasses import replace

from tests.matchers.cases_weakness_unsafe_functions import called
from tests.matchers.inventories import findings, inventory, package
from tests.support.statements import Statements

from pellucid.domain.finding import Finding
from pellucid.domain.observation import Observation
from pellucid.domain.severity import Severity
from pellucid.matchers.unsafe_calls import unsafe_calls


def found(*observations: Observation, owned: tuple[str, ...] = ()) -> list[Finding]:
    packages = [replace(package("a", "1", "a"), distro="debian-12", places=owned)] if owned else []
    return findings(unsafe_calls(inventory(*packages, observations=observations), Statements()))


def test_one_finding_a_function_has_all_programs_that_call_it_the_worst_first() -> None:
    plain, put_together = called("system", 2), called("system", 1, "rm %s", "bin/z")
    (finding,) = found(plain, put_together, called("strcpy", 0))
    assert finding.severity is Severity.HIGH
    assert finding.class_ == "weakness/unsafe-function/command-execution"
    assert "3 calls" in finding.description
    assert [item.artefact for item in finding.evidence] == ["bin/z", "bin/z", "bin/a", "bin/a"]
    assert ("formatString", "rm %s") in finding.evidence[1].attributes


def test_what_a_distribution_looks_after_counts_only_when_it_is_high() -> None:
    assert found(called("strcpy"), owned=("bin/a",)) == []
    assert found(called("sprintf", 1, "%s"), owned=("bin/a",)) == []
    assert [item.severity for item in found(called("gets"), owned=("bin/a",))] == [Severity.HIGH]
    assert [item.severity for item in found(called("strcpy"), owned=("bin/b",))] == [Severity.LOW]


def test_formats_of_texts_raise_copies_to_medium() -> None:
    assert [item.severity for item in found(called("sprintf", 1, "%s"))] == [Severity.MEDIUM]
    assert [item.severity for item in found(called("sprintf"))] == [Severity.LOW]
    assert found(called("execvp", 3)) == []


def test_an_import_of_which_no_call_is_known_is_less_sure() -> None:
    assert [item.confidence for item in found(called("strcpy", None), called("gets", 1))] == [1.0, 0.7]


def test_few_sites_of_each_program_are_shown() -> None:
    seen = called("strcpy", 40)
    (finding,) = found(replace(seen, sites=seen.sites * 32))
    assert len(finding.evidence) == 1 + 8
