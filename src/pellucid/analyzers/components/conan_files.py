"""Packages of Conan that a project asks for or that a built package was linked with: conanfile.txt, conaninfo.txt."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.conan import conan_package
from pellucid.domain.dependency import Linkage
from pellucid.formats.indented_text import lines

WANTED, LINKED = b"[requires]", b"[full_requires]"
# What was linked is certain; what a project asks for in one version is what a build of it takes.
CONFIDENCE = {"[full_requires]": 0.7, "[requires]": 0.5}


@analyzer(
    name="conan_files",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(WANTED, LINKED) & kind("text"),
    named=("conanfile.txt", "conaninfo.txt"),
)
def conan_files(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of Conan in exact versions that a conanfile.txt asks for or a conaninfo.txt records.

    Ranges and versions with placeholders name no version and are left out.
    """
    section = ""
    seen = set[str]()
    for line in lines(artefact.data):
        if line.text.startswith("["):
            section = line.text
        elif section in CONFIDENCE:
            reference = line.text.partition(" ")[0]
            found = conan_package(
                artefact, reference, line.offset, confidence=CONFIDENCE[section], linkage=Linkage.EXTERNAL
            )
            if found and found.purl not in seen:
                seen.add(found.purl)
                yield found
