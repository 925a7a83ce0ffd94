"""Matches of rules: patterns of others, or of one's own, that stand for malicious, vulnerable or unwanted code."""

from dataclasses import dataclass

from pellucid.domain.evidence import Evidence


@dataclass(frozen=True, kw_only=True)
class RuleMatch:
    """A rule that an artefact matches.

    `engine` is "yara" or "fwhunt", `ruleset` the name and version of the set that it is from. What follows is as the
    rule states it: `severity` a word of Severity or "", `weakness` a CWE, `classification` a type of findings or "".
    `evidence` are the places that matched, the first of them at least.
    """

    engine: str
    rule: str
    ruleset: str
    evidence: tuple[Evidence, ...]
    title: str = ""
    description: str = ""
    severity: str = ""
    author: str = ""
    weakness: str = ""
    classification: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
