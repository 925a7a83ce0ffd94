"""What several analyzers read of the same artefact, read once and kept in its memo."""

from pellucid.analysis.artefact import Artefact
from pellucid.errors import Malformed
from pellucid.formats import elf


def elf_of(artefact: Artefact) -> elf.Elf:
    """The artefact as an ELF file. Raises Malformed each time it is asked."""
    kept = artefact.memo.get("elf")
    if kept is None:
        try:
            kept = elf.read(artefact.data)
        except Malformed as error:
            kept = error
        artefact.memo["elf"] = kept
    if isinstance(kept, Malformed):
        raise kept
    assert isinstance(kept, elf.Elf)
    return kept
