"""Imports of functions that cannot be used safely, or rarely are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers.imported_calls import Imported, Read, calls_in_elf, calls_in_macho, calls_in_pe
from pellucid.analyzers.parsed import elf_of
from pellucid.analyzers.windows import pe_of
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import macho, macho_symbols, pe_functions
from pellucid.formats import unsafe_functions as unsafe

NAME = "unsafe_functions"
# A universal Mach-O file begins as a class of Java does.
KINDS = {"elf": "elf", "pe": "pe", "macho": "macho", "java-class": "macho"}
Import = tuple[str, int]
"""A symbol, and where its name stands."""


@analyzer(name=NAME, version=7, stage=Stage.HARDENING, wants=kind(*KINDS), most_facts=1000)
def unsafe_functions(artefact: Artefact) -> Iterator[Fact]:
    """Report each unsafe function that a program or library imports.

    Only names that the loader resolves count: a copy that is linked in statically has no name left in most firmware.
    The checked variants that _FORTIFY_SOURCE puts in their place (`__strcpy_chk`) are other symbols, and do not count;
    where both are imported, the sighting says so. Calls are found in code for x86, Arm, AArch64, MIPS, RISC-V and
    PowerPC, with the function that each is in and how that is reached; of each function the most telling ones are kept,
    those with a format string in front. What could not be read is a problem of the unit that reports
    components, which wants the same files.
    """
    platform = KINDS[artefact.kind]
    try:
        imports = sorted(dict(_imports(artefact, platform)).items())
    except Malformed:
        return
    named = {function.name: item for item in reversed(imports) if (function := unsafe.find(item[0], platform))}
    if not named:
        return
    checked = {unsafe.checked(symbol, platform): symbol for symbol, _ in imports}
    read = _calls(artefact, platform, [symbol for symbol, _ in named.values()])
    if not read.whole:
        yield Problem(unit=NAME, kind=ProblemKind.BUDGET, message="Only the first 64 MiB of code were read for calls.")
    for name, (symbol, offset) in sorted(named.items()):
        evidence = artefact.evidence(offset, symbol)
        if variant := checked.get(name):
            evidence = replace(evidence, attributes=(("checkedElsewhere", variant),))
        called = read.by_symbol.get(symbol, Imported())
        yield Observation(
            kind=ObservationKind.UNSAFE_FUNCTION,
            name=name,
            note=unsafe.table()[name].why,
            evidence=evidence,
            calls=called.calls,
            sites=called.sites,
        )


def _calls(artefact: Artefact, platform: str, symbols: Sequence[str]) -> Read:
    try:
        if platform == "elf":
            return calls_in_elf(artefact, symbols)
        if platform == "pe":
            return calls_in_pe(artefact, symbols)
        # Of a universal file the first program stands for the others, which are the same for other machines.
        return calls_in_macho(artefact, macho.starts(artefact.data)[0], symbols)
    except Malformed:
        return Read(by_symbol={})


def _imports(artefact: Artefact, platform: str) -> Iterable[Import]:
    match platform:
        case "elf":
            return ((item.name, item.offset) for item in elf_of(artefact).imports)
        case "pe":
            found = pe_functions.functions(artefact.data, pe_of(artefact))
            return ((item.name, item.offset) for item in found)
        case _:
            starts = macho.starts(artefact.data)
            every = (macho_symbols.read(artefact.data, start).imports for start in starts)
            return ((item.name, item.offset) for items in every for item in items)
