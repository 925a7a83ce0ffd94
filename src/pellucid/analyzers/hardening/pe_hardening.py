"""Protections of programs, libraries, drivers and EFI images in the PE format."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers import pe_protections, pe_signatures
from pellucid.analyzers.pe_programs import Program, program_of
from pellucid.analyzers.verdicts import failed, not_for, passed
from pellucid.domain.hardening import Check, Hardening
from pellucid.errors import Malformed


@analyzer(name="pe_hardening", version=1, stage=Stage.HARDENING, wants=kind("pe"))
def pe_hardening(artefact: Artefact) -> Iterator[Fact]:
    """Judge what protects a PE image: moved, run and called only where it should be, signed and unchanged.

    Programs, libraries, drivers, EFI images, assemblies without machine code and libraries of resources are told
    apart: what has no meaning for one of them is not applicable. Signatures are verified, up to the certificates that
    they carry. What is no PE image is a problem of pe_components, which wants the same files.
    """
    try:
        program = program_of(artefact)
    except Malformed:
        return
    checks = (
        *pe_protections.checks(artefact, program),
        pe_signatures.check(artefact, program),
        _strong_name(program),
    )
    image = program.image
    seen = f"PE {image.machine}, {program.form}, flags 0x{image.flags:04x} 0x{image.library_flags:04x}"
    yield Hardening(subject="pe", checks=checks, evidence=artefact.evidence(0, seen))


def _strong_name(program: Program) -> Check:
    name, clr = "strongName", program.clr
    if clr is None:
        return not_for(name, "The image is none of .NET.")
    if not all(clr.strong_name):
        return failed(name, "absent", "It has no strong name.")
    if not clr.is_signed:
        return failed(name, "delayed", "Room was left for a strong name, but it was not signed.")
    return passed(name, "signed", "It is signed with a strong name.")
