"""Verdicts on the sections of a PE image: their rights, and whether pages keep them apart (Microsoft, "PE Format")."""

from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.pe_programs import Program
from pellucid.analyzers.verdicts import failed, passed
from pellucid.domain.hardening import Check
from pellucid.formats.pe import Image, Section
from pellucid.formats.pe_forms import Form

SHARED, EXECUTE, WRITE = 0x1000_0000, 0x2000_0000, 0x8000_0000
PAGE = 4096
MOST_NAMED = 8


def checks(artefact: Artefact, program: Program) -> Iterator[Check]:
    """Those of any image, and one of EFI images alone."""
    writable = [section for section in program.image.sections if section.flags & WRITE]
    code = [section for section in writable if section.flags & EXECUTE]
    yield _sections(artefact, "writableCode", code, "can be written to and run")
    shared = [section for section in writable if section.flags & SHARED]
    yield _sections(artefact, "sharedSections", shared, "can be written to by all processes")
    if program.form is Form.EFI:
        yield _page_alignment(program.image)


def _sections(artefact: Artefact, name: str, found: list[Section], what: str) -> Check:
    if not found:
        return passed(name, "none", f"No section {what}.")
    names = ", ".join(section.name for section in found[:MOST_NAMED])
    evidence = artefact.evidence(found[0].at, f"sections {names}")
    return failed(name, "some", f"{len(found)} of the sections {what}: {names}.", evidence)


def _page_alignment(image: Image) -> Check:
    good = image.alignment >= PAGE and not image.alignment % PAGE
    verdict = passed if good else failed
    return verdict("pageAlignment", str(image.alignment), f"Sections are aligned to {image.alignment} bytes.")
