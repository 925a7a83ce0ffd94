"""Components that are Mach-O files: programs, libraries, bundles and objects of Apple's systems."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import macho

NAME = "macho_components"
KINDS = {
    "execute": ComponentKind.EXECUTABLE,
    "dylib": ComponentKind.LIBRARY,
    "dylinker": ComponentKind.LIBRARY,
    "bundle": ComponentKind.MODULE,
    "kext": ComponentKind.MODULE,
    "object": ComponentKind.OBJECT,
}


@analyzer(name=NAME, version=1, stage=Stage.COMPONENTS, wants=kind("macho", "java-class"))
def macho_components(artefact: Artefact) -> Iterator[Fact]:
    """Tell what a Mach-O file is, for which machine, and which libraries it needs; of a universal file, each part.

    The version in the evidence is that of a library's interface, which need not be that of the software.
    """
    try:
        for start in macho.starts(artefact.data):
            image = macho.read(artefact.data, start)
            if image.type in KINDS:
                yield _component(artefact, start, image)
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)


def _component(artefact: Artefact, start: int, image: macho.Image) -> Component:
    own = f", {image.identity.name} {image.identity.version}" if image.identity else ""
    uuid = f", UUID {image.uuid}" if image.uuid else ""
    return Component(
        kind=KINDS[image.type],
        format="macho",
        architecture=image.machine,
        bits=image.bits,
        name=image.identity.name.rpartition("/")[2] if image.identity else "",
        needed=tuple(dict.fromkeys(library.name for library in image.loads)),
        rpath=image.rpaths,
        interpreter=image.loader,
        evidence=artefact.evidence(start, f"Mach-O {image.bits}-bit {image.machine}, {image.type}{own}{uuid}"),
    )
