"""An encoder of EFI 1.1 and Tiano streams for tests: simple codes, but every feature of the format."""

import struct
from collections.abc import Iterable, Iterator

EFI, TIANO = 4, 5
LONGEST_MATCH = 256


class Bits:
    """Bits, the most significant one first."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, value: int, width: int) -> None:
        if width:
            self.text += f"{value:0{width}b}"

    def bytes(self) -> bytes:
        padded = self.text + "0" * (-len(self.text) % 8)
        return int("1" + padded, 2).to_bytes(len(padded) // 8 + 1, "big")[1:]


def encode(content: bytes, version: int, block: int = 2000) -> bytes:
    """`content` in blocks of at most `block` symbols."""
    symbols = list(_tokens(content))
    bits = Bits()
    for at in range(0, len(symbols), block):
        _block(bits, symbols[at : at + block], version)
    packed = bits.bytes() + bytes(4)
    return struct.pack("<II", len(packed), len(content)) + packed


def _tokens(content: bytes) -> Iterator[tuple[int, int]]:
    """(symbol, distance - 1); the distance is -1 for a literal."""
    seen = dict[bytes, int]()
    at = 0
    while at < len(content):
        key = content[at : at + 3]
        back = seen.get(key, -1)
        seen[key] = at
        length = 3
        if back < 0 or len(key) < 3:
            yield content[at], -1
            at += 1
            continue
        while length < LONGEST_MATCH and content[at + length : at + length + 1] == content[back + length :][:1] != b"":
            length += 1
        yield 256 + length - 3, at - back - 1
        at += length


def _block(bits: Bits, symbols: list[tuple[int, int]], version: int) -> None:
    bits.put(len(symbols), 16)
    lengths = _lengths(symbol for symbol, _ in symbols)
    runs = list(_runs(lengths))
    of_lengths = _lengths(code for code, _, _ in runs)
    _short(bits, of_lengths, 5, gap=True)
    codes = _codes(of_lengths)
    if len(lengths) == 1:
        bits.put(0, 9)
        bits.put(next(iter(lengths)), 9)
    else:
        bits.put(max(lengths) + 1, 9)
        for code, extra, width in runs:
            bits.put(*codes[code])
            bits.put(extra, width)
    far = _lengths(distance.bit_length() for _, distance in symbols if distance >= 0)
    _short(bits, far, version, gap=False)
    names, places = _codes(lengths), _codes(far)
    for symbol, distance in symbols:
        bits.put(*names[symbol])
        if distance >= 0:
            width = distance.bit_length()
            bits.put(*places[width])
            if width > 1:
                bits.put(distance - (1 << width - 1), width - 1)


def _lengths(symbols: Iterable[int]) -> dict[int, int]:
    """Lengths that fill the table exactly; of one symbol, none; the rarer symbols do not matter here."""
    used = sorted(set(symbols)) or [0]
    if len(used) == 1:
        return {used[0]: 0}
    width = (len(used) - 1).bit_length()
    short = (1 << width) - len(used)
    return {symbol: width - (number < short) for number, symbol in enumerate(used)}


def _codes(lengths: dict[int, int]) -> dict[int, tuple[int, int]]:
    found, code, before = {}, 0, 0
    for symbol, length in sorted(lengths.items(), key=lambda item: (item[1], item[0])):
        code <<= length - before
        found[symbol] = (code, length)
        code, before = code + 1, length
    return found


def _runs(lengths: dict[int, int]) -> Iterator[tuple[int, int, int]]:
    """(code, extra bits, their width) of the lengths of all symbols; runs of zeros are short, medium or long."""
    if len(lengths) == 1:
        return
    zeros = 0
    for symbol in range(max(lengths) + 1):
        if symbol not in lengths:
            zeros += 1
            continue
        while zeros >= 20:
            run = min(zeros, 20 + 511)
            yield 2, run - 20, 9
            zeros -= run
        while zeros >= 3:
            run = min(zeros, 3 + 15)
            yield 1, run - 3, 4
            zeros -= run
        for _ in range(zeros):
            yield 0, 0, 0
        zeros = 0
        yield lengths[symbol] + 2, 0, 0


def _short(bits: Bits, lengths: dict[int, int], width: int, *, gap: bool) -> None:
    if len(lengths) == 1:
        bits.put(0, width)
        bits.put(next(iter(lengths)), width)
        return
    number = max(lengths) + 1
    bits.put(number, width)
    symbol = 0
    while symbol < number:
        length = lengths.get(symbol, 0)
        bits.put(min(length, 7), 3)
        if length >= 7:
            bits.put((1 << length - 6) - 2, length - 6)
        symbol += 1
        if gap and symbol == 3:
            skipped = next((count for count in range(3) if lengths.get(3 + count) or 3 + count >= number), 3)
            bits.put(skipped, 2)
            symbol += skipped
