"""How pages, spare areas and tags of a YAFFS lie in an image: nothing says so, it is found by trying."""

from collections.abc import Iterator
from itertools import product
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data

ROOT, LOST_AND_FOUND, UNLINKED, DELETED = 1, 2, 3, 4
FILE, SYMLINK, FOLDER, HARDLINK, SPECIAL = range(1, 6)
HEADER_SIZE = 512
PAGES = (512, 1024, 2048, 4096, 8192, 16384)
# Tags begin where a driver leaves room for them: at once, or behind the mark of a bad block and its checksums.
TAGS_AT = (0, 2, 1, 3, 4, 8, 16, 30, 32, 40)
TAGS_SIZE = 16
FIRST_SEQUENCE, LAST_SEQUENCE, CHECKPOINT = 0x1000, 0xEFFFFF00, 0x21
ERASED = 0xFFFFFFFF
EXTRA, OBJECT_BITS = 0x80000000, 0x0FFFFFFF
TAGS = {order: Struct(order + "4I") for order in "<>"}
NUMBERS = {order: Struct(order + "I") for order in "<>"}
LARGEST_OBJECT, LARGEST_CHUNK = 1 << 24, 1 << 28
MOST_TRIED, MOST_CHUNKS = 48, 1_000_000
LEAST_SCORE = 2
# A bad block of the largest kind may stand between two that hold something.
MOST_UNREADABLE = 256


class Chunk(msgspec.Struct, frozen=True):
    """One page that was written. `number` 0 is the header of `object`, others count its data from 1.

    `sequence` grows with time from block to block; of YAFFS 1, which has none, it is 0 and `serial` counts to 3.
    """

    at: int
    object: int
    number: int
    length: int
    sequence: int
    serial: int = 0


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of a page and of its spare area, and where in that the tags stand; without one they end the page."""

    version: int
    order: str
    page: int
    spare: int
    tags_at: int

    @property
    def stride(self) -> int:
        """From one page to the next."""
        return self.page + self.spare

    @property
    def payload(self) -> int:
        """Bytes of a file in one page."""
        return self.page if self.spare else self.page - TAGS_SIZE

    def chunk(self, data: Data, at: int) -> Chunk | None:
        """The page at `at`; None when it is erased, or of no use now. Raises Malformed when it is none of YAFFS."""
        found = self._first_version(data, at) if self.version == 1 else self._second_version(data, at)
        if found and found.number == 0:
            kind = NUMBERS[self.order].unpack(data[at : at + 4])[0]
            if not FILE <= kind <= SPECIAL:
                raise Malformed("the header of an object is of no known type")
        return found

    def _second_version(self, data: Data, at: int) -> Chunk | None:
        tags = at + self.payload + self.tags_at
        raw = data[tags : tags + TAGS_SIZE]
        if len(raw) < TAGS_SIZE:
            raise Malformed("a page is cut off")
        sequence, number, chunk, length = TAGS[self.order].unpack(raw)
        if sequence == CHECKPOINT or (sequence == ERASED and number == ERASED):
            return None
        header = chunk == 0
        if chunk & EXTRA:
            number, header = number & OBJECT_BITS, True
        if not FIRST_SEQUENCE <= sequence <= LAST_SEQUENCE or not 0 < number <= LARGEST_OBJECT:
            raise Malformed("the tags of a page are impossible")
        if header:
            return Chunk(at, number, 0, 0, sequence)
        if chunk >= LARGEST_CHUNK or length > self.payload:
            raise Malformed("the tags of a page are impossible")
        return Chunk(at, number, chunk, length, sequence)

    def _first_version(self, data: Data, at: int) -> Chunk | None:
        """Eight bytes of bit fields, between the marks of page and block and the checksums of the data."""
        spare = data[at + self.page : at + self.page + self.spare]
        if len(spare) < self.spare:
            raise Malformed("a page is cut off")
        if not spare.strip(b"\xff"):
            return None
        tags = spare[:4] + spare[6:8] + spare[11:13]
        if self.order == "<":
            bits = int.from_bytes(tags, "little")
            number, chunk, serial, length = bits >> 32 & 0x3FFFF, bits & 0xFFFFF, bits >> 20 & 3, bits >> 22 & 0x3FF
        else:
            bits = int.from_bytes(tags, "big")
            number, chunk, serial, length = bits >> 14 & 0x3FFFF, bits >> 44, bits >> 42 & 3, bits >> 32 & 0x3FF
        if not number or (chunk and length > self.page):
            raise Malformed("the tags of a page are impossible")
        if spare[4].bit_count() < 7:
            return None
        return Chunk(at, number, chunk, length, 0, serial)


def find(data: Data, start: int) -> Layout:
    """The layout in which most of the first pages make sense; raises Malformed when there is none."""
    best, most = None, LEAST_SCORE - 1
    for layout in _candidates():
        try:
            first = layout.chunk(data, start)
        except Malformed:
            continue
        if first is None or first.number:
            continue
        score = _score(data, start, layout)
        if score > most:
            best, most = layout, score
    if best is None:
        raise Malformed("no layout of pages and spare areas makes a YAFFS of it")
    return best


def chunks(data: Data, layout: Layout, start: int = 0) -> Iterator[Chunk | Malformed]:
    """The pages that hold something, in their order, up to where too many in a row are none of YAFFS."""
    unreadable: list[Malformed] = []
    for count in range(MOST_CHUNKS):
        at = start + count * layout.stride
        if at >= len(data) or len(unreadable) > MOST_UNREADABLE:
            return
        try:
            found = layout.chunk(data, at)
        except Malformed as error:
            unreadable.append(Malformed(f"page at 0x{at:x}: {error.message}"))
            continue
        if found:
            yield from unreadable
            unreadable = []
            yield found
    yield Malformed(f"more than {MOST_CHUNKS:,} pages: the rest was not read")


def length(data: Data, start: int) -> int:
    """How far the pages reach from `start`."""
    layout = find(data, start)
    end = start
    for found in chunks(data, layout, start):
        if isinstance(found, Chunk):
            end = found.at + layout.stride
    return end - start


def _candidates() -> Iterator[Layout]:
    for page, order in product(PAGES, "<>"):
        for spare in sorted({page // 32, page // 16, page * 7 // 128, page * 109 // 2048}):
            for tags_at in TAGS_AT:
                if spare >= 16 and tags_at + TAGS_SIZE <= spare:
                    yield Layout(version=2, order=order, page=page, spare=spare, tags_at=tags_at)
        if page >= 1024:
            yield Layout(version=2, order=order, page=page, spare=0, tags_at=0)
    for order in "<>":
        yield Layout(version=1, order=order, page=512, spare=16, tags_at=0)


def _score(data: Data, start: int, layout: Layout) -> int:
    """Of the first pages, how many hold something, less those that make no sense; an image may end among them."""
    score = best = 0
    for count in range(MOST_TRIED):
        at = start + count * layout.stride
        if at + layout.stride > len(data):
            break
        try:
            score += layout.chunk(data, at) is not None
        except Malformed:
            score -= 4
        best = max(best, score)
    return best
