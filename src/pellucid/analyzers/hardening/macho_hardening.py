"""Protections of programs and libraries in the Mach-O format."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers import macho_protections, macho_signing
from pellucid.domain.hardening import Hardening
from pellucid.errors import Malformed
from pellucid.formats import macho, macho_imports

KINDS = frozenset(("execute", "dylib", "dylinker", "bundle"))


# A universal file begins as a class of Java does, and is recognised as one.
@analyzer(name="macho_hardening", version=1, stage=Stage.HARDENING, wants=kind("macho", "java-class"))
def macho_hardening(artefact: Artefact) -> Iterator[Fact]:
    """Judge what protects a Mach-O image; of a universal file, the image for each architecture.

    The digests of a code signature are compared with the pages that they are of; who signed it is not judged. What
    cannot be read is a problem of macho_components, which wants the same files.
    """
    try:
        starts = macho.starts(artefact.data)
    except Malformed:
        return
    for start in starts:
        try:
            image = macho.read(artefact.data, start)
            imports = macho_imports.names(artefact.data, start)
        except Malformed:
            continue
        if image.type in KINDS:
            yield Hardening(
                subject="macho",
                name=image.machine if len(starts) > 1 else "",
                checks=(
                    *macho_protections.checks(image, imports),
                    *macho_signing.checks(artefact, start, image),
                ),
                evidence=artefact.evidence(start, f"Mach-O {image.machine}, {image.type}, flags 0x{image.flags:08x}"),
            )
