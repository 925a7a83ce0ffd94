"""Components that are ELF files: programs, libraries, kernel modules, objects."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers.parsed import elf_of
from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import elf, elf_sections, module_info

NAME = "elf_components"


@analyzer(name=NAME, version=4, stage=Stage.COMPONENTS, wants=kind("elf"))
def elf_components(artefact: Artefact) -> Iterator[Fact]:
    """Tell what an ELF file is: program, shared library, kernel module or object, and for which machine.

    A shared object that is marked as a program is one (DF_1_PIE). Without the mark, one with a soname is a library even
    when it can be run (the C library can), and one without is a program when it asks for an interpreter. Core dumps are
    no component. A file whose header is sound is a component even when the rest cannot be read; that it cannot is said
    in a problem. What it loads, and where it looks for that, is kept with it.
    """
    try:
        header = elf.header(artefact.data)
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)
        return
    if header.type in (elf.ElfType.CORE, elf.ElfType.NONE):
        return
    parsed = elf.Elf(header=header)
    module = module_info.ModuleInfo()
    found, build = _by_type(header), ""
    try:
        parsed = elf_of(artefact)
        found = _by_content(parsed)
        if found is ComponentKind.MODULE:
            module = module_info.read(artefact.data)
        build = elf_sections.build_id(artefact.data)
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)
    order = "little" if header.little_endian else "big"
    seen = f"ELF {header.bits}-bit {order} endian {header.machine}, {header.type.name}"
    yield Component(
        kind=found,
        format="elf",
        architecture=header.machine,
        bits=header.bits,
        name=parsed.soname or module["name"],
        needed=parsed.needed or module.needs,
        rpath=parsed.rpath,
        runpath=parsed.runpath,
        interpreter=parsed.interpreter,
        evidence=artefact.evidence(0, f"{seen}, build id {build}" if build else seen),
    )


def _by_type(header: elf.Header) -> ComponentKind:
    if header.type is elf.ElfType.EXECUTABLE:
        return ComponentKind.EXECUTABLE
    return ComponentKind.LIBRARY if header.type is elf.ElfType.SHARED else ComponentKind.OBJECT


def _by_content(parsed: elf.Elf) -> ComponentKind:
    if parsed.is_module:
        return ComponentKind.MODULE
    if parsed.is_program:
        return ComponentKind.EXECUTABLE
    return _by_type(parsed.header)
