"""Hash trees over file systems: dm-verity with its superblock, and those of Android's verified boot."""

from collections.abc import Iterator
from contextlib import suppress

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.analyzers import hash_tree_checks
from pellucid.domain.hardening import Hardening
from pellucid.errors import Malformed
from pellucid.formats import dm_verity, gpt
from pellucid.formats.android import avb
from pellucid.formats.dm_verity import HashTree

DISK = "gpt_disk"
MOST_TREES = 16
SECTOR = 512
_on_sectors = Selector(
    lambda artefact: (
        any(not offset % SECTOR for offset in artefact.offsets(dm_verity.MAGIC))
        or bool(artefact.offsets(avb.FOOTER) and avb.footer(artefact.data))
    )
)


@analyzer(
    name="hash_trees",
    version=1,
    stage=Stage.HARDENING,
    wants=(contains(dm_verity.MAGIC, avb.FOOTER) & _on_sectors & kind("data")) | kind(DISK),
    most_facts=2 * MOST_TREES,
    whole=True,
)
def hash_trees(artefact: Artefact) -> Iterator[Fact]:
    """Tell which file systems have a hash tree, and compare each tree with its data as far as there is time for it.

    The data stand in front of the tree, or in another partition of the same disk. Whether the system that starts asks
    for this tree is judged over the whole image.
    """
    yield from _described(artefact)
    yield from _on_disk(artefact) if artefact.kind == DISK else _beside(artefact)


def _described(artefact: Artefact) -> Iterator[Hardening]:
    """Trees that Android's description at the end of a partition names."""
    with suppress(Malformed):
        found = avb.footer(artefact.data)
        for tree, root in avb.hash_trees(artefact.data, found[1]) if found else ():
            yield _fact(artefact, tree, found[1] if found else 0, "hash tree of verified boot", root)


def _beside(artefact: Artefact) -> Iterator[Hardening]:
    """Trees behind their data in the same artefact, or alone."""
    data = artefact.data
    for at in [at for at in artefact.offsets(dm_verity.MAGIC) if not at % SECTOR][:MOST_TREES]:
        with suppress(Malformed):
            tree = dm_verity.read(data, at)
            # Behind something else, a device begins further on, and its blocks are counted from there.
            starts = dict.fromkeys((0, at - tree.data_size))
            devices = [dm_verity.read(data, at, start) for start in starts if 0 <= start <= at - tree.data_size]
            here = next((each for each in devices if _belongs(artefact, each)), None)
            yield _fact(artefact, here or tree, at, "superblock of dm-verity", data_here=here is not None)


def _on_disk(artefact: Artefact) -> Iterator[Hardening]:
    """Trees in partitions of their own."""
    with suppress(Malformed):
        partitions = gpt.read(artefact.data).partitions
        superblocks = [
            part for part in partitions if artefact.window(part.offset, len(dm_verity.MAGIC)) == dm_verity.MAGIC
        ]
        for part in superblocks[:MOST_TREES]:
            with suppress(Malformed):
                tree = dm_verity.read(artefact.data, part.offset, part.offset)
                others = [tree.over(other.offset) for other in partitions if other.size >= tree.data_size]
                here = next((other for other in others if _belongs(artefact, other)), None)
                if here:
                    yield _fact(artefact, here, part.offset, f"hash tree in partition {part.number}")


def _belongs(artefact: Artefact, tree: HashTree) -> bool:
    with suppress(Malformed):
        return dm_verity.belongs(artefact.data, tree)
    return False


def _fact(
    artefact: Artefact, tree: HashTree, at: int, seen: str, root: bytes = b"", *, data_here: bool = True
) -> Hardening:
    checks = tuple(hash_tree_checks.checks(artefact, tree, root, data_here=data_here))
    return Hardening(subject="dmVerity", name=tree.name, checks=checks, evidence=artefact.evidence(at, seen))
