"""The exploitation maturity score: how far the exploitation of a vulnerability has come, from 0 to 10.

docs/explanation/scores.md says why the terms weigh what they do.
"""

from collections.abc import Iterable, Mapping
from math import prod

from pellucid.domain.vulnerability import Epss, Exploit, ExploitKind, KnownExploited, Ssvc

# Exploitation that somebody has seen.
CATALOGUED, OBSERVED, RANSOMWARE = 0.9, 0.8, 0.5
# Code that does it; a coordinator's word that there is some counts as the least of it.
CODE: Mapping[ExploitKind, float] = {
    ExploitKind.POC: 0.2,
    ExploitKind.EXPLOIT: 0.35,
    ExploitKind.VERIFIED: 0.45,
    ExploitKind.WEAPONISED: 0.65,
}
# A certain forecast is still a forecast.
FORECAST = 0.6


def terms(
    kev: KnownExploited | None = None,
    epss: Epss | None = None,
    exploits: Iterable[Exploit] = (),
    ssvc: Ssvc | None = None,
) -> dict[str, float]:
    """What the score is made of: each kind of evidence that there is, and its weight between 0 and 1.

    Of evidence of one kind the strongest counts, once: ten proofs of concept are no weapon, and a catalogue and a
    coordinator who say that it is exploited say one thing. What is not known has no term.
    """
    code = [CODE[exploit.kind] for exploit in exploits]
    exploitation = ssvc.exploitation if ssvc else ""
    if exploitation == "poc":
        code.append(CODE[ExploitKind.POC])
    found = {
        "exploited": CATALOGUED if kev else OBSERVED if exploitation == "active" else 0.0,
        "ransomware": RANSOMWARE if kev and kev.ransomware else 0.0,
        "code": max(code, default=0.0),
        "forecast": FORECAST * min(max(epss.probability, 0.0), 1.0) if epss else 0.0,
    }
    return {name: round(weight, 4) for name, weight in found.items() if weight > 0}


def maturity(
    kev: KnownExploited | None = None,
    epss: Epss | None = None,
    exploits: Iterable[Exploit] = (),
    ssvc: Ssvc | None = None,
) -> float:
    """0 (nothing known) to 10, one decimal: 10 x (1 - the product of 1 - term over all `terms`).

    More evidence never lowers it, none is counted twice, and no single kind reaches 10.
    """
    return round(10 * (1 - prod(1 - weight for weight in terms(kev, epss, exploits, ssvc).values())), 1)
