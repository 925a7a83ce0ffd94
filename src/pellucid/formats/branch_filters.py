"""Filters that undo the branch conversion of executables: those of liblzma, ARM64, and 7-Zip's BCJ2 (Methods.txt)."""

import lzma
import re
from collections.abc import Iterable, Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats.pulled import Pulled
from pellucid.formats.span import Chunk
from pellucid.formats.streams import explained

LARGEST_STORED = 1 << 16
SMALLEST_DICTIONARY = 1 << 12
FIRST_STORED, NEXT_STORED, STORED_END = 1, 2, b"\0"
WORD = Struct("<I")
ARM64_BRANCH = re.compile(rb"[\x94-\x97\x90\xb0\xd0\xf0]")


def by_liblzma(chunks: Iterable[Chunk], filter_: dict[str, int]) -> Iterator[bytes]:
    """Undo one filter of liblzma: the bytes go in as LZMA2 chunks that are stored, and liblzma does both."""
    filters = [filter_, {"id": lzma.FILTER_LZMA2, "dict_size": SMALLEST_DICTIONARY}]
    engine = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    control = FIRST_STORED
    try:
        for chunk in chunks:
            view = memoryview(chunk)
            for at in range(0, len(view), LARGEST_STORED):
                part = view[at : at + LARGEST_STORED]
                piece = engine.decompress(bytes([control]) + (len(part) - 1).to_bytes(2, "big") + part)
                control = NEXT_STORED
                if piece:
                    yield piece
        if control == NEXT_STORED and (piece := engine.decompress(STORED_END)):
            yield piece
    except (lzma.LZMAError, EOFError) as error:
        raise explained(error) from None


def arm64(chunks: Iterable[Chunk], offset: int = 0) -> Iterator[bytes]:
    """Undo the filter for ARM64 (.xz File Format 1.2, 5.3.2): absolute addresses in BL and ADRP become relative."""
    held = b""
    at = offset
    for chunk in chunks:
        buffer = bytearray(held)
        buffer += chunk
        whole = len(buffer) & ~3
        _arm64(buffer, whole, at)
        held = bytes(buffer[whole:])
        at += whole
        yield bytes(buffer[:whole])
    if held:
        yield held


def _arm64(buffer: bytearray, end: int, at: int) -> None:
    for match in ARM64_BRANCH.finditer(buffer, 0, end):
        place = match.start()
        if place & 3 != 3:
            continue
        place -= 3
        (word,) = WORD.unpack_from(buffer, place)
        where = at + place
        if word >> 26 == 0x25:
            WORD.pack_into(buffer, place, 0x94000000 | (word - (where >> 2)) & 0x03FFFFFF)
        elif word & 0x9F000000 == 0x90000000:
            address = word >> 29 & 3 | word >> 3 & 0x001FFFFC
            if (address + 0x00020000) & 0x001C0000:
                continue
            address -= where >> 12
            word &= 0x9000001F
            word |= (address & 3) << 29 | (address & 0x0003FFFC) << 3 | (0 - (address & 0x00020000)) & 0x00E00000
            WORD.pack_into(buffer, place, word)


JUMP = re.compile(rb"[\xe8\xe9]|(?<=\x0f)[\x80-\x8f]")
MODEL_BITS, MOVE_BITS = 11, 5
CERTAIN, HALF = 1 << MODEL_BITS, 1 << (MODEL_BITS - 1)
RANGE_TOP = 1 << 24


def bcj2(main: Iterable[Chunk], calls: Pulled, jumps: Pulled, choices: Pulled, size: int) -> Iterator[bytes]:
    """Join the four streams of BCJ2: x86 code without the targets of its branches, those of calls, those of jumps,
    and the range coded choices which of the branches have their target there. `size` bytes come out.
    """
    coder = _Choices(choices)
    done, before = 0, 0
    for chunk in main:
        out = bytearray()
        at, code_end = 0, len(chunk)
        while at < code_end:
            if before == 0x0F and chunk[at] >> 4 == 8:
                place = at
            else:
                match = JUMP.search(chunk, at)
                if not match:
                    break
                place = match.start()
            code = chunk[place]
            previous = chunk[place - 1] if place > at else before
            out += chunk[at : place + 1]
            at, before = place + 1, code
            index = previous if code == 0xE8 else 256 if code == 0xE9 else 257
            if done + len(out) < size and coder.bit(index):
                stated = int.from_bytes((calls if code == 0xE8 else jumps).take(4), "big")
                target = (stated - (done + len(out) + 4)) & 0xFFFFFFFF
                out += WORD.pack(target)
                before = target >> 24
        if at < code_end:
            out += chunk[at:]
            before = chunk[-1]
        done += len(out)
        yield bytes(out)


class _Choices:
    """The range decoder of the choices: one bit each, with a probability by what stands before the branch."""

    def __init__(self, source: Pulled) -> None:
        self._source = source
        self._probabilities = [HALF] * (256 + 2)
        first = source.take(5)
        self._code = int.from_bytes(first[1:], "big")
        self._range = 0xFFFFFFFF
        if first[0] or self._code == self._range:
            raise Malformed("the choices of BCJ2 are damaged")

    def bit(self, index: int) -> bool:
        probability = self._probabilities[index]
        bound = (self._range >> MODEL_BITS) * probability
        if self._code < bound:
            self._range = bound
            self._probabilities[index] += (CERTAIN - probability) >> MOVE_BITS
            found = False
        else:
            self._range -= bound
            self._code -= bound
            self._probabilities[index] -= probability >> MOVE_BITS
            found = True
        if self._range < RANGE_TOP:
            self._range <<= 8
            self._code = self._code << 8 | self._source.take(1)[0]
        return found
