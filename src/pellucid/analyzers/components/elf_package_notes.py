"""Packages that ELF files were built for, from the note that builders of distributions add."""

import re
from collections.abc import Iterator
from typing import Any

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.language_package import is_sound
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats import elf_sections, json_document
from pellucid.formats.distributions import distributions
from pellucid.formats.purl import package_url

OWNER, TYPE = "FDO", 0xCAFE1A7E
KNOWN = re.compile(r"[a-z][a-z0-9.-]{0,30}")
MOST_NOTES = 8


@analyzer(name="elf_package_notes", version=1, stage=Stage.COMPONENTS, wants=contains(b"FDO\0") & kind("elf"))
def elf_package_notes(artefact: Artefact) -> Iterator[Fact]:
    """Name the package that an ELF file was built for, as its note says ("Package Metadata for Executable Files").

    The note outlives the package database, and a copy of the file into another image.
    """
    try:
        notes = [note for note in elf_sections.notes(artefact.data) if (note.owner, note.type) == (OWNER, TYPE)]
        fingerprint = elf_sections.build_id(artefact.data)
    except Malformed:
        return
    for note in notes[:MOST_NOTES]:
        text = note.content.rstrip(b"\0")
        try:
            fields = json_document.read(text)
        except (Malformed, BudgetExceeded):
            continue
        seen = text.decode("utf-8", "replace") + (f" build-id {fingerprint}" if fingerprint else "")
        yield from _package(artefact, fields, note.at, seen)


def _package(artefact: Artefact, fields: dict[str, Any], offset: int, seen: str) -> Iterator[Dependency]:
    kind_, name, version, system, release, architecture = (
        json_document.text(fields.get(key)) for key in ("type", "name", "version", "os", "osVersion", "architecture")
    )
    if not is_sound(name, version) or not KNOWN.fullmatch(kind_):
        return
    known = distributions().get(system)
    namespace = known.namespace if known else system
    label = known.label(release) if known else f"{system}-{release}" if release else ""
    place = f"{kind_}/{namespace}" if KNOWN.fullmatch(namespace) else kind_
    epoch, colon, rest = version.partition(":")
    yield Dependency(
        vendor=known.vendor if known else system,
        product=name,
        version=version,
        purl=package_url(place, name, version, {"arch": architecture, "distro": label}),
        epoch=epoch if colon else "",
        release=(rest or epoch).rpartition("-")[2] if "-" in version else "",
        distro=label,
        ecosystem=known.universe(release) if known else "",
        # The name is that of the source package: one build writes it into all of its programs.
        source_name=name,
        source_version=version,
        linkage=Linkage.DIRECT,
        witness=Witness.METADATA,
        confidence=0.9,
        evidence=(artefact.evidence(offset, seen),),
    )
