"""Components that are PE images: programs, libraries, drivers, assemblies of .NET and EFI programs."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers.windows import assembly_of, pe_of, version_texts
from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import pe_imports

NAME = "pe_components"
WORDS = {"i386": 32, "arm": 32, "thumb": 32, "ebc": 64}
DRIVERS = frozenset(("native", "efiBootServiceDriver", "efiRuntimeDriver"))
SHOWN = ("ProductName", "ProductVersion", "FileDescription", "FileVersion", "CompanyName")


@analyzer(name=NAME, version=1, stage=Stage.COMPONENTS, wants=kind("pe"))
def pe_components(artefact: Artefact) -> Iterator[Fact]:
    """Tell what a PE image is, for which machine, which libraries or assemblies it needs, and what it says of itself.

    A program for DOS alone is none. A library's name is the one that it exports its functions under.
    """
    try:
        image = pe_of(artefact)
    except Malformed as error:
        if artefact.size > 4096:
            yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)
        return
    linking, assembly = pe_imports.read(artefact.data, image), assembly_of(artefact)
    name, needed = linking.name, linking.needed
    if assembly is not None:
        name = assembly.assembly.name if assembly.assembly else name
        needed = (*needed, *(item.name for item in assembly.references))
    if image.subsystem in DRIVERS:
        found = ComponentKind.MODULE
    else:
        found = ComponentKind.LIBRARY if linking.is_library else ComponentKind.EXECUTABLE
    _, texts = version_texts(artefact)
    told = ", ".join(f"{key} {texts[key]}" for key in SHOWN if texts.get(key))
    runtime = f", .NET {assembly.runtime}" if assembly else ""
    yield Component(
        kind=found,
        format="pe",
        architecture=image.machine,
        bits=WORDS.get(image.machine, 64),
        name=name,
        needed=tuple(dict.fromkeys(needed)),
        evidence=artefact.evidence(0, f"PE {image.machine}, {image.subsystem}{runtime}{', ' if told else ''}{told}"),
    )
