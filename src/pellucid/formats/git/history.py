"""Commits and trees (git-fast-import(1), git-mktree(1), git 2.45), and what a blob was called in which commit."""

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping

import msgspec

TREE = re.compile(rb"tree ([0-9a-f]{40}|[0-9a-f]{64})\n")
COMMITTER = re.compile(rb"\ncommitter [^\n]{0,2048}> (\d{1,11})[ \n]")
ENTRY = {
    20: re.compile(rb"([0-7]{5,6}) ([^\0/]{1,4096})\0(.{20})", re.DOTALL),
    32: re.compile(rb"([0-7]{5,6}) ([^\0/]{1,4096})\0(.{32})", re.DOTALL),
}
FOLDER, COMMIT = b"40000", b"160000"
LONGEST_PATH = 4096
# All paths together, in bytes.
MOST_NAMES = 64 << 20


class Commit(msgspec.Struct, frozen=True):
    """`tree` is the root folder of the commit, `time` when it was made, in seconds since 1970."""

    id: bytes
    tree: bytes
    time: int


class Name(msgspec.Struct, frozen=True):
    """What a blob is called in a commit."""

    commit: Commit
    path: bytes


class History(msgspec.Struct):
    """Commits and trees, by id, as they are come across."""

    commits: list[Commit] = msgspec.field(default_factory=list)
    trees: MutableMapping[bytes, bytes] = msgspec.field(default_factory=dict)

    def names(self) -> Mapping[bytes, Name]:
        """By the id of a blob, its name in the newest commit that has it. The trees are used up.

        A tree that an older commit shares with a newer one names nothing new: each is read once.
        """
        found: dict[bytes, Name] = {}
        room = MOST_NAMES
        for commit in sorted(self.commits, key=lambda commit: -commit.time):
            for blob, path in self._below(commit.tree):
                if blob not in found and len(path) <= room:
                    found[blob] = Name(commit, path)
                    room -= len(path)
        return found

    def _below(self, root: bytes) -> Iterator[tuple[bytes, bytes]]:
        """(id, path) of every blob in a tree, and in those within that were not read before."""
        waiting = [(root, b"")]
        while waiting:
            tree, folder = waiting.pop()
            for mode, name, child in entries(self.trees.pop(tree, b""), len(root)):
                path = folder + name
                if len(path) > LONGEST_PATH or mode == COMMIT:
                    continue
                if mode == FOLDER:
                    waiting.append((child, path + b"/"))
                else:
                    yield child, path


def commit(id_: bytes, content: bytes) -> Commit | None:
    """None for what does not begin with a tree."""
    tree = TREE.match(content)
    if not tree:
        return None
    head = content.partition(b"\n\n")[0] + b"\n"
    made = COMMITTER.search(head)
    return Commit(id_, bytes.fromhex(tree[1].decode()), int(made[1]) if made else 0)


def entries(tree: bytes, width: int) -> Iterable[tuple[bytes, bytes, bytes]]:
    """(mode, name, id) of what lies in a tree, up to what is none; ids have `width` bytes."""
    at = 0
    while at < len(tree):
        found = ENTRY[width].match(tree, at)
        if not found:
            return
        yield found[1], found[2], found[3]
        at = found.end()
