"""Findings out of matches: one for each vulnerability of each product, with all that speaks for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pellucid.analysis.finding_key import finding_key
from pellucid.domain import risk, ssvc
from pellucid.domain.component import Reachability
from pellucid.domain.dependency import upstream_name
from pellucid.domain.finding import Finding, FindingType, Predicate
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import ExploitKind, Vulnerability
from pellucid.formats.cpe_versions import joined
from pellucid.formats.version_order import latest
from pellucid.formats.version_ranges import fixed_version
from pellucid.matchers.vulnerabilities import trust
from pellucid.matchers.vulnerabilities.decisions import Match
from pellucid.matchers.vulnerabilities.intervals import NO_FIX, order_in
from pellucid.matchers.vulnerabilities.questions import is_distribution
from pellucid.matchers.vulnerabilities.reasons import reasons

NAME = "known_vulnerabilities"
MOST_EVIDENCE, MOST_REFERENCES, MOST_VERSIONS, MOST_NAMES = 64, 50, 8, 50
REACH = {Reachability.ENTRY_POINT: "entryPoint", Reachability.INVOKED: "invoked", Reachability.LOADED: "loaded"}
UNREACHABLE = "unreachable"
EXPLOITS = {
    ExploitKind.WEAPONISED: Predicate.WEAPONISED,
    ExploitKind.VERIFIED: Predicate.VERIFIED,
    ExploitKind.EXPLOIT: Predicate.EXPLOIT,
    ExploitKind.POC: Predicate.POC,
}
WORDS = {word.value: word for word in Severity} | {"important": Severity.HIGH, "moderate": Severity.MEDIUM}
DISPUTED = "It is disputed whether this is a vulnerability."
Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reach:
    """How software comes to run; `note` says why it does not."""

    kind: str = ""
    note: str = ""


def subject_of(match: Match) -> Subject:
    """(vendor, product) that the finding is about: it stays the same from version to version of the image."""
    item = match.owner or match.item
    if not item.ecosystem:
        return upstream_name(item)
    if is_distribution(item.ecosystem):
        return item.vendor, item.source_name or item.product
    return item.ecosystem.partition(":")[0], item.source_name or item.product


def finding(subject: Subject, matches: Sequence[Match], reach: Reach) -> Finding:
    """What all `matches` say of one vulnerability of one product; the most trustworthy of them stands for all."""
    best = max(matches, key=lambda match: match.confidence * match.item.confidence)
    about = best.about
    type_ = FindingType.MALICIOUS_CODE if about.malicious else FindingType.DEPENDENCY_VULNERABILITY
    confidence = round(best.confidence * best.item.confidence, 3)
    severity = _severity(about, matches)
    fixed = _fixed(best, matches)
    label = subject[1].replace("_", " ")
    members = [item for match in matches for item in (match.owner, match.item) if item]
    versions = list(dict.fromkeys(match.item.version or match.item.version_range for match in matches))
    more = ", …" if len(versions) > MOST_VERSIONS else ""
    return Finding(
        key=finding_key(NAME, type_, about.name, *subject),
        class_="vulnerability/malicious-package" if about.malicious else "vulnerability/known",
        type=type_,
        severity=severity,
        name=about.name,
        title=f"{about.name} in {label} {', '.join(versions[:MOST_VERSIONS])}{more}",
        description=_description(best, reach),
        evidence=tuple(dict.fromkeys(place for item in members for place in item.evidence))[:MOST_EVIDENCE],
        identifiers=_identifiers(about),
        recommended_action=_action(label, fixed, best),
        known_fixed_version=fixed,
        is_kev=about.kev is not None,
        cvss_score=about.score,
        confidence=confidence,
        dependency=best.item.identity,
        dependencies=tuple(dict.fromkeys(item.identity for item in members)),
        references=tuple(dict.fromkeys(item.url for item in about.references))[:MOST_REFERENCES],
        vulnerability=about,
        reasons=reasons(matches),
        conditional=all(match.conditional for match in matches),
        reachability=reach.kind,
        risk=risk.risk(severity, about.score, about.maturity, confidence, reach.kind),
        predicates=_predicates(about),
        ssvc_decision=ssvc.decide(about.ssvc, about.kev, about.exploits, about.ratings).decision,
        former_keys=tuple(finding_key(NAME, type_, name, *subject) for name in about.aliases[:MOST_NAMES]),
    )


def _severity(about: Vulnerability, matches: Sequence[Match]) -> Severity:
    if about.malicious:
        return Severity.CRITICAL
    if all(trust.is_minor(match.verdicts[0]) for match in matches):
        return Severity.LOW
    if about.severity.rank:
        return about.severity
    said = (WORDS.get(verdict.affected.urgency.lower()) for match in matches for verdict in match.verdicts)
    return next((word for word in said if word), Severity.UNSPECIFIED)


def _predicates(about: Vulnerability) -> tuple[str, ...]:
    found = {EXPLOITS[exploit.kind] for exploit in about.exploits}
    found |= {Predicate.KEV} if about.kev else set()
    found |= {Predicate.RANSOMWARE} if about.kev and about.kev.ransomware else set()
    return tuple(item for item in Predicate if item in found)


def _fixed(best: Match, matches: Iterable[Match]) -> str:
    """The version to go to: free of it for all that were found, as the best match counts versions."""
    first = best.verdicts[0]
    order = order_in(first.affected)
    found = [fix for match in matches if (fix := fix_of(match, first.affected.subject[0]))]
    return latest(found, order) if found else ""


def fix_of(match: Match, ecosystem: str) -> str:
    """The fix for the version of a match, in the words of whoever decided, else of others who count so."""
    for verdict in match.verdicts:
        if verdict.affected.subject[0] != ecosystem or verdict.whole:
            continue
        if verdict.range and verdict.range.fixed not in NO_FIX:
            return joined(verdict.range.fixed) if ecosystem.startswith("cpe:") else verdict.range.fixed
        if fixed := fixed_version(verdict.affected, verdict.version, order_in(verdict.affected)):
            return fixed
    return ""


def _action(label: str, fixed: str, best: Match) -> str:
    if best.about.malicious:
        return f"Remove {label}: it was made to do harm. Renew all secrets that it could reach."
    return f"Update {label} to {fixed} or later." if fixed else f"No fixed version of {label} is known: mitigate."


def _description(best: Match, reach: Reach) -> str:
    about = best.about
    said = about.description or about.title
    return " ".join(filter(None, (said, DISPUTED if about.disputed else "", *best.notes, reach.note)))


def _identifiers(about: Vulnerability) -> tuple[tuple[str, str], ...]:
    kinds: Mapping[str, str] = {"CVE-": "cve", "GHSA-": "ghsa", "GSD-": "gsd"}
    names = dict.fromkeys((about.name, *about.aliases))
    return tuple((next((kind for head, kind in kinds.items() if name.startswith(head)), "osv"), name) for name in names)
