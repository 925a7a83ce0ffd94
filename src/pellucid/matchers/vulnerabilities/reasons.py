"""Reasons of a finding: what says that a version is affected, which range it lies in, and how the version is known."""

from collections.abc import Iterator, Sequence

from pellucid.domain.finding import Reason
from pellucid.domain.version_range import VersionRange
from pellucid.matchers.vulnerabilities.decisions import Match
from pellucid.matchers.vulnerabilities.verdicts import Verdict

MOST = 32
SIGNS = (("introduced", ">="), ("after", ">"), ("fixed", "<"), ("last_affected", "<="))


def reasons(matches: Sequence[Match]) -> tuple[Reason, ...]:
    """The most trustworthy first, each once; a match's notes stand with the verdict that decided it."""
    ranked = sorted(matches, key=lambda match: -match.confidence * match.item.confidence)
    return tuple(dict.fromkeys(reason for match in ranked for reason in _reasons(match)))[:MOST]


def _reasons(match: Match) -> Iterator[Reason]:
    for number, verdict in enumerate(match.verdicts):
        yield Reason(
            source=verdict.statement.source,
            record=verdict.statement.id,
            range=range_text(verdict),
            witness=match.item.witness,
            confidence=round(match.confidence * match.item.confidence, 3),
            note=" ".join(match.notes) if number == 0 else verdict.affected.note,
        )


def range_text(verdict: Verdict) -> str:
    """ ">= 1.0, < 1.2", "= 1.1" or "all versions"."""
    if verdict.range is None:
        return "all versions" if verdict.weak else f"= {verdict.version}"
    return bounds(verdict.range) or "all versions"


def bounds(item: VersionRange) -> str:
    """ ">= 1.0, < 1.2"; empty for a range without bounds."""
    return ", ".join(f"{sign} {value}" for name, sign in SIGNS if (value := getattr(item, name)))
