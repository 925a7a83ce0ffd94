"""Differences between two objects (gitformat-pack(5), "Deltified representation", git 2.45)."""

from pellucid.errors import Malformed, Truncated

LONGEST_NUMBER = 10
# As long as the instruction of an honest difference is, it stands for more than a few bytes.
MOST_STEPS = 1 << 22
WHOLE_COPY = 0x10000


def applied(base: bytes, delta: bytes, most: int) -> bytes:
    """The object that `delta` makes of `base`. Raises Malformed, also for one of more than `most` bytes."""
    stated, at = number(delta, 0)
    size, at = number(delta, at)
    if stated != len(base):
        raise Malformed("a difference is one to another object")
    if size > most:
        raise Malformed(f"an object of {size:,} bytes")
    out = bytearray()
    steps = 0
    while at < len(delta):
        code, steps = delta[at], steps + 1
        if code & 0x80:
            start, length, at = _copy(delta, at + 1, code)
            if start + length > len(base):
                raise Malformed("a difference copies what is not there")
            out += base[start : start + length]
        else:
            at += 1
            if not code or at + code > len(delta):
                raise Malformed("a difference has an instruction that is none")
            out += delta[at : at + code]
            at += code
        if len(out) > size or steps > MOST_STEPS:
            raise Malformed("a difference makes more than it says")
    if len(out) != size:
        raise Malformed("a difference makes less than it says")
    return bytes(out)


def number(data: bytes, at: int) -> tuple[int, int]:
    """(seven bits of each byte, the lowest first; where it ends). Raises Malformed."""
    value = 0
    for index, byte in enumerate(data[at : at + LONGEST_NUMBER]):
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, at + index + 1
    raise Truncated("a number is cut off, or too long")


def _copy(delta: bytes, at: int, code: int) -> tuple[int, int, int]:
    """(offset, length, where the instruction ends): bits say which of four and three bytes are there."""
    fields = 0
    for bit in range(7):
        if code >> bit & 1:
            if at >= len(delta):
                raise Truncated("a difference is cut off")
            fields |= delta[at] << 8 * bit
            at += 1
    return fields & 0xFFFFFFFF, fields >> 32 or WHOLE_COPY, at
