"""The release of CPython that compiled a standard library."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats.purl import package_url
from pellucid.formats.python_bytecode import range_of, release_of

# A function of the module os, whose name its code object keeps when documentation is left out.
OS_MODULE = b"_spawnvef"

_compiled = Selector(lambda artefact: artefact.size > 16 and artefact.window(2, 2) == b"\r\n")


@analyzer(name="python_bytecode", version=1, stage=Stage.COMPONENTS, wants=contains(OS_MODULE) & _compiled)
def python_bytecode(artefact: Artefact) -> Iterator[Fact]:
    """Say which releases of CPython can have compiled the module os, the heart of its standard library.

    Other modules may have been compiled elsewhere, and say nothing of what is installed.
    """
    release = release_of(artefact.data)
    if not release:
        return
    yield Dependency(
        vendor="python",
        product="cpython",
        version="",
        purl=package_url("generic", "cpython", ""),
        confidence=0.8,
        evidence=(artefact.evidence(0, artefact.window(0, 4).hex()),),
        licence="PSF-2.0",
        linkage=Linkage.EXTERNAL,
        witness=Witness.METADATA,
        version_range=range_of(release),
        aliases=(f"python{release}", "python3", "python"),
    )
