"""Sparse files in tar archives (GNU tar manual, "Storing Sparse Files"): the old format and pax 0.0, 0.1 and 1.0."""

from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Chunk, Data, pieces, take, zeros

BLOCK = 512
MOST_REGIONS = 100_000
Regions = list[tuple[int, int]]


class Layout(msgspec.Struct, frozen=True):
    """Where the stored bytes belong, as (offset, length) in a file of `size` bytes."""

    regions: Regions
    size: int


def old_layout(data: Data, block: bytes, at: int) -> tuple[Layout, int]:
    """From the header `block` of the old format, and from those that follow it `at`; also where the data begins."""
    regions, more = _fields(block[386:482]), block[482]
    while more:
        extension = take(data, at, BLOCK)
        regions += _fields(extension[:504])
        more = extension[504]
        at += BLOCK
        if len(regions) > MOST_REGIONS:
            raise Malformed("a sparse file with too many regions")
    return Layout(regions, _number(block[483:495])), at


def pax_layout(data: Data, pairs: list[tuple[str, str]], at: int, size: int) -> tuple[Layout, int]:
    """From the GNU.sparse.* lines of a pax header; also how many bytes a map takes in front of the data."""
    facts = dict(pairs)
    real = _decimal(facts.get("GNU.sparse.realsize") or facts.get("GNU.sparse.size") or "0")
    if facts.get("GNU.sparse.major") == "1":
        regions, used = _leading_regions(data, at, size)
        return Layout(regions, real), used
    if "GNU.sparse.map" in facts:
        values = [_decimal(text) for text in facts["GNU.sparse.map"].split(",") if text]
    else:
        values = [_decimal(value) for key, value in pairs if key in ("GNU.sparse.offset", "GNU.sparse.numbytes")]
    return Layout(_paired(values), real), 0


def filled(data: Data, layout: Layout, at: int, size: int) -> Iterator[Chunk]:
    """The content with its holes, from `size` stored bytes `at`."""
    position, left = 0, size
    for start, length in layout.regions:
        if start < position or start + length > layout.size or length > left:
            raise Malformed("the regions of a sparse file overlap or lie outside it")
        yield from zeros(start - position)
        yield from pieces(data, at + size - left, length)
        position, left = start + length, left - length
    yield from zeros(layout.size - position)


def _fields(area: bytes) -> Regions:
    regions = []
    for at in range(0, len(area) - 23, 24):
        if not area[at]:
            break
        regions.append((_number(area[at : at + 12]), _number(area[at + 12 : at + 24])))
    return regions


def _leading_regions(data: Data, at: int, size: int) -> tuple[Regions, int]:
    """The map in front of the data (format 1.0) and the bytes that it takes."""
    text, values, wanted, used = b"", list[int](), 1, 0
    while len(values) < wanted:
        if used >= size or wanted > 2 * MOST_REGIONS:
            raise Malformed("the map of a sparse file is too long")
        text += take(data, at + used, BLOCK)
        used += BLOCK
        lines = text.split(b"\n")
        text = lines.pop()
        values += [_decimal(line.decode("latin-1")) for line in lines if line.strip(b"\0")]
        if values:
            wanted = 1 + 2 * values[0]
    return _paired(values[1:wanted]), used


def _paired(values: list[int]) -> Regions:
    if len(values) % 2 or len(values) > 2 * MOST_REGIONS:
        raise Malformed("the map of a sparse file is damaged")
    return list(zip(values[::2], values[1::2], strict=True))


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        return int.from_bytes(field, "big") & ((1 << 62) - 1)
    try:
        return int(field.strip(b"\0 ") or b"0", 8)
    except ValueError:
        raise Malformed("a number of a sparse file is not octal") from None


def _decimal(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise Malformed("a number of a sparse file is not decimal")
    return int(text)
