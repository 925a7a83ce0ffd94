"""Whether the hash trees of an image are those that its boot chain asks for, over the data that are there."""

from collections.abc import Iterable, Iterator, Mapping

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.domain.place import ScannedArtefact
from pellucid.formats.verity_claims import root_hashes
from pellucid.matchers.classes import failure_seen, finding_of

NAME = "verified_data"
BROKEN, OTHER = "mitigation/boot/verity-broken", "mitigation/boot/verity-other-root"
HASH_TREE = "hashtree."
PARTS = ("treeData", "treeHashes", "hashTree")
MOST_SHOWN = 120


@matcher(name=NAME, version=1)
def verified_data(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report hash trees that the boot chain asks for and that contradict their data, and root hashes that it asks for
    while the trees of the image have other ones.

    Where nothing asks for a tree, or no tree is in the image, nothing is said: the other half may be elsewhere.
    """
    trees = [fact for fact in inventory.hardening if fact.subject == "dmVerity"]
    if not trees:
        return
    asked = dict(_asked(inventory))
    broken = [failure_seen(tree, check) for tree in trees for check in _broken(tree, asked, trees)]
    if broken:
        yield finding_of(BROKEN, tuple(dict.fromkeys(broken)))
    if others := (*_unanswered(asked, trees), *_described_otherwise(inventory, trees)):
        yield finding_of(OTHER, tuple(dict.fromkeys(others)))


def _broken(tree: Hardening, asked: Mapping[str, Evidence], trees: Iterable[Hardening]) -> Iterator[Check]:
    root = _check(tree, "rootHash")
    if root is None or (root.verdict is Verdict.UNKNOWN and root.value not in asked):
        return
    if root.verdict is Verdict.FAIL:
        yield root
    # The same tree may be seen twice, once without its data.
    alike = [other for other in trees if root.value == _root(other)]
    if not any(_is(other, "treeData", Verdict.PASS) for other in alike):
        yield from (check for check in tree.checks if check.name in PARTS and check.verdict is Verdict.FAIL)


def _unanswered(asked: Mapping[str, Evidence], trees: Iterable[Hardening]) -> Iterator[Evidence]:
    """What asks for a root hash that no tree has, where there is a tree that nothing asks for."""
    roots = {_root(tree) for tree in trees}
    unclaimed = [tree for tree in trees if _is(tree, "rootHash", Verdict.UNKNOWN) and _root(tree) not in asked]
    return (place for root, place in asked.items() if root not in roots) if unclaimed else iter(())


def _described_otherwise(inventory: Inventory, trees: Iterable[Hardening]) -> Iterator[Evidence]:
    """vbmeta of another partition that states another root hash than the tree of that name has."""
    roots: dict[str, set[str]] = {}
    for tree in trees:
        if _is(tree, "rootHash", Verdict.PASS):
            roots.setdefault(tree.name, set()).add(_root(tree))
    for artefact in _artefacts(inventory):
        for name, value in artefact.metadata.items() if artefact.kind == "android_vbmeta" else ():
            there = roots.get(name.removeprefix(HASH_TREE)) if name.startswith(HASH_TREE) else None
            if there and value.rpartition(" ")[2] not in there:
                yield Evidence(offset=0, seen=f"{name}: {value}"[:MOST_SHOWN], artefact=artefact.path)


def _asked(inventory: Inventory) -> Iterator[tuple[str, Evidence]]:
    for fact in inventory.hardening:
        if fact.subject == "verityClaim":
            yield from ((check.value, fact.evidence) for check in fact.checks)
    for artefact in _artefacts(inventory):
        for text in artefact.metadata.values():
            for _, seen, root in root_hashes(text.encode()):
                yield root, Evidence(offset=0, seen=seen.decode()[:MOST_SHOWN], artefact=artefact.path)


def _artefacts(inventory: Inventory) -> Iterable[ScannedArtefact]:
    every = (place.artefact for place in inventory.places)
    return {artefact.path: artefact for artefact in every if artefact and artefact.metadata}.values()


def _check(tree: Hardening, name: str) -> Check | None:
    return next((check for check in tree.checks if check.name == name), None)


def _is(tree: Hardening, name: str, verdict: Verdict) -> bool:
    check = _check(tree, name)
    return check is not None and check.verdict is verdict


def _root(tree: Hardening) -> str:
    check = _check(tree, "rootHash")
    return check.value if check else ""
