"""Whether what starts a device can be interrupted, led astray or replaced, as containers of boot code state it."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.place import ScannedArtefact
from pellucid.matchers.classes import finding_of

NAME = "boot_protection"
# U-Boot, doc/README.autoboot: -1 stops at the prompt, -2 asks for no key.
NO_PROMPT = -2
COMMAND_LINES = re.compile(r"bootargs|cmdline(?:\.\d+)?|extraCmdline")
# Flags of vbmeta (libavb, avb_vbmeta_image.h).
HASHTREE_DISABLED, VERIFICATION_DISABLED = 1, 2
TOP_LEVEL = re.compile(r"(?:^|[!/.])vbmeta(?:_system|_vendor|_[ab])?(?:\.img|\.bin)?(?:$|!)")
MOST_SHOWN = 120
Seen = tuple[str, str, str]
"""Class of findings, what was seen, and what else is to be said of it."""


@matcher(name=NAME, version=1)
def boot_protection(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report boot that can be interrupted at U-Boot's prompt, arguments that take protection from the kernel, and FIT
    images and Android's vbmeta that verify nothing.

    What a container does not state may be decided by the boot loader's code, and is not reported.
    """
    found: dict[str, list[Evidence]] = {}
    for artefact in _artefacts(inventory):
        for class_id, seen, reason in judged(artefact):
            attributes = (("reason", reason),) if reason else ()
            place = Evidence(offset=0, seen=seen[:MOST_SHOWN], artefact=artefact.path, attributes=attributes)
            found.setdefault(class_id, []).append(place)
    for class_id, places in sorted(found.items()):
        yield finding_of(class_id, tuple(places))


def judged(artefact: ScannedArtefact) -> Iterator[Seen]:
    """What is wrong with one container."""
    facts = artefact.metadata
    if judge := JUDGES.get(artefact.kind):
        yield from judge(artefact, facts)
    for name, line in facts.items():
        if COMMAND_LINES.fullmatch(name):
            for argument, why in weak_arguments(line.split()):
                yield "weakness/boot/kernel-arguments", argument, why


def weak_arguments(arguments: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(argument, why) of those that take protection away."""
    for argument in arguments:
        if why := next((why for pattern, why in table() if pattern.fullmatch(argument)), ""):
            yield argument, why


def _environment(_artefact: ScannedArtefact, facts: Mapping[str, str]) -> Iterator[Seen]:
    delay = facts.get("bootdelay", "").strip()
    # Whoever has to type a password does not get to the prompt.
    if re.fullmatch(r"-?\d{1,4}", delay) and int(delay) != NO_PROMPT and not facts.get("bootstopkeysha256"):
        waits = "it stops at the prompt" if int(delay) < 0 else f"a key stops it within {int(delay)} seconds"
        yield "weakness/boot/interruptible", f"bootdelay={delay}", waits


def _fit(_artefact: ScannedArtefact, facts: Mapping[str, str]) -> Iterator[Seen]:
    configurations = [
        name.partition(".")[2]
        for name in facts
        if name.startswith("configurations.") and name != "configurations.default"
    ]
    unsigned = [name for name in configurations if f"signatures.{name}" not in facts]
    if unsigned:
        yield "mitigation/boot/fit-unsigned", f"configurations without a signature: {', '.join(unsigned)}", ""


def _vbmeta(artefact: ScannedArtefact, facts: Mapping[str, str]) -> Iterator[Seen]:
    flags = int(facts.get("flags", "0x0"), 16)
    if flags & (HASHTREE_DISABLED | VERIFICATION_DISABLED):
        what = "verification" if flags & VERIFICATION_DISABLED else "dm-verity"
        yield "mitigation/boot/verification-disabled", f"flags={facts['flags']}", f"{what} is switched off"
    # That of a single partition is covered by the signature of the one on top.
    if facts.get("algorithm") == "NONE" and TOP_LEVEL.search(artefact.path):
        yield "mitigation/boot/vbmeta-unsigned", "algorithm=NONE", ""


JUDGES: Mapping[str, Callable[[ScannedArtefact, Mapping[str, str]], Iterator[Seen]]] = {
    "uboot_env": _environment,
    "fit": _fit,
    "android_vbmeta": _vbmeta,
}


def _artefacts(inventory: Inventory) -> Iterable[ScannedArtefact]:
    """Each container that states anything, once for each path."""
    every = (place.artefact for place in inventory.places)
    return {artefact.path: artefact for artefact in every if artefact and artefact.metadata}.values()


@cache
def table() -> Sequence[tuple[re.Pattern[str], str]]:
    """Patterns of arguments, and what follows from them."""
    text = Path(__file__).with_name("boot_protection.toml").read_text(encoding="utf-8")
    return [(re.compile(row["pattern"]), row["why"]) for row in tomllib.loads(text)["argument"]]
