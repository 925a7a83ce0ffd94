"""How a UBIFS stands: its index, then the journal; where the index is damaged, all nodes that a search finds."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats.span import Data
from pellucid.formats.ubifs.index import LAST_KEY, Leaf, Lost, key_of, walk
from pellucid.formats.ubifs.nodes import (
    ATTRIBUTE,
    COMMIT,
    DATA,
    ENTRY,
    FIRST_LOG,
    INODE,
    REFERENCE,
    TRUNCATION,
    Master,
    Node,
    Superblock,
    master,
    node,
    scan,
    unpack,
)
from pellucid.formats.ubifs.state import KEY_AT, TRUNCATION_FIELDS, State

COMMIT_FIELDS = Struct("<24xQ")
REFERENCE_FIELDS = Struct("<24xIII")
MOST_REPLAYED = 2_000_000
MOST_KEPT_PROBLEMS = 101
APPLIED = (INODE, DATA, ENTRY, ATTRIBUTE, TRUNCATION)


class Ranges:
    """Keys from a first one up to and with a last one, many times."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(ranges):
            if self._lasts and first <= self._lasts[-1]:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __contains__(self, key: int) -> bool:
        index = bisect_right(self._firsts, key) - 1
        return index >= 0 and key <= self._lasts[index]


class Replay:
    """Reads `volume` from `data`. `state` is what it holds, `problems` what was damaged, `replayed` nodes newer than
    the index, and `searched` says whether nodes were searched for because the index is damaged."""

    def __init__(self, data: Data, volume: Superblock) -> None:
        self._data = data
        self._volume = volume
        self.state = State()
        self.problems: list[Malformed] = []
        self.replayed = 0
        lost: list[tuple[int, int]] = []
        pending: dict[int, int] = {}
        try:
            found = master(data, volume)
        except Malformed as error:
            self._problem(error)
            lost = [(0, LAST_KEY)]
        else:
            lost = list(self._index(found))
            pending = self._journal(found)
        self.replayed = len(pending)
        self.searched = bool(lost)
        if lost:
            pending |= self._search(lost)
        self._apply(pending)

    def _problem(self, error: Malformed) -> None:
        if len(self.problems) < MOST_KEPT_PROBLEMS:
            self.problems.append(error)

    def _index(self, found: Master) -> Iterator[tuple[int, int]]:
        """Apply the leaves of the index; the ranges of keys that are lost come back."""
        for item in walk(self._data, self._volume, found.root[:2]):
            if isinstance(item, Lost):
                self._problem(type(item.reason)(f"the index is damaged: {item.reason.message}"))
                yield item.first, item.last
            elif not self.state.leaf(item.key, item.at):
                yield from self._name(item)

    def _name(self, leaf: Leaf) -> Iterator[tuple[int, int]]:
        try:
            self.state.apply(node(self._data, leaf.at), leaf.at)
        except Malformed as error:
            self._problem(type(error)(f"a name of folder {leaf.key >> 32} is lost: {error.message}"))
            yield leaf.key, leaf.key

    def _journal(self, found: Master) -> dict[int, int]:
        """Sequence numbers, by offset, of the nodes that were written since the commit of the index."""
        size = self._volume.block
        log = list(scan(self._data, FIRST_LOG * size, (FIRST_LOG + self._volume.log_blocks) * size))
        commits = [item for _, item in log if item.type == COMMIT]
        since = [item.sequence for item in commits if unpack(COMMIT_FIELDS, item, COMMIT)[0] == found.commit]
        if not since:
            self._problem(Malformed("the log has no commit of this index: what is newer than it was not read"))
            return {}
        pending: dict[int, int] = {}
        read: dict[int, int] = {}
        for _, item in log:
            if item.type == REFERENCE and item.sequence > max(since):
                block, offset, _ = unpack(REFERENCE_FIELDS, item, REFERENCE)
                # A block that is named again is read only where it was not read before.
                end = read.get(block, size)
                if block < self._volume.blocks and offset < end:
                    read[block] = offset
                    for at, written in scan(self._data, block * size + offset, block * size + end):
                        if written.type in APPLIED:
                            pending[at] = written.sequence
        return pending

    def _search(self, lost: list[tuple[int, int]]) -> dict[int, int]:
        """The same of all nodes anywhere whose keys are among those that are lost."""
        size = self._volume.block
        pending: dict[int, int] = {}
        ranges = Ranges(lost)
        for block in range(FIRST_LOG + self._volume.log_blocks, self._volume.blocks):
            if block * size >= len(self._data):
                break
            for at, item in scan(self._data, block * size, (block + 1) * size):
                if item.type in APPLIED and _key(item) in ranges:
                    pending[at] = item.sequence
                    if len(pending) > MOST_REPLAYED:
                        raise Malformed(f"more than {MOST_REPLAYED:,} nodes: the rest was not read")
        return pending

    def _apply(self, pending: dict[int, int]) -> None:
        for at in sorted(pending, key=lambda at: (pending[at], at)):
            try:
                self.state.apply(node(self._data, at), at)
            except Malformed as error:
                self._problem(error)


def _key(item: Node) -> int:
    if item.type == TRUNCATION:
        number = int(unpack(TRUNCATION_FIELDS, item, TRUNCATION)[0])
        return number << 32 | DATA << 29
    return key_of(item.raw, KEY_AT) if len(item.raw) >= KEY_AT + 8 else LAST_KEY
