"""What to do about a vulnerability: the decision tree of CISA (SSVC, "CISA Coordinator" 2.0.3; the table is ssvc.toml).

docs/explanation/scores.md says which values are assumed where nothing is known.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pellucid.domain.vulnerability import Exploit, KnownExploited, Rating, Ssvc

# What a product does for its users is not in its image: a middle for the decision, the worst for the paranoid one.
ASSUMED_MISSION, PARANOID_MISSION = "medium", "high"
_METRIC = re.compile(r"(?:^|/)([A-Z]{1,3}):([A-Z])(?=/|$)")
# Nobody has to be asked and nothing has to be waited for, so that a program can do it (CVSS 3 and 4).
_AUTOMATIC = {"AV": "N", "AC": "L", "AT": "N", "PR": "N", "UI": "N"}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`decision` and `paranoid` are "track", "trackStar", "attend" or "act"; the rest is what they were made from.

    `assumed` names the points whose value nobody has stated.
    """

    decision: str
    paranoid: str
    exploitation: str
    automatable: bool
    technical_impact: str
    mission: str = ASSUMED_MISSION
    assumed: tuple[str, ...] = ()


def decide(
    ssvc: Ssvc | None = None,
    kev: KnownExploited | None = None,
    exploits: Iterable[Exploit] = (),
    ratings: Iterable[Rating] = (),
) -> Decision:
    """The decision on what is known of a vulnerability.

    What a coordinator states counts, unless newer facts are worse; what nobody states is taken from the first vector
    of CVSS 3 or 4, and where there is none, is "no" and "partial". The paranoid decision takes the worst instead.
    """
    metrics = _metrics(ratings)
    automatable = ssvc.automatable if ssvc else None
    impact = ssvc.technical_impact if ssvc else ""
    assumed = [*(["automatable"] if automatable is None else []), *([] if impact else ["technicalImpact"]), "mission"]
    worst_automatable, worst_impact = automatable, impact
    if automatable is None:
        automatable = all(metrics.get(name, value) == value for name, value in _AUTOMATIC.items()) if metrics else False
        worst_automatable = automatable if metrics else True
    if not impact:
        impact = _impact(metrics)
        worst_impact = impact if metrics else "total"
    exploitation = _exploitation(ssvc, kev, exploits)
    return Decision(
        decision=_outcome(exploitation, automatable, impact, ASSUMED_MISSION),
        paranoid=_outcome(exploitation, bool(worst_automatable), worst_impact, PARANOID_MISSION),
        exploitation=exploitation,
        automatable=automatable,
        technical_impact=impact,
        assumed=tuple(assumed),
    )


def _exploitation(ssvc: Ssvc | None, kev: KnownExploited | None, exploits: Iterable[Exploit]) -> str:
    stated = ssvc.exploitation if ssvc else ""
    if kev or stated == "active":
        return "active"
    return "poc" if stated == "poc" or any(True for _ in exploits) else "none"


def _metrics(ratings: Iterable[Rating]) -> Mapping[str, str]:
    vector = next((item.vector for item in ratings if item.vector.startswith(("CVSS:3", "CVSS:4"))), "")
    return dict(_METRIC.findall(vector))


def _impact(metrics: Mapping[str, str]) -> str:
    """Total where all of confidentiality, integrity and availability are lost."""
    lost = [metrics.get(name) or metrics.get(f"V{name}") for name in "CIA"]
    return "total" if lost == ["H", "H", "H"] else "partial"


def _outcome(exploitation: str, automatable: bool, impact: str, mission: str) -> str:
    return _tree()[exploitation]["yes" if automatable else "no"][impact][mission]


@cache
def _tree() -> Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]]:
    text = Path(__file__).with_name("ssvc.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
