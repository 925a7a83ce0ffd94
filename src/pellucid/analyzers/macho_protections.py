"""Verdicts on what the headers and symbols of a Mach-O image say of its protection (Apple, mach-o/loader.h)."""

import re
from collections.abc import Collection, Iterator

from pellucid.analyzers.verdicts import failed, not_for, passed, unknown
from pellucid.domain.hardening import Check
from pellucid.formats.macho import Image

ALLOW_STACK_EXECUTION, PIE, NO_HEAP_EXECUTION = 0x2_0000, 0x20_0000, 0x100_0000
WRITE, EXECUTE = 2, 4
PROGRAM = "execute"
INTEL = frozenset(("i386", "x86_64"))
CANARY = frozenset(("___stack_chk_fail", "___stack_chk_guard"))
# What fills buffers of any kind: code that calls none of these may have nothing that the compiler would guard.
BUFFERS = frozenset(
    (
        "_strcpy",
        "_strncpy",
        "_strcat",
        "_strncat",
        "_sprintf",
        "_snprintf",
        "_vsnprintf",
        "_read",
        "_recv",
        "_fgets",
        "_fread",
    )
)
FORTIFIED = re.compile(r"___\w+_chk")
OBJECTIVE_C, COUNTED = "_objc_msgSend", frozenset(("_objc_release", "_objc_storeStrong", "_objc_retain"))
# Folders that are not the administrator's alone, and places that depend on where a program is started.
OPEN_PLACES = re.compile(r"(?:/private)?/(?:var/)?tmp(?:/|$)|/Users/|/home/|/Volumes/|(?![/@])")
MOST_NAMED = 4
DECIDED = "The program that loads it decides this."


def checks(image: Image, imports: Collection[str]) -> Iterator[Check]:
    """All but those on the code signature."""
    yield _pie(image)
    yield _stack(image)
    yield _heap(image)
    yield _canary(imports)
    yield _fortified(imports)
    yield _counted(imports)
    yield _restricted(image)
    yield _encrypted(image)
    yield _writable_code(image)
    yield _runpath(image)


def _pie(image: Image) -> Check:
    name = "pie"
    if image.type != PROGRAM:
        return not_for(name, "Only programs say whether they can be moved; all else can.")
    return _flag(name, "MH_PIE", is_set=bool(image.flags & PIE), right=True)


def _stack(image: Image) -> Check:
    name = "nxStack"
    if image.type != PROGRAM:
        return not_for(name, DECIDED)
    return _flag(name, "MH_ALLOW_STACK_EXECUTION", is_set=bool(image.flags & ALLOW_STACK_EXECUTION), right=False)


def _heap(image: Image) -> Check:
    name = "nxHeap"
    if image.type != PROGRAM:
        return not_for(name, DECIDED)
    if image.machine != "i386":
        return passed(name, "always", f"Programs for {image.machine} cannot run what is on the heap.")
    return _flag(name, "MH_NO_HEAP_EXECUTION", is_set=bool(image.flags & NO_HEAP_EXECUTION), right=True)


def _flag(name: str, flag: str, *, is_set: bool, right: bool) -> Check:
    """`right`: how the flag protects."""
    reason = f"{flag} is {'' if is_set else 'not '}set."
    return passed(name, "on", reason) if is_set == right else failed(name, "off", reason)


def _canary(imports: Collection[str]) -> Check:
    name = "stackCanary"
    if not CANARY.isdisjoint(imports):
        return passed(name, "on", "It imports ___stack_chk_fail.")
    if filling := sorted(BUFFERS.intersection(imports)):
        return failed(name, "off", f"It fills buffers ({', '.join(filling[:MOST_NAMED])}), without ___stack_chk_fail.")
    return unknown(name, "It does not import ___stack_chk_fail, nor what fills buffers.")


def _fortified(imports: Collection[str]) -> Check:
    name = "fortify"
    checked = [item for item in imports if FORTIFIED.fullmatch(item)]
    if checked:
        return passed(name, str(len(checked)), f"{len(checked)} functions that check lengths are imported.")
    if filling := sorted(BUFFERS.intersection(imports)):
        return failed(
            name, "none", f"None of {', '.join(filling[:MOST_NAMED])} is imported in the variant with a check."
        )
    return not_for(name, "No function is imported that has a variant with a check.")


def _counted(imports: Collection[str]) -> Check:
    name = "arc"
    if OBJECTIVE_C not in imports:
        return not_for(name, "The image does not send messages of Objective-C.")
    if not COUNTED.isdisjoint(imports):
        return passed(name, "on", "Functions of automatic reference counting are imported.")
    return failed(name, "off", "No function of automatic reference counting is imported.")


def _restricted(image: Image) -> Check:
    name = "restrict"
    if image.type != PROGRAM:
        return not_for(name, "Only programs restrict what the loader takes from its environment.")
    if any(segment.name == "__RESTRICT" for segment in image.segments):
        return passed(name, "on", "There is a segment __RESTRICT.")
    return failed(name, "off", "There is no segment __RESTRICT.")


def _encrypted(image: Image) -> Check:
    name = "encrypted"
    if image.encryption is None:
        return not_for(name, "The image was not prepared for encryption.")
    if image.encryption:
        return passed(name, "on", "Its code is encrypted, as by Apple's store.")
    return failed(name, "off", "It was prepared for encryption, and is not encrypted.")


def _writable_code(image: Image) -> Check:
    name = "writableCode"
    found = [part.name for part in image.segments if part.rights & WRITE and part.rights & EXECUTE]
    if found:
        return failed(name, "some", f"Segments that can be written to and run: {', '.join(found[:MOST_NAMED])}.")
    return passed(name, "none", "No segment can be written to and run.")


def _runpath(image: Image) -> Check:
    name = "runpath"
    if not image.rpaths:
        return not_for(name, "The image names no folders to look for libraries in.")
    if found := [path for path in image.rpaths if OPEN_PLACES.match(path)]:
        return failed(name, "open", f"Libraries are looked for in {', '.join(found[:MOST_NAMED])}.")
    return passed(name, "fixed", f"Libraries are looked for in {', '.join(image.rpaths[:MOST_NAMED])}.")
