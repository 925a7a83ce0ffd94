"""EFI 1.1 and Tiano compression: LZ77 with Huffman codes per block (UEFI 2.10, chapter 19).

Both have one layout; they differ in the width of a field that counts the codes for distances.
"""

import struct
from struct import Struct

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import unpack

HEADER = Struct("<II")
EFI, TIANO = 4, 5
LONGEST_CODE = 16
LITERALS, SHORTEST_COPY = 256, 3
MOST_SYMBOLS, MOST_LENGTHS, MOST_DISTANCES = 510, 19, 31
SYMBOL_BITS, LENGTH_BITS = 9, 5
GAP_AFTER = 3
MOST_CELLS = 64 << 20
MASKS = tuple((1 << bits) - 1 for bits in range(128))

Table = tuple[list[int], int]
"""For every value of the next `width` bits: the symbol, times 32, plus the length of its code."""


def unpacked(packed: bytes, version: int, most: int) -> bytes:
    """What the header and blocks in `packed` hold, at most `most` bytes. `version` is EFI or TIANO."""
    stored, size = unpack(HEADER, packed)
    if stored > len(packed) - HEADER.size:
        raise Truncated("the compressed stream is cut off")
    if size > most:
        raise Malformed(f"{size:,} bytes would come out, {most:,} were expected at most")
    return bytes(_Decoder(packed[HEADER.size : HEADER.size + stored], version).run(size))


class _Decoder:
    """Reads bits from the most significant one on: `_bits` holds the next `_count`."""

    def __init__(self, packed: bytes, version: int) -> None:
        padded = packed + bytes(-len(packed) % 4 + 16)
        self._words = struct.unpack(f">{len(padded) // 4}I", padded)
        self._next = 0
        self._bits = 0
        self._count = 0
        self._version = version
        self._cells = 0

    def run(self, size: int) -> bytearray:
        """`size` bytes, block by block."""
        out = bytearray()
        while len(out) < size:
            block = self._take(16)
            if not block:
                raise Malformed("an empty block")
            lengths = self._table(self._short_lengths(MOST_LENGTHS, LENGTH_BITS, GAP_AFTER))
            symbols = self._table(self._symbol_lengths(lengths))
            distances = self._table(self._short_lengths(MOST_DISTANCES, self._version, -1))
            self._block(out, size, block, symbols, distances)
        return out

    def _block(self, out: bytearray, size: int, block: int, symbols: Table, distances: Table) -> None:
        """Up to `block` symbols; the state is kept in local names because this is where all the time goes."""
        table, width = symbols
        far, far_width = distances
        words, masks = self._words, MASKS
        at, bits, count = self._next, self._bits, self._count
        try:
            for _ in range(block):
                if count < 64:
                    bits, count, at = bits << 32 | words[at], count + 32, at + 1
                if count < 64:
                    bits, count, at = bits << 32 | words[at], count + 32, at + 1
                code = table[bits >> count - width]
                count -= code & 31
                bits &= masks[count]
                symbol = code >> 5
                if symbol < LITERALS:
                    out.append(symbol)
                    continue
                code = far[bits >> count - far_width]
                count -= code & 31
                distance = code >> 5
                if distance > 1:
                    count -= distance - 1
                    distance = (1 << distance - 1) | (bits & masks[count + distance - 1]) >> count
                bits &= masks[count]
                length = symbol - LITERALS + SHORTEST_COPY
                start = len(out) - distance - 1
                if start < 0:
                    raise Malformed("a copy reaches back before the start")
                if distance >= length:
                    out += out[start : start + length]
                else:
                    out += (out[start:] * (length // (distance + 1) + 1))[:length]
                if len(out) >= size:
                    break
        except IndexError:
            raise Truncated("the compressed stream is cut off") from None
        self._next, self._bits, self._count = at, bits, count
        if len(out) > size:
            del out[size:]

    def _take(self, width: int) -> int:
        if self._count < width:
            if self._next >= len(self._words):
                raise Truncated("the compressed stream is cut off")
            self._bits = self._bits << 32 | self._words[self._next]
            self._next += 1
            self._count += 32
        self._count -= width
        value = self._bits >> self._count
        self._bits &= MASKS[self._count]
        return value

    def _decoded(self, table: Table) -> int:
        cells, width = table
        value = self._take(width)
        code = cells[value]
        back = width - (code & 31)
        self._bits |= (value & MASKS[back]) << self._count
        self._count += back
        return code >> 5

    def _short_lengths(self, most: int, width: int, gap_after: int) -> list[int] | int:
        """Lengths of three bits each, longer ones in unary; or the only symbol."""
        number = self._take(width)
        if not number:
            return self._take(width)
        if number > most:
            raise Malformed("a block has too many codes")
        lengths = list[int]()
        while len(lengths) < number:
            length = self._take(3)
            if length == 7:
                while length <= LONGEST_CODE and self._take(1):
                    length += 1
            if length > LONGEST_CODE:
                raise Malformed("a code is too long")
            lengths.append(length)
            if len(lengths) == gap_after:
                lengths += [0] * self._take(2)
        return lengths

    def _symbol_lengths(self, table: Table) -> list[int] | int:
        """Lengths that are themselves coded, with runs of zeros; or the only symbol."""
        number = self._take(SYMBOL_BITS)
        if not number:
            return self._take(SYMBOL_BITS)
        if number > MOST_SYMBOLS:
            raise Malformed("a block has too many codes")
        lengths = list[int]()
        while len(lengths) < number:
            code = self._decoded(table)
            if code > 2:
                lengths.append(code - 2)
            else:
                lengths += [0] * (1, self._take(4) + 3 if code == 1 else 0, self._take(9) + 20 if code == 2 else 0)[
                    code
                ]
        return lengths[:MOST_SYMBOLS]

    def _table(self, lengths: list[int] | int) -> Table:
        """Codes are given out by length, then by symbol; together they must fill the table."""
        if isinstance(lengths, int):
            return [lengths << 5], 0
        width = max(lengths, default=0)
        if not 0 < width <= LONGEST_CODE:
            raise Malformed("a block has codes without a length")
        self._cells += 1 << width
        if self._cells > MOST_CELLS:
            raise Malformed("too many blocks for what they hold")
        cells = list[int]()
        for length in range(1, width + 1):
            for symbol, its in enumerate(lengths):
                if its == length:
                    cells += [symbol << 5 | length] * (1 << width - length)
        if len(cells) != 1 << width:
            raise Malformed("the codes of a block do not fit together")
        return cells, width
