"""LZW as compress(1) writes it into .Z files (no written standard; the behaviour of ncompress 5.0).

Codes grow from 9 bits to at most 16 and come in groups of eight; the group in which the width changes, or the table
is cleared, is filled up with bytes that mean nothing. There is no end mark and no checksum.
"""

from struct import unpack_from

from pellucid.errors import Malformed
from pellucid.formats.span import PIECE, Data, take
from pellucid.formats.streams import Unpacked

MAGIC = b"\x1f\x9d"
FIRST_WIDTH = 9
# What compress writes with 9 bits at most it cannot read itself.
LEAST_BITS, MOST_BITS = 10, 16
BLOCK_MODE, RESERVED = 0x80, 0x60
CLEAR = 256
GROUPS = 64
_BYTES = tuple(bytes([code]) for code in range(256))
# A string longer than this is kept as an earlier one and its tail: a table of strings grows with their square.
LONGEST = 1024
Long = tuple[int, bytes]
Table = list[bytes | Long]


def widest(data: Data, start: int) -> tuple[int, bool]:
    """How many bits a code may have, and whether the table can be cleared."""
    header = take(data, start, 3)
    bits = header[2] & 0x1F
    if header[:2] != MAGIC or header[2] & RESERVED or not LEAST_BITS <= bits <= MOST_BITS:
        raise Malformed("no header of compress")
    return bits, bool(header[2] & BLOCK_MODE)


def unpacked(data: Data, start: int) -> Unpacked:
    """The stream from `start` to the end of the data."""
    most, block = widest(data, start)
    return (yield from _Reader(data, start + 3, most, block=block).unpacked())


class _Reader:
    """`table` holds the strings of the codes so far; with `block`, 256 clears it."""

    def __init__(self, data: Data, at: int, most: int, *, block: bool) -> None:
        self._data = data
        self._at = at
        self._widest = most
        self._block = block
        self._out: list[bytes] = []
        self._size = 0
        self._before = b""
        self._before_code = 0
        self._reset()

    def _reset(self) -> None:
        self._table: Table = [*_BYTES]
        if self._block:
            self._table.append(b"")
        self._width = FIRST_WIDTH
        # What a clear leaves of the groups is read in vain, so there are few until it is known to be rare.
        self._groups = 1
        self._before = b""

    def unpacked(self) -> Unpacked:
        while codes := self._codes():
            taken = self._decode(codes)
            groups = -(-taken // 8)
            self._at = min(self._at + groups * self._width, len(self._data))
            if len(self._table) >= 1 << self._width and self._width < self._widest:
                self._width += 1
            if self._cleared:
                self._reset()
            if self._size >= PIECE:
                yield from self._flush()
        yield from self._flush()
        return len(self._data)

    def _flush(self) -> list[bytes]:
        joined, self._out, self._size = b"".join(self._out), [], 0
        return [joined[at : at + PIECE] for at in range(0, len(joined), PIECE)]

    def _codes(self) -> list[int]:
        """The codes of the next groups, no more than fit before the width changes; the last group may be cut."""
        width = self._width
        groups = self._groups
        self._groups = min(2 * groups, GROUPS)
        if width < self._widest:
            # One code adds one string, but for the first one.
            wanted = (1 << width) - len(self._table) + (0 if self._before else 1)
            groups = min(-(-wanted // 8), groups)
        raw = self._data[self._at : self._at + groups * width]
        whole = len(raw) // width
        if width == 16:
            return list(unpack_from(f"<{len(raw) // 2}H", raw))
        mask, shifts = (1 << width) - 1, range(0, 8 * width, width)
        numbers = [int.from_bytes(raw[at : at + width], "little") for at in range(0, whole * width, width)]
        codes = [number >> shift & mask for number in numbers for shift in shifts]
        rest = raw[whole * width :]
        number = int.from_bytes(rest, "little")
        codes += [number >> shift & mask for shift in range(0, len(rest) * 8 - width + 1, width)]
        return codes

    def _decode(self, codes: list[int]) -> int:
        """Unpack `codes` until the width changes or the table is cleared; how many of them were used."""
        table, out, before, before_code = self._table, self._out, self._before, self._before_code
        clear = CLEAR if self._block else -1
        full = 1 << self._width
        grows = self._width < self._widest
        size, used = 0, len(codes)
        self._cleared = False
        for number, code in enumerate(codes, 1):
            known = len(table)
            if code == clear:
                self._cleared, used = True, number
                break
            if code < known:
                entry = table[code]
                string = entry if type(entry) is bytes else self._long(entry)
            elif code == known and before:
                string = before + before[:1]
            else:
                raise Malformed("a code stands for nothing yet")
            out.append(string)
            size += len(string)
            if before and known < full:
                if len(before) < LONGEST:
                    table.append(before + string[:1])
                else:
                    self._append_long(before_code, string[:1])
                if grows and known + 1 == full:
                    before, before_code, used = string, code, number
                    break
            before, before_code = string, code
        self._before, self._before_code = before, before_code
        self._size += size
        return used

    def _append_long(self, code: int, last: bytes) -> None:
        entry = self._table[code]
        if isinstance(entry, bytes) or len(entry[1]) >= LONGEST:
            self._table.append((code, last))
        else:
            self._table.append((entry[0], entry[1] + last))

    def _long(self, entry: bytes | Long) -> bytes:
        parts = []
        while not isinstance(entry, bytes):
            parts.append(entry[1])
            entry = self._table[entry[0]]
        parts.append(entry)
        return b"".join(reversed(parts))
