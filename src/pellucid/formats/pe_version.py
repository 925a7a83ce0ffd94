"""The version resource of PE images (Microsoft, "Version Information": VS_VERSIONINFO and its children)."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats.span import unpack

NODE = Struct("<HHH")
FIXED = Struct("<IIIIII")
FIXED_MAGIC = 0xFEEF04BD
DEEPEST = 3
MOST_NODES = 2000
LARGEST = 1 << 16
LONGEST_KEY = 512


def strings(raw: bytes) -> dict[str, str]:
    """Names and values, such as CompanyName; numbers of the fixed part only where no text says the same."""
    found = dict[str, str]()
    raw = raw[:LARGEST]
    try:
        for depth, name, value in _nodes(raw, 0, len(raw)):
            if depth == 0:
                found |= _fixed(value)
            elif depth == DEEPEST and value:
                found[name] = value.decode("utf-16-le", "replace").partition("\0")[0].strip()
    except Malformed:
        return found
    return found


def _nodes(raw: bytes, start: int, stop: int) -> Iterator[tuple[int, str, bytes]]:
    """(depth, key, value) of the root and all below it; children follow their parent."""
    waiting = [(start, stop, 0)]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        at, end, depth = waiting.pop()
        if at + NODE.size > end:
            continue
        length, size, textual = unpack(NODE, raw, at)
        if not NODE.size <= length:
            continue
        inside = min(at + length, end)
        key, behind = _key(raw, at + NODE.size, inside)
        bytes_of_value = size * 2 if textual and depth == DEEPEST else size
        value = raw[behind : min(behind + bytes_of_value, inside)]
        yield depth, key, value
        waiting.append((at + length + 3 & ~3, end, depth))
        if depth < DEEPEST:
            waiting.append((behind + len(value) + 3 & ~3, inside, depth + 1))


def _key(raw: bytes, at: int, end: int) -> tuple[str, int]:
    """The text at `at`, and where what follows it begins."""
    for stop in range(at, min(end - 1, at + LONGEST_KEY), 2):
        if raw[stop : stop + 2] == b"\0\0":
            return raw[at:stop].decode("utf-16-le", "replace"), stop + 2 + 3 & ~3
    raise Malformed("a key of the version resource has no end")


def _fixed(value: bytes) -> dict[str, str]:
    if len(value) < FIXED.size:
        return {}
    magic, _, *numbers = FIXED.unpack_from(value)
    if magic != FIXED_MAGIC:
        return {}
    names = ("FileVersion", "ProductVersion")
    pairs = (numbers[:2], numbers[2:])
    return {
        name: ".".join(str(part) for number in pair for part in (number >> 16, number & 0xFFFF))
        for name, pair in zip(names, pairs, strict=True)
    }
