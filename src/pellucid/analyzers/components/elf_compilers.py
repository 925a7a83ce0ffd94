"""Compilers that ELF files were built with."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.compilers import compiler_in
from pellucid.errors import Malformed
from pellucid.formats import elf_sections

GCC, CLANG = b"GCC: (", b"clang version "
MOST_LINES = 64
LONGEST = 256


@analyzer(
    name="elf_compilers", version=1, stage=Stage.COMPONENTS, wants=contains(GCC, CLANG) & kind("elf"), most_facts=100
)
def elf_compilers(artefact: Artefact) -> Iterator[Fact]:
    """Name the compilers that wrote their version into an ELF file (the section .comment).

    A program may carry several: those of its libraries and of the files that start it. Without sections only the
    lines of GCC are believed, as they stand by themselves; programs that speak of clang speak of its version, too.
    """
    try:
        at, content = elf_sections.section(artefact.data, ".comment")
    except Malformed:
        at, content = 0, b""
    seen = set[str]()
    for offset, line in _lines(artefact, at, content):
        found = compiler_in(artefact, offset, line)
        if found and found.purl not in seen:
            seen.add(found.purl)
            yield found


def _lines(artefact: Artefact, at: int, content: bytes) -> Iterator[tuple[int, bytes]]:
    """(offset, line) of what compilers wrote."""
    if content:
        for line in content.split(b"\0", MOST_LINES)[:MOST_LINES]:
            if line:
                yield at, line[:LONGEST]
            at += len(line) + 1
        return
    for offset in artefact.offsets(GCC)[:MOST_LINES]:
        if offset and artefact.data[offset - 1] == 0:
            line, zero, _ = artefact.window(offset, LONGEST).partition(b"\0")
            if zero:
                yield offset, line
