"""Findings about what rules match: said as the rule says it, and the same over versions of the rule."""

from dataclasses import replace
from typing import Any

from msgspec import structs
from tests.matchers.cases_rules import matched
from tests.matchers.inventories import seen
from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory
from pellucid.domain.entry import Entry
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.place import ScannedArtefact, ScannedPlace
from pellucid.domain.rule_match import RuleMatch
from pellucid.domain.severity import Severity
from pellucid.matchers.matched_rules import matched_rules

NOTHING = Statements()


def said(*matches: RuleMatch) -> list[Finding]:
    asked: Inventory = structs.replace(matched("yara"), rule_matches=matches)
    return [item for item in matched_rules(asked, NOTHING) if isinstance(item, Finding)]


def match(**more: Any) -> RuleMatch:
    values: dict[str, Any] = {"engine": "yara", "rule": "acme", "ruleset": "own 1", "evidence": (seen(),)}
    return RuleMatch(**values | more)


def test_says_what_the_rule_says() -> None:
    (found,) = said(
        match(
            title="A debug port is open",
            description="It listens.",
            severity="critical",
            classification="maliciousCode",
            weakness="CWE-489",
            author="Product security",
            identifiers=(("cve", "CVE-2026-12345"),),
            references=("https://acme.example/7",),
        )
    )
    assert (found.type, found.severity) == (FindingType.MALICIOUS_CODE, Severity.CRITICAL)
    assert (found.title, found.name, found.weaknesses) == ("A debug port is open", "acme", ("CWE-489",))
    assert found.description.startswith("It listens. ")
    assert found.references == ("https://acme.example/7",)
    assert found.identifiers == (("cve", "CVE-2026-12345"), ("rule", "acme"), ("ruleset", "own 1"))
    assert found.evidence[0].attributes == (("rule", "acme"), ("ruleset", "own 1"), ("author", "Product security"))


def test_a_rule_that_says_nothing_of_itself_is_suspicious() -> None:
    (found,) = said(match())
    assert (found.type, found.severity) == (FindingType.SUSPICIOUS_CODE, Severity.MEDIUM)
    assert found.title == "A YARA rule matches: acme"


def test_is_one_finding_with_all_places_whatever_the_version_and_the_meta() -> None:
    before = said(match(severity="low", classification="secret"))
    after = said(
        match(ruleset="own 2", severity="high", evidence=(seen(artefact="bin/b"),)),
        match(ruleset="own 2", evidence=(seen(artefact="bin/c"), seen(artefact="bin/c"))),
    )
    assert [item.key for item in before] == [item.key for item in after]
    assert [item.artefact for item in after[0].evidence] == ["bin/b", "bin/c"]


def test_rules_of_other_names_and_engines_are_other_findings() -> None:
    found = said(match(), match(rule="acme_2"), match(engine="fwhunt"), match(engine="unknown"))
    assert len({item.key for item in found}) == 3
    assert {item.class_ for item in found} == {"rule/yara/match", "rule/fwhunt/match"}


def test_a_rule_about_modules_counts_in_those() -> None:
    ours, other = "C988BDED-6977-464D-B714-E61DEBD2DE97", "5AE3F37E-4EAE-41AE-8240-35465B5E81EB"
    places = tuple(
        ScannedPlace(
            parent=0,
            entry=Entry(name=name, facts={"moduleGuid": guid} if guid else {}),
            artefact=ScannedArtefact(path=name, sha256="ab" * 32, size=1, kind="pe"),
        )
        for name, guid in (("ours.efi", ours), ("other.efi", other), ("loose.efi", ""))
    )
    evidence = tuple(seen(artefact=place.artefact.path) for place in places if place.artefact)
    rule = match(engine="fwhunt", evidence=evidence, identifiers=(("moduleGuid", ours.lower()),))
    (found,) = matched_rules(structs.replace(matched("fwhunt"), rule_matches=(rule,), places=places), NOTHING)
    assert isinstance(found, Finding)
    assert [item.artefact for item in found.evidence] == ["ours.efi", "loose.efi"]
    elsewhere = replace(rule, evidence=evidence[1:2])
    assert not list(
        matched_rules(structs.replace(matched("fwhunt"), rule_matches=(elsewhere,), places=places), NOTHING)
    )
