"""Findings about what is not hardened, from the verdicts of analyzers."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.hardening import Check, Verdict
from pellucid.matchers.classes import failure_seen, finding_of

NAME = "failed_checks"
Asked = tuple[str, str, str]
"""Subject, check and value; "" for any value, or any check."""


@matcher(name=NAME, version=1)
def failed_checks(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each property that something in the image lacks: one finding a class, with all that lacks it.

    Which class stands for which check is said by failed_checks.toml; what it does not name is a fact, but no finding.
    """
    found: dict[str, list[Evidence]] = {}
    for fact in inventory.hardening:
        for check in fact.checks:
            if check.verdict is Verdict.FAIL and (class_id := class_of(fact.subject, check)):
                found.setdefault(class_id, []).append(failure_seen(fact, check))
    for class_id, evidence in sorted(found.items()):
        yield finding_of(class_id, tuple(dict.fromkeys(evidence)))


def class_of(subject: str, check: Check) -> str:
    """The class of findings for a failed check; "" when there is none."""
    asks = ((subject, check.name, check.value), (subject, check.name, ""), (subject, "", check.value))
    return next((table()[item] for item in asks if item in table()), "")


@cache
def table() -> Mapping[Asked, str]:
    """Classes by what they stand for."""
    text = Path(__file__).with_name("failed_checks.toml").read_text(encoding="utf-8")
    return {
        (subject, *check.partition("=")[::2]): class_id
        for subject, checks in tomllib.loads(text).items()
        for check, class_id in checks.items()
    }
