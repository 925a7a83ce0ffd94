"""Protections of terse executables, the modules of UEFI firmware that run before there is memory."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers.verdicts import failed, not_for, passed
from pellucid.domain.hardening import Check, Hardening
from pellucid.errors import Malformed
from pellucid.formats.uefi import te
from pellucid.formats.uefi.te import TerseImage

EXECUTE, WRITE = 0x2000_0000, 0x8000_0000
PAGE = 4096
MOST_NAMED = 8
NO_FLAGS = "The short header has no room for it, and firmware that loads the module does not ask for it."


@analyzer(name="terse_hardening", version=1, stage=Stage.HARDENING, wants=kind("te"), most_facts=1)
def terse_hardening(artefact: Artefact) -> Iterator[Fact]:
    """Judge what the header of a terse executable still says: rights of sections, their pages, the entry.

    What was stripped with the header of the PE image is not applicable.
    """
    try:
        image = te.read(artefact.data)
    except Malformed:
        return
    checks = (
        _writable_code(artefact, image),
        _entry(image),
        _alignment(image),
        *(not_for(name, NO_FLAGS) for name in ("aslr", "dep", "cfg", "authenticode")),
    )
    seen = f"TE {image.machine}, {image.subsystem}"
    yield Hardening(subject="te", checks=checks, evidence=artefact.evidence(0, seen))


def _writable_code(artefact: Artefact, image: TerseImage) -> Check:
    name = "writableCode"
    found = [section for section in image.sections if section.flags & EXECUTE and section.flags & WRITE]
    if not found:
        return passed(name, "none", "No section can be written to and run.")
    names = ", ".join(section.name for section in found[:MOST_NAMED])
    reason = f"{len(found)} of the sections can be written to and run: {names}."
    return failed(name, "some", reason, artefact.evidence(max(found[0].at, 0), f"sections {names}"))


def _entry(image: TerseImage) -> Check:
    name = "entryInCode"
    for section in image.sections:
        if section.address <= image.entry < section.address + max(section.size, section.virtual):
            if section.flags & EXECUTE:
                return passed(name, "on", f"It begins in {section.name}.")
            return failed(name, "data", f"It begins in {section.name}, which holds no code.")
    return failed(name, "outside", f"It begins at 0x{image.entry:x}, outside of its sections.")


def _alignment(image: TerseImage) -> Check:
    said = f"Sections are aligned to {image.alignment} bytes"
    if image.alignment >= PAGE:
        return passed("pageAlignment", str(image.alignment), f"{said}.")
    return not_for("pageAlignment", f"{said}: modules that run from flash are packed, and no pages keep them apart.")
