"""Imports of functions that cannot be used safely, or rarely are."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers.parsed import elf_of
from pellucid.analyzers.windows import pe_of
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.errors import Malformed
from pellucid.formats import macho, macho_symbols, pe_functions
from pellucid.formats import unsafe_functions as unsafe

# A universal Mach-O file begins as a class of Java does.
KINDS = {"elf": "elf", "pe": "pe", "macho": "macho", "java-class": "macho"}
Import = tuple[str, int]
"""A symbol, and where its name stands."""


@analyzer(name="unsafe_functions", version=3, stage=Stage.HARDENING, wants=kind(*KINDS), most_facts=1000)
def unsafe_functions(artefact: Artefact) -> Iterator[Fact]:
    """Report each unsafe function that a program or library imports.

    Only names that the loader resolves count: a copy that is linked in statically has no name left in most firmware.
    The checked variants that _FORTIFY_SOURCE puts in their place (`__strcpy_chk`) are other symbols, and do not count;
    where both are imported, the sighting says so. What could not be read is a problem of the unit that reports
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
    for name, (symbol, offset) in sorted(named.items()):
        evidence = artefact.evidence(offset, symbol)
        if variant := checked.get(name):
            evidence = replace(evidence, attributes=(("checkedElsewhere", variant),))
        yield Observation(
            kind=ObservationKind.UNSAFE_FUNCTION, name=name, note=unsafe.table()[name].why, evidence=evidence
        )


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
