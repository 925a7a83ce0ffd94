"""Severity ratings: vectors of CVSS 2.0, 3.0, 3.1 and 4.0 (FIRST), words of publishers, and which rating counts.

Scores are base scores. A vector of version 4.0 may hold threat metrics, too, and publishers differ on whether their
score has them in it; here it never has, so that scores compare: exploitation is told by the catalogues and by EPSS.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Rating

LONGEST = 300
NVD = "nvd@nist.gov"
# CISA's "authorized data publisher", which rates what the CNA did not, under the number it has in the CVE programme.
CISA_ADP = "134c704f-9b21-4f2e-91b3-4a467353bcc0"

_CNA = re.compile(r"[^@\s]+@[^@\s]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_V4_BASE = frozenset({"AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"})
_PREFERENCE = ("3.1", "3.0", "4.0")


@dataclass(frozen=True, kw_only=True)
class _Scored:
    version: str
    vector: str
    score: float
    severity: Severity
    exploitability: float | None = None
    impact: float | None = None


def rating(source: str, vector: str, *, word: str = "", is_primary: bool = False) -> Rating | None:
    """The rating that a vector or the publisher's word gives; None when neither is understood.

    The vector is shortened by the metrics that it says are not defined. With a vector and no word, `word` is the one
    of the scale that belongs to the version: version 2.0 has nothing above "high".
    """
    said = severity_of(word)
    found = _scored(vector.strip()) if 0 < len(vector) <= LONGEST else None
    if found is None:
        return Rating(source=source, word=said, is_primary=is_primary) if said.rank else None
    return Rating(
        source=source,
        version=found.version,
        vector=found.vector,
        score=found.score,
        exploitability=found.exploitability,
        impact=found.impact,
        word=said if said.rank else found.severity,
        is_primary=is_primary,
    )


def severity_of(word: str) -> Severity:
    """What a publisher's word stands for (severity_words.toml); stars, as of Debian's urgencies, are left out."""
    return _words().get(word.strip().rstrip("*").lower(), Severity.UNSPECIFIED)


def primary(ratings: Iterable[Rating]) -> Rating | None:
    """The rating that counts: the first of `ranked`."""
    return next(iter(ranked(ratings)), None)


def ranked(ratings: Iterable[Rating]) -> tuple[Rating, ...]:
    """The ratings, the one that counts first. What is declared first decides first:

    1. Scores of version 3 or 4 before those of 2.0, which has no "critical" and is not looked after; scores before
       words.
    2. Who says it: NVD as the primary source; another that NVD takes as primary; NVD otherwise; the CNA, who published
       the CVE; CISA in its place; everybody else, such as distributions, who rate their own builds.
    3. 3.1, 3.0, 4.0. Version 3 goes first because nearly all vulnerabilities have a score of it and few of 4.0, and
       the two scales differ: what is sorted and what a threshold cuts should be measured with one.
    4. The worse one, then by source and vector, so that the order never depends on that of the feeds.
    """
    return tuple(sorted(ratings, key=_order))


def _order(item: Rating) -> tuple[int, int, int, float, int, str, str]:
    kind = 2 if item.score is None else 1 if item.version == "2.0" else 0
    version = _PREFERENCE.index(item.version) if item.version in _PREFERENCE else len(_PREFERENCE)
    return kind, _authority(item), version, -(item.score or 0), -item.word.rank, item.source, item.vector


def _authority(item: Rating) -> int:
    if item.is_primary:
        return 0 if item.source == NVD else 1
    if item.source == NVD:
        return 2
    if item.source == CISA_ADP:
        return 4
    return 3 if _CNA.fullmatch(item.source) else 5


@cache
def _words() -> dict[str, Severity]:
    text = Path(__file__).with_name("severity_words.toml").read_text(encoding="utf-8")
    return {word: Severity(severity) for severity, words in tomllib.loads(text).items() for word in words}


@cache
def _cvss() -> ModuleType:
    """The library; imported late, because most commands never score anything."""
    return import_module("cvss")


# Ten thousand different vectors are all that three hundred thousand vulnerabilities have.
@lru_cache(maxsize=1 << 14)
def _scored(vector: str) -> _Scored | None:
    bare = vector.strip("()/").removeprefix("CVSS:2.0/")
    try:
        if bare.startswith("CVSS:3."):
            return _version_3(bare)
        return _version_4(bare) if bare.startswith("CVSS:4.0/") else _version_2(bare)
    except _cvss().exceptions.CVSSError:
        return None


def _version_2(vector: str) -> _Scored:
    found = _cvss().CVSS2(vector)
    score = float(found.base_score)
    # The scale of NVD for version 2.0: 7.0 and above is high.
    severity = min(Severity.from_cvss(score), Severity.HIGH, key=lambda item: item.rank)
    return _Scored(
        version="2.0",
        vector=_defined(vector, "ND"),
        score=score,
        severity=severity,
        exploitability=_tenths(20 * found.get_value("AV") * found.get_value("AC") * found.get_value("Au")),
        impact=_tenths(found.impact_equation()),
    )


def _version_3(vector: str) -> _Scored:
    found = _cvss().CVSS3(vector)
    score = float(found.base_score)
    return _Scored(
        version=vector[5:8],
        vector=_defined(vector, "X"),
        score=score,
        severity=Severity.from_cvss(score),
        exploitability=_tenths(found.esc),
        impact=_tenths(found.isc),
    )


def _version_4(vector: str) -> _Scored:
    prefix, *metrics = vector.split("/")
    base = [metric for metric in metrics if metric.partition(":")[0] in _V4_BASE]
    # Read whole, too: base metrics beside something that is no metric are no vector.
    whole = _cvss().CVSS4(vector)
    found = whole if len(base) == len(metrics) else _cvss().CVSS4("/".join((prefix, *base)))
    score = float(found.base_score)
    return _Scored(version="4.0", vector=_defined(vector, "X"), score=score, severity=Severity.from_cvss(score))


def _defined(vector: str, undefined: str) -> str:
    return "/".join(metric for metric in vector.split("/") if not metric.endswith(f":{undefined}"))


def _tenths(value: Any) -> float:
    """A subscore as it is published: to one decimal, and not below zero."""
    return max(0.0, float(round(value, 1)))
