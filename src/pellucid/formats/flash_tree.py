"""File systems that are logs on flash: names as they stand once the log was read, also those below lost folders."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.inode_tree import Node, Tree
from pellucid.formats.member import Members

LOST = -1
LOST_NAME = b"lost+found"


class FlashNode(Node, frozen=True, kw_only=True):
    """`number` is the inode's own."""

    number: int


class FlashTree(Tree[int, FlashNode]):
    """`names`: for every folder by its number, what it holds. Numbers count from 1; a folder without an inode is one.

    Folders that no name leads to have lost theirs: they stand in "lost+found" under their numbers.
    """

    def __init__(self, names: Mapping[int, Mapping[bytes, int]], root: int) -> None:
        self._names = names
        self._root = root
        self._lost = _lost(names, root)
        self._links = Counter(number for below in names.values() for number in below.values())

    @abstractmethod
    def inode(self, number: int) -> FlashNode:
        """The inode `number`; its `links` are not asked for. Raises Malformed when there is none."""

    def node(self, key: int) -> FlashNode:
        """The inode `key`, or a folder without modes where only its names are left."""
        if key == LOST:
            return FlashNode(kind=EntryKind.DIRECTORY, size=0, number=LOST)
        try:
            return self.inode(key)
        except Malformed:
            if key != self._root and key not in self._names:
                raise
            return FlashNode(kind=EntryKind.DIRECTORY, size=0, number=key)

    def links(self, number: int) -> int:
        """How many names lead to an inode."""
        return self._links[number]

    def listing(self, node: FlashNode) -> Iterator[tuple[bytes, int] | Malformed]:
        """Names and numbers of a folder."""
        if node.number == LOST:
            for number in self._lost:
                yield b"%d" % number, number
            return
        yield from self._names.get(node.number, {}).items()
        if node.number == self._root and self._lost and LOST_NAME not in self._names.get(self._root, {}):
            yield LOST_NAME, LOST

    def everything(self) -> Members:
        """All entries, and what was lost."""
        if self._lost:
            yield Malformed(f"the names of {len(self._lost)} folders are lost: they stand in lost+found by number")
        yield from self.members(self._root)


def _lost(names: Mapping[int, Mapping[bytes, int]], root: int) -> list[int]:
    """Folders that cannot be reached from `root`: the uppermost of each tree, and one of each circle."""
    seen = {root}
    _reach(names, root, seen)
    named = {number for folder in names.keys() - seen for number in names[folder].values()}
    lost = []
    for folder in sorted(names.keys() - seen, key=lambda number: (number in named, number)):
        if folder not in seen and names[folder]:
            lost.append(folder)
            seen.add(folder)
            _reach(names, folder, seen)
    return lost


def _reach(names: Mapping[int, Mapping[bytes, int]], start: int, seen: set[int]) -> None:
    waiting = [start]
    while waiting:
        for number in names.get(waiting.pop(), {}).values():
            if number not in seen and number in names:
                seen.add(number)
                waiting.append(number)
