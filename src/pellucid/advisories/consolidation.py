"""One vulnerability out of all records that speak of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pellucid.advisories.scores import ranked
from pellucid.domain.maturity import maturity
from pellucid.domain.severity import Severity
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import (
    Epss,
    Exploit,
    ExploitKind,
    KnownExploited,
    Reference,
    Ssvc,
    Vulnerability,
    VulnerabilityState,
)

MOST_ALIASES = 200
MOST_EXPLOITS = 100
MOST_REFERENCES = 200
# Whose words describe it; the best first. Those that are not named come after, in the order of their names.
DESCRIBE = ("nvd", "cvelist", "vulnrichment", "ghsa", "osv/GIT", "curl", "openssl")
# Placeholders of NVD for "not known" and "other".
NO_WEAKNESS = ("NVD-CWE-noinfo", "NVD-CWE-Other")
WORST = tuple(reversed(ExploitKind))


@dataclass(frozen=True)
class Said:
    """A record, the source that it is of, and whether it is about the vulnerability without being it."""

    source: str
    record: AdvisoryRecord
    upstream: bool = False


def consolidated(name: str, aliases: Iterable[str], said: Iterable[Said]) -> Vulnerability:
    """The vulnerability that is kept as `name`. The order of `said` makes no difference."""
    every = sorted(said, key=lambda item: (_rank(item.source), item.upstream, item.source, item.record.id))
    # A notice about several says nothing about the one, but for what was built to be joined (exploits).
    own = [item for item in every if not item.record.covers]
    live = [item for item in own if item.record.state is VulnerabilityState.LIVE] or own
    records = [item.record for item in live]
    ratings = ranked(dict.fromkeys(rating for record in records for rating in record.ratings))
    # The catalogue itself says more than who copies from it.
    kevs = sorted((item for item in live if item.record.kev), key=lambda item: not item.source.endswith("kev"))
    kev = kevs[0].record.kev if kevs else None
    epss = max((record.epss for record in records if record.epss), key=_day, default=None)
    ssvc = next((record.ssvc for record in records if record.ssvc), None)
    exploits = _exploits(every)
    return Vulnerability(
        name=name,
        aliases=tuple(sorted(set(aliases) - {name}))[:MOST_ALIASES],
        title=next((record.title for record in records if record.title), ""),
        description=next((record.description for record in records if record.description), ""),
        state=_state(name, own),
        disputed=any(record.disputed for record in records),
        malicious=any(record.malicious for record in records),
        published=min((when for record in records if (when := record.published)), default=None),
        modified=max((when for record in records if (when := record.modified)), default=None),
        severity=ratings[0].word if ratings else Severity.UNSPECIFIED,
        score=next((rating.score for rating in ratings if rating.score is not None), None),
        ratings=ratings,
        epss=epss,
        kev=kev,
        ssvc=ssvc,
        exploits=exploits,
        weaknesses=_weaknesses(records),
        references=_references(every),
        maturity=maturity(kev, epss, exploits, ssvc),
        sources=tuple(sorted({item.source for item in every})),
    )


def _rank(source: str) -> int:
    return DESCRIBE.index(source) if source in DESCRIBE else len(DESCRIBE)


def _day(epss: Epss) -> tuple[str, float]:
    return (epss.day.isoformat() if epss.day else "", epss.probability)


def _state(name: str, own: Sequence[Said]) -> VulnerabilityState:
    """Rejected when those who give CVEs their names say so; withdrawn when nobody upholds it."""
    if any(item.record.state is VulnerabilityState.REJECTED and item.record.id == name for item in own):
        return VulnerabilityState.REJECTED
    # Scores and catalogues go on about what has long been withdrawn.
    telling = [item for item in own if item.record.description or item.record.affected or item.record.title]
    if telling and all(item.record.state is VulnerabilityState.WITHDRAWN for item in telling):
        return VulnerabilityState.WITHDRAWN
    return VulnerabilityState.LIVE


def _exploits(said: Iterable[Said]) -> tuple[Exploit, ...]:
    found = {exploit.url: exploit for item in said for exploit in item.record.exploits}
    return tuple(sorted(found.values(), key=lambda item: (WORST.index(item.kind), item.source, item.url)))[
        :MOST_EXPLOITS
    ]


def _weaknesses(records: Iterable[AdvisoryRecord]) -> tuple[str, ...]:
    found = {weakness for record in records for weakness in record.weaknesses if weakness not in NO_WEAKNESS}
    return tuple(sorted(found, key=lambda item: (len(item), item)))


def _references(said: Iterable[Said]) -> tuple[Reference, ...]:
    found: dict[str, Reference] = {}
    for item in said:
        for reference in item.record.references:
            known = found.get(reference.url)
            if known is None or (reference.kind and not known.kind):
                found[reference.url] = reference
    return tuple(found.values())[:MOST_REFERENCES]


@dataclass(frozen=True)
class News:
    """What became different between two states of a vulnerability; `worse` when somebody should look again."""

    kinds: tuple[str, ...]
    worse: bool


# A forecast that grew by as much, or grew past one of these, is news; smaller moves happen every day to thousands.
JUMP = 0.2
STEPS = (0.1, 0.5)


def news(before: Vulnerability, after: Vulnerability) -> News:
    """What of it is worth keeping in the history: the facts that decisions are made by."""
    kinds: list[str] = []
    worse = False
    pairs = (
        ("severity", before.severity.rank, after.severity.rank),
        ("score", before.score or 0.0, after.score or 0.0),
        ("knownExploited", before.kev is not None, after.kev is not None),
        ("ransomware", _ransom(before.kev), _ransom(after.kev)),
        ("exploit", _readiness(before.exploits), _readiness(after.exploits)),
        ("exploitation", _observed(before.ssvc), _observed(after.ssvc)),
    )
    for kind, old, new in pairs:
        if old != new:
            kinds.append(kind)
            worse = worse or new > old
    if moved := _epss(before.epss, after.epss):
        kinds.append("epss")
        worse = worse or moved > 0
    if before.state is not after.state or before.disputed != after.disputed:
        kinds.append("state")
        worse = worse or (after.state is VulnerabilityState.LIVE and before.state is not after.state)
    return News(tuple(kinds), worse)


def _ransom(kev: KnownExploited | None) -> bool:
    return bool(kev and kev.ransomware)


def _readiness(exploits: Sequence[Exploit]) -> int:
    return max((list(ExploitKind).index(item.kind) + 1 for item in exploits), default=0)


def _observed(ssvc: Ssvc | None) -> int:
    return ("none", "poc", "active").index(ssvc.exploitation) if ssvc and ssvc.exploitation in ("poc", "active") else 0


def _epss(before: Epss | None, after: Epss | None) -> float:
    """By how much the forecast moved, when that is news; models do not compare with each other."""
    if before is None or after is None or (before.model and after.model and before.model != after.model):
        return 0.0
    moved = after.probability - before.probability
    passed = any((before.probability < step) != (after.probability < step) for step in STEPS)
    return moved if passed or abs(moved) >= JUMP else 0.0


def newest(records: Iterable[AdvisoryRecord]) -> datetime | None:
    """The newest statement among them."""
    return max((when for record in records if (when := record.modified or record.published)), default=None)
