"""Hash trees of dm-verity (Linux, admin-guide/device-mapper/verity.rst; cryptsetup's superblock, "Verity on-disk")."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from struct import Struct
from uuid import UUID

import msgspec
from msgspec import structs

from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats.span import PIECE, Data, let_go, take, unpack

MAGIC = b"verity\0\0"
SUPERBLOCK = Struct("<8s2I16s32s2IQH6x256s168x")
# What the kernel is told by these names and what the standard library calls the same.
ALGORITHMS = {name: name for name in ("sha1", "sha224", "sha256", "sha384", "sha512")}
ALGORITHMS |= {"sha3-256": "sha3_256", "sha3-512": "sha3_512"}
SMALLEST_BLOCK, LARGEST_BLOCK = 512, 1 << 19
MOST_LEVELS = 63
LONGEST_SALT = 256


class HashTree(msgspec.Struct, frozen=True, kw_only=True):
    """`data_at` and `at`, where data and the tree's top level begin, are bytes into what it was read from.

    `salted_first`: the salt stands before a block when it is hashed (version 1), and digests are padded.
    """

    algorithm: str
    salt: bytes
    data_block: int
    hash_block: int
    blocks: int
    at: int
    data_at: int = 0
    salted_first: bool = True
    name: str = ""

    @property
    def digest_size(self) -> int:
        return hashlib.new(ALGORITHMS[self.algorithm]).digest_size

    @property
    def slot(self) -> int:
        """Bytes from one digest in a block to the next."""
        return 1 << (self.digest_size - 1).bit_length() if self.salted_first else self.digest_size

    @property
    def per_block(self) -> int:
        """Digests in a block: a power of two."""
        return 1 << (self.hash_block // self.digest_size).bit_length() - 1

    @property
    def data_size(self) -> int:
        return self.blocks * self.data_block

    def over(self, start: int) -> "HashTree":
        """The same tree, with data that begin at `start`."""
        return structs.replace(self, data_at=start)

    def levels(self) -> list[tuple[int, int]]:
        """(offset, blocks) of each level, that over the data first; the top one stands first in the tree."""
        counts, left = list[int](), self.blocks
        while left > 1 and len(counts) < MOST_LEVELS:
            left = -(-left // self.per_block)
            counts.append(left)
        found, at = list[tuple[int, int]](), self.at
        for count in reversed(counts):
            found.append((at, count))
            at += count * self.hash_block
        return found[::-1]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """`wrong_hashes` is the offset of the first block of the tree that the level above it contradicts, `wrong_data`
    that of the first block of data; `whole_tree` and `compared` say how much was read.
    """

    wrong_hashes: int | None = None
    wrong_data: int | None = None
    whole_tree: bool = True
    compared: int = 0


class Budget(msgspec.Struct):
    """What may be hashed at most: bytes, and seconds from now."""

    size: int
    seconds: float
    started: float = msgspec.field(default_factory=time.monotonic)

    def spend(self, size: int) -> None:
        """Raises BudgetExceeded."""
        self.size -= size
        if self.size < 0 or time.monotonic() > self.started + self.seconds:
            raise BudgetExceeded("what is hashed at most was hashed")


def read(data: Data, start: int, device: int = 0) -> HashTree:
    """The superblock at `start` of a device that begins at `device`; raises Malformed for impossible ones.

    Where the data lies is not known from it: they are taken to begin where the device does.
    """
    fields = unpack(SUPERBLOCK, data, start)
    magic, version, kind, identifier, name, data_block, hash_block, blocks, salt_size, salt = fields
    if magic != MAGIC or version != 1 or kind > 1 or salt_size > LONGEST_SALT:
        raise Malformed("no superblock of dm-verity")
    behind = start - device + SUPERBLOCK.size
    tree = HashTree(
        algorithm=name.partition(b"\0")[0].decode("ascii", "replace"),
        salt=salt[:salt_size],
        data_block=data_block,
        hash_block=hash_block,
        blocks=blocks,
        at=0,
        data_at=device,
        salted_first=kind == 1,
        name=str(UUID(bytes=identifier)),
    )
    check(tree)
    return structs.replace(tree, at=device + -(-behind // hash_block) * hash_block)


def check(tree: HashTree) -> None:
    """Raises Malformed where sizes are impossible or the algorithm is not known."""
    if tree.algorithm not in ALGORITHMS:
        raise Malformed(f'the hash "{tree.algorithm[:32]}" of a hash tree is not known')
    for size in (tree.data_block, tree.hash_block):
        if not SMALLEST_BLOCK <= size <= LARGEST_BLOCK or size & size - 1:
            raise Malformed("the blocks of a hash tree have an impossible size")
    if not 0 < tree.blocks < 1 << 48 or tree.per_block < 2:
        raise Malformed("a hash tree is over an impossible number of blocks")


def root_of(data: Data, tree: HashTree) -> bytes:
    """The digest of the top level, or of the only block of data; raises Truncated when it is not there."""
    levels = tree.levels()
    if not levels:
        return _digests(tree)(take(data, tree.data_at, tree.data_block))
    return _digests(tree)(take(data, levels[-1][0], tree.hash_block))


def belongs(data: Data, tree: HashTree) -> bool:
    """Whether the first, the middle or the last block of the data is what the tree says.

    One that was changed does not hide where they lie. Raises Truncated when one is not there.
    """
    levels = tree.levels()
    if not levels:
        return False
    digest = _digests(tree)
    return any(
        digest(take(data, tree.data_at + number * tree.data_block, tree.data_block)) == _stated(data, tree, number)
        for number in (0, tree.blocks // 2, tree.blocks - 1)
    )


def _stated(data: Data, tree: HashTree, number: int) -> bytes:
    page, entry = divmod(number, tree.per_block)
    return take(data, tree.levels()[0][0] + page * tree.hash_block + entry * tree.slot, tree.digest_size)


def hashes_agree(data: Data, tree: HashTree, budget: Budget) -> int | None:
    """The first block of the tree that the level above contradicts; raises BudgetExceeded, and Truncated."""
    levels = tree.levels()
    for (at, count), (above, _) in reversed(list(pairwise(levels))):
        for number, wrong in _differing(data, tree, (at, tree.hash_block, count), above, budget):
            if wrong:
                return at + number * tree.hash_block
    return None


def data_agree(data: Data, tree: HashTree, budget: Budget) -> Iterator[tuple[int, bool]]:
    """(number, whether it is another one than the tree says) of each block of data, in their order.

    Raises BudgetExceeded, and Truncated where data or tree end early.
    """
    levels = tree.levels()
    if levels:
        yield from _differing(data, tree, (tree.data_at, tree.data_block, tree.blocks), levels[0][0], budget)


def compare(data: Data, tree: HashTree, budget: Budget, *, with_data: bool = True) -> Comparison:
    """All of the tree that the budget allows, top down; raises Truncated when tree or data are not all there."""
    try:
        wrong = hashes_agree(data, tree, budget)
    except BudgetExceeded:
        return Comparison(whole_tree=False)
    if wrong is not None or not with_data:
        return Comparison(wrong_hashes=wrong)
    if not tree.levels():
        return Comparison(compared=tree.blocks)
    compared = 0
    with suppress(BudgetExceeded):
        for number, differs in data_agree(data, tree, budget):
            if differs:
                return Comparison(wrong_data=tree.data_at + number * tree.data_block, compared=compared)
            compared += 1
    return Comparison(compared=compared)


def _differing(
    data: Data, tree: HashTree, blocks: tuple[int, int, int], hashes: int, budget: Budget
) -> Iterator[tuple[int, bool]]:
    """Of `blocks`, which are (offset, size of each, number), against digests that begin at `hashes`."""
    at, size, count = blocks
    digest, length, slot = _digests(tree), tree.digest_size, tree.slot
    per_block, hash_block = tree.per_block, tree.hash_block
    together = max(PIECE // size, 1)
    for first in range(0, count, together):
        number = min(together, count - first)
        budget.spend(number * size)
        piece = take(data, at + first * size, number * size)
        let_go(data, at + first * size, at + (first + number) * size)
        for index in range(number):
            page, entry = divmod(first + index, per_block)
            place = hashes + page * hash_block + entry * slot
            found = digest(piece[index * size : (index + 1) * size])
            yield first + index, found != take(data, place, length)


def _digests(tree: HashTree) -> Callable[[bytes], bytes]:
    """Of one block each; the salt is hashed once where it comes first."""
    started = hashlib.new(ALGORITHMS[tree.algorithm], tree.salt if tree.salted_first else b"", usedforsecurity=False)
    last = b"" if tree.salted_first else tree.salt

    def digest(block: bytes) -> bytes:
        state = started.copy()
        state.update(block)
        state.update(last)
        return state.digest()

    return digest
