"""Imports of C functions that cannot be used safely, or rarely are."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers.parsed import elf_of
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.errors import Malformed


@cache
def table() -> dict[str, str]:
    """Function name -> why it is unsafe, from unsafe_functions.toml."""
    text = files("pellucid.analyzers.hardening").joinpath("unsafe_functions.toml").read_text(encoding="utf-8")
    return {name: str(entry["why"]) for name, entry in tomllib.loads(text)["function"].items()}


@analyzer(name="unsafe_functions", version=2, stage=Stage.HARDENING, wants=kind("elf"))
def unsafe_functions(artefact: Artefact) -> Iterator[Fact]:
    """Report each unsafe C function that a program or library imports.

    Only undefined dynamic symbols count: a copy that is linked in statically has no name left in most firmware. The
    checked variants that _FORTIFY_SOURCE puts in their place (`__strcpy_chk`) are other symbols, and do not count.
    What could not be read is a problem of elf_components, which wants the same files.
    """
    try:
        imports = elf_of(artefact).imports
    except Malformed:
        return
    unsafe = table()
    for name, offset in sorted({symbol.name: symbol.offset for symbol in imports}.items()):
        if name in unsafe:
            yield Observation(
                kind=ObservationKind.UNSAFE_FUNCTION,
                name=name,
                note=unsafe[name],
                evidence=artefact.evidence(offset, name),
            )
