"""Components that are terse executables: modules of UEFI firmware that run before there is memory."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.domain.component import Component, ComponentKind
from pellucid.errors import Malformed
from pellucid.formats.uefi import te


@analyzer(name="terse_components", version=1, stage=Stage.COMPONENTS, wants=kind("te"), most_facts=1)
def terse_components(artefact: Artefact) -> Iterator[Fact]:
    """Tell for which machine a terse executable is, and the debug file that it names. It needs no other file."""
    try:
        image = te.read(artefact.data)
    except Malformed:
        # Four bytes that begin other data as well.
        return
    path = te.debug_path(artefact.data, image)
    seen = f"TE {image.machine}, {image.subsystem}, {image.stripped} bytes stripped{', ' if path else ''}{path}"
    yield Component(
        kind=ComponentKind.MODULE,
        format="te",
        architecture=image.machine,
        bits=image.bits,
        evidence=artefact.evidence(0, seen),
    )
