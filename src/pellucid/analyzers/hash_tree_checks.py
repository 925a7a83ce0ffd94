"""Verdicts on a hash tree of dm-verity, from what it says of its data."""

from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.verdicts import failed, passed, unknown
from pellucid.domain.hardening import Check
from pellucid.errors import Truncated
from pellucid.formats import dm_verity
from pellucid.formats.dm_verity import Budget, Comparison, HashTree

MOST_BYTES, SECONDS = 1 << 30, 10.0


def checks(artefact: Artefact, tree: HashTree, expected: bytes = b"", *, data_here: bool = True) -> Iterator[Check]:
    """Of `tree`; `expected` is the root that a description of it states, and `data_here` whether its data are known."""
    root = b""
    try:
        root = dm_verity.root_of(artefact.data, tree)
        # All trees of a disk share it.
        budget = artefact.memo.setdefault("verityBudget", Budget(MOST_BYTES, SECONDS))
        found = dm_verity.compare(artefact.data, tree, budget, with_data=data_here)
    except Truncated as error:
        yield failed("hashTree", "cutOff", f"{_shape(tree)} {error.message}.")
        if expected:
            yield failed("rootHash", "missing", f"The tree with the root hash {expected.hex()} is not all there.")
        return
    yield passed("hashTree", tree.algorithm, _shape(tree))
    yield _root(root, expected)
    yield _hashes(artefact, found)
    yield _data(artefact, tree, found, data_here=data_here)


def _shape(tree: HashTree) -> str:
    salt = tree.salt.hex() or "none"
    return (
        f"A tree of {tree.algorithm} at {tree.at} over {tree.blocks} blocks of {tree.data_block} bytes, in blocks of "
        f"{tree.hash_block} bytes; its salt: {salt}."
    )


def _root(root: bytes, expected: bytes) -> Check:
    if not expected:
        reason = "This is its root hash; only what starts the system can say whether it is the right one."
        return unknown("rootHash", reason, root.hex())
    if root == expected:
        return passed("rootHash", root.hex(), "It is the root hash that the description states.")
    return failed("rootHash", "other", f"The root hash is {root.hex()}, and {expected.hex()} is stated.")


def _hashes(artefact: Artefact, found: Comparison) -> Check:
    if found.wrong_hashes is not None:
        evidence = artefact.evidence(found.wrong_hashes, "a block of the tree")
        reason = f"The block of the tree at {found.wrong_hashes} is another one than the level above it says."
        return failed("treeHashes", "differ", reason, evidence)
    if not found.whole_tree:
        return unknown("treeHashes", "There was no time to compare all levels of the tree.")
    return passed("treeHashes", "agree", "Each level of the tree is what the one above it says.")


def _data(artefact: Artefact, tree: HashTree, found: Comparison, *, data_here: bool) -> Check:
    name = "treeData"
    if not data_here:
        return unknown(name, "Its data are not to be found beside it.", "elsewhere")
    if found.wrong_hashes is not None:
        return unknown(name, "The tree contradicts itself.", "notCompared")
    if found.wrong_data is not None:
        evidence = artefact.evidence(found.wrong_data, "a block of data")
        reason = f"The block of data at {found.wrong_data} is another one than the tree says."
        return failed(name, "differ", reason, evidence)
    if found.compared < tree.blocks:
        return unknown(name, f"There was time to compare {found.compared} of {tree.blocks} blocks; they agree.", "part")
    return passed(name, "agree", f"All {tree.blocks} blocks of data are what the tree says.")
