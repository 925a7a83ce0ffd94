"""The registry of classes of findings, read from the tables beside this, one for each class."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from pellucid.analysis.finding_key import finding_key
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.finding_class import FindingClass
from pellucid.domain.hardening import Check, Hardening
from pellucid.domain.severity import Severity

# An image may hold hundreds of thousands of files that all lack the same; a finding is one row, and one document.
MOST_EVIDENCE = 10_000


@cache
def classes() -> Mapping[str, FindingClass]:
    """Every class by its id, in the order of the ids."""
    folder = Path(__file__).parent
    found = {}
    for file in folder.iterdir():
        if not file.name.endswith(".toml"):
            continue
        for id_, row in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found[id_] = FindingClass(
                id=id_,
                type=FindingType(row["type"]),
                subtype=row.get("subtype", ""),
                severity=Severity(row["severity"]),
                title=row["title"],
                description=row["description"],
                impact=row["impact"],
                action=row["action"],
                weaknesses=tuple(row.get("weaknesses", ())),
                references=tuple(row.get("references", ())),
            )
    return dict(sorted(found.items()))


def finding_of(
    class_id: str,
    evidence: tuple[Evidence, ...],
    *subject: str,
    title: str = "",
    description: str = "",
    severity: Severity | None = None,
    confidence: float = 1.0,
    identifiers: tuple[tuple[str, str], ...] = (),
) -> Finding:
    """A finding of a class: one for each `subject`, and one for all where there is none.

    What is not given is said by the class; a `description` of its own stands before that of the class.
    """
    of = classes()[class_id]
    return Finding(
        key=finding_key(class_id, of.type, *subject),
        class_=class_id,
        type=of.type,
        subtype=of.subtype,
        severity=of.severity if severity is None else severity,
        name=of.title,
        title=title or of.title,
        description=" ".join(filter(None, (description, of.description))),
        impact=of.impact,
        recommended_action=of.action,
        weaknesses=of.weaknesses,
        references=of.references,
        evidence=evidence[:MOST_EVIDENCE],
        confidence=confidence,
        identifiers=identifiers,
    )


def failure_seen(fact: Hardening, check: Check) -> Evidence:
    """Where a check failed, with what was found."""
    at = check.evidence or fact.evidence
    said = (("check", check.name), ("value", check.value), ("subject", fact.name), ("reason", check.reason))
    return replace(at, attributes=(*at.attributes, *((name, text) for name, text in said if text)))
