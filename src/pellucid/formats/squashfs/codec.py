"""Decompressors of squashfs blocks. The first block tells which framing a vendor used; output is bounded."""

from collections.abc import Callable, Iterator

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.packed_blocks import FAILURES, inflate, unlz4, unlzo, unxz, unzstd
from pellucid.formats.squashfs.lzma_framings import Decompress, ends_well, framings, unlzma

NAMES = {1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}
STATED: dict[int, Decompress] = {1: inflate, 2: unlzma, 3: unlzo, 4: unxz, 5: unlz4, 6: unzstd}
MOST_GUESSES = 16
# Some vendors' tools choose the better of two for each block.
MIXED: dict[int, Decompress] = {0x78: inflate, 0x5D: unlzma}


class Codec:
    """The compressor that a superblock names, or whichever of the others reads the first block.

    `name` is that of the one in use. While none is settled, `plausible` judges what another one makes of a block.
    """

    def __init__(self, compressor: int) -> None:
        if compressor not in STATED:
            raise Unsupported(f"compressor {compressor} of squashfs is not known")
        self.name = NAMES[compressor]
        self.plausible: Callable[[bytes], bool] = bool
        self._decompress = STATED[compressor]
        self._settled = False
        self._guesses = 0

    def __call__(self, packed: bytes, most: int) -> bytes:
        """Unpack one block; raises Malformed."""
        try:
            unpacked = self._decompress(packed, most)
        except FAILURES as error:
            found = self._mixed(packed, most) if self._settled else self._guess(packed, most)
            if found:
                return found
            raise Malformed(f"a compressed block is damaged: {str(error)[:100]}") from None
        self._settled = True
        return unpacked

    def _guess(self, packed: bytes, most: int) -> bytes:
        self._guesses += 1
        for name, candidate in _others() if self._guesses <= MOST_GUESSES else ():
            try:
                unpacked = candidate(packed, most)
            except FAILURES:
                continue
            if unpacked and self.plausible(unpacked) and ends_well(candidate, packed, most):
                self.name, self._decompress, self._settled = name, candidate, True
                return unpacked
        return b""

    def _mixed(self, packed: bytes, most: int) -> bytes:
        other = MIXED.get(packed[0]) if packed else None
        if other is None or other is self._decompress:
            return b""
        try:
            return other(packed, most)
        except FAILURES:
            return b""


def _others() -> Iterator[tuple[str, Decompress]]:
    yield "gzip", inflate
    yield "xz", unxz
    for framing in framings():
        yield "lzma", framing
