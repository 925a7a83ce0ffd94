"""What services of systemd may do: units of services, weighed as systemd-analyze(1) "security" does."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers import unit_exposure
from pellucid.analyzers.unit_parts import Part
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.formats import systemd_unit
from pellucid.formats.systemd_unit import Unit

SECTION = b"[Service]"
# Tenths from which a service is called so; what it is called below all of them.
LEVELS = ((100, "dangerous"), (90, "unsafe"), (75, "exposed"), (50, "medium"), (10, "ok"), (1, "safe"), (0, "perfect"))
SPELT = {"UMask": "umask", "IPAddressDeny": "ipAddressDeny"}
SHORT_LIVED = frozenset(("oneshot",))
MOST_NAMED = 40


@analyzer(
    name="unit_sandboxing",
    version=2,
    stage=Stage.HARDENING,
    wants=contains(SECTION) & kind("text"),
    # Those of users run as them.
    named=("systemd/system/*.service",),
)
def unit_sandboxing(artefact: Artefact) -> Iterator[Fact]:
    """Judge each directive by which systemd confines a service, and all of them together as a level of exposure.

    What other files add to a unit is not known here. "sandboxing" is about whether anything confines a service of root
    that keeps running.
    """
    unit = systemd_unit.read(artefact.window(0, systemd_unit.MOST_BYTES))
    if not any(unit.service.get(directive) for directive in ("ExecStart", "BusName")):
        return
    parts = list(unit_exposure.parts(unit))
    level = unit_exposure.exposure(parts)
    called = next(name for floor, name in LEVELS if level >= floor)
    by_directive = [(name, list(group)) for name, group in groupby(sorted(parts, key=_directive), key=_directive)]
    checks = [_check(unit, name, group) for name, group in by_directive]
    checks.append(
        Check(
            name="exposure",
            verdict=Verdict.FAIL if level >= LEVELS[1][0] else Verdict.PASS,
            value=called,
            reason=f"Its level of exposure is {level // 10}.{level % 10} of 10.",
        )
    )
    checks.append(_sandboxing(unit, parts, level))
    at = artefact.window(0, systemd_unit.MOST_BYTES).find(SECTION)
    yield Hardening(subject="systemdUnit", checks=tuple(checks), evidence=artefact.evidence(at, SECTION))


def _directive(part: Part) -> str:
    return part.directive


def _check(unit: Unit, directive: str, parts: Sequence[Part]) -> Check:
    name = SPELT.get(directive, directive[0].lower() + directive[1:])
    known = [part for part in parts if part.badness is not None]
    said = " ".join(unit.service.get(directive, []))[:80]
    stated = f"{directive}={said}" if unit.service.get(directive) else f"{directive}= is not set"
    if not known:
        reason = f"{stated}; for a service of root it does not matter."
        return Check(name=name, verdict=Verdict.NOT_APPLICABLE, reason=reason)
    wrong = [part for part in known if part.badness]
    left = ", ".join(part.part for part in wrong if part.part)
    return Check(
        name=name,
        verdict=Verdict.FAIL if wrong else Verdict.PASS,
        reason=f"{stated}; it leaves {left}." if left else f"{stated}.",
        value=f"{len(wrong)} of {len(known)}" if len(known) > 1 else said[:MOST_NAMED].lower(),
    )


def _sandboxing(unit: Unit, parts: Sequence[Part], level: int) -> Check:
    """Whether a service of root that keeps running is confined at all."""
    of_root = any(part.directive == "User" and part.badness == unit_exposure.WORST for part in parts)
    on_console = unit.last("StandardInput").startswith("tty") or bool(unit.last("TTYPath"))
    if not of_root or unit.last("Type") in SHORT_LIVED or on_console or not unit.service.get("ExecStart"):
        why = "It does not run as root." if not of_root else "It does not keep running, or serves a console."
        return Check(name="sandboxing", verdict=Verdict.NOT_APPLICABLE, reason=why)
    confined = level < unit_exposure.unconfined()
    return Check(
        name="sandboxing",
        verdict=Verdict.PASS if confined else Verdict.FAIL,
        value="" if confined else "none",
        reason="It runs as root, and something confines it."
        if confined
        else "It runs as root, and nothing confines it.",
    )
