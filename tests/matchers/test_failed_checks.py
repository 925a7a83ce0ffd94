"""failed_checks: verdicts become findings, one a class, with all that lacks the property."""

from dataclasses import replace

from msgspec import structs
from tests.matchers.inventories import checked, findings, seen
from tests.support.statements import Statements

from pellucid.domain.hardening import Verdict
from pellucid.matchers.failed_checks import failed_checks

CLASS = "mitigation/elf/relro-missing"


def test_one_finding_has_all_that_lacks_a_property() -> None:
    image = checked("elf", "relro", Verdict.FAIL, "none")
    (first,) = image.hardening
    second = replace(first, evidence=seen(artefact="bin/b"))
    (finding,) = findings(failed_checks(structs.replace(image, hardening=(first, second)), Statements()))
    assert finding.class_ == CLASS
    assert [item.artefact for item in finding.evidence] == ["bin/a", "bin/b"]
    assert dict(finding.evidence[0].attributes) == {"check": "relro", "value": "none", "reason": "It was read."}
    assert (finding.name, finding.weaknesses) == ("Relocations can be overwritten (no RELRO)", ("CWE-693",))
    assert finding.impact
    assert finding.recommended_action


def test_nothing_else_than_a_failure_is_one() -> None:
    for verdict in set(Verdict) - {Verdict.FAIL}:
        assert not findings(failed_checks(checked("elf", "relro", verdict, "none"), Statements()))


def test_a_failed_check_that_is_not_in_the_table_is_a_fact_only() -> None:
    assert findings(failed_checks(checked("elf", "relro", Verdict.FAIL), Statements()))
    for subject, check in (("elf", "neverChecked"), ("nothing", "relro")):
        assert not findings(failed_checks(checked(subject, check, Verdict.FAIL), Statements()))
