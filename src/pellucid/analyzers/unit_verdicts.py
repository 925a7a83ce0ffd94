"""Verdicts on what a unit of systemd lets its service do, weighed as systemd-analyze(1) "security" does."""

from collections.abc import Sequence
from itertools import groupby

from pellucid.analyzers import unit_exposure
from pellucid.analyzers.unit_parts import Part
from pellucid.domain.hardening import Check, Verdict
from pellucid.formats import systemd_unit
from pellucid.formats.systemd_unit import Unit

# Tenths from which a service is called so; what it is called below all of them.
LEVELS = ((100, "dangerous"), (90, "unsafe"), (75, "exposed"), (50, "medium"), (10, "ok"), (1, "safe"), (0, "perfect"))
SPELT = {"UMask": "umask", "IPAddressDeny": "ipAddressDeny"}
SHORT_LIVED = frozenset(("oneshot",))
MOST_NAMED = 40
COMMANDS = ("ExecStart", "BusName")
# Asked for beside the directives that are weighed.
OTHERS = (*COMMANDS, "Type", "StandardInput", "TTYPath", "RootImage", "DynamicUser", "DevicePolicy", "IPAddressAllow")


def is_service(unit: Unit) -> bool:
    """Whether it starts anything; a part of a unit need not."""
    return any(unit.service.get(directive) for directive in COMMANDS)


def lines_of(data: bytes) -> tuple[tuple[int, str], ...]:
    """What of a unit the checks look at, as the lines of a shorter one; of commands, only whether there are any."""
    asked = {part.directive for part in unit_exposure.parts(Unit())} | set(OTHERS)
    found = list[tuple[int, str]]()
    inside = ""
    for section, name, said in systemd_unit.settings(data):
        if (section == "Service" and name in asked) or (section == "Unit" and name == "DefaultDependencies"):
            if section != inside:
                found.append((0, f"[{section}]"))
                inside = section
            found.append((0, f"{name}={'x' if said and name in COMMANDS else said}"))
    return tuple(found)


def checks(unit: Unit) -> tuple[Check, ...]:
    """One for each directive, "exposure" for all of them, and "sandboxing" for services of root that keep running."""
    parts = list(unit_exposure.parts(unit))
    level = unit_exposure.exposure(parts)
    called = next(name for floor, name in LEVELS if level >= floor)
    by_directive = [(name, list(group)) for name, group in groupby(sorted(parts, key=_directive), key=_directive)]
    exposed = Check(
        name="exposure",
        verdict=Verdict.FAIL if level >= LEVELS[1][0] else Verdict.PASS,
        value=called,
        reason=f"Its level of exposure is {level // 10}.{level % 10} of 10.",
    )
    return (*(_check(unit, name, group) for name, group in by_directive), exposed, _sandboxing(unit, parts, level))


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
