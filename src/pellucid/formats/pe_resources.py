"""Resources of PE images: a tree of types, names and languages (Microsoft, "PE Format", the .rsrc section)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import pe
from pellucid.formats.span import Data, take, unpack

FOLDER = Struct("<IIHHHH")
ENTRY = Struct("<II")
LEAF = Struct("<IIII")
ABOVE = 0x80000000
DEEPEST = 4
MOST_ENTRIES = 20_000
VERSION, MANIFEST = "version", "manifest"
TYPES = {
    1: "cursor",
    2: "bitmap",
    3: "icon",
    4: "menu",
    5: "dialog",
    6: "string",
    7: "fontDirectory",
    8: "font",
    9: "accelerator",
    10: "data",
    11: "messageTable",
    12: "cursorGroup",
    14: "iconGroup",
    16: VERSION,
    17: "dialogInclude",
    19: "plugAndPlay",
    20: "vxd",
    21: "animatedCursor",
    22: "animatedIcon",
    23: "html",
    24: MANIFEST,
}


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """`type` and `name` are texts, numbers for those without one; `language` is Microsoft's number."""

    type: str
    name: str
    language: str
    at: int
    size: int


def resources(data: Data, image: pe.Image) -> Iterator[Resource | Malformed]:
    """All resources; what is damaged is told of, the others follow."""
    address, size = image.directory(pe.RESOURCES)
    if not address or not size:
        return
    try:
        base = image.offset(address)
    except Malformed as error:
        yield error
        return
    waiting: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    seen = {0}
    left = MOST_ENTRIES
    while waiting:
        folder, path = waiting.pop()
        try:
            entries = _entries(data, base, folder)
            left -= len(entries)
            if left < 0:
                yield Unsupported(f"more than {MOST_ENTRIES:,} resources")
                return
            for name, offset in entries:
                below = (*path, TYPES.get(int(name), name) if not path and name.isdecimal() else name)
                if not offset & ABOVE:
                    yield _resource(data, image, base + offset, below)
                elif offset - ABOVE not in seen and len(below) < DEEPEST:
                    seen.add(offset - ABOVE)
                    waiting.append((offset - ABOVE, below))
        except Malformed as error:
            yield type(error)(f"resources {'/'.join(path)}: {error.message}")


def _entries(data: Data, base: int, folder: int) -> list[tuple[str, int]]:
    """(name or number, offset) of what stands in a folder."""
    *_, named, numbered = unpack(FOLDER, data, base + folder)
    raw = take(data, base + folder + FOLDER.size, (named + numbered) * ENTRY.size)
    if len(raw) > MOST_ENTRIES * ENTRY.size:
        raise Unsupported(f"more than {MOST_ENTRIES:,} resources")
    return [
        (_name(data, base + name - ABOVE) if name & ABOVE else str(name), offset)
        for name, offset in ENTRY.iter_unpack(raw)
    ]


def _name(data: Data, at: int) -> str:
    length = int.from_bytes(take(data, at, 2), "little")
    return take(data, at + 2, 2 * min(length, 200)).decode("utf-16-le", "replace")


def _resource(data: Data, image: pe.Image, at: int, path: tuple[str, ...]) -> Resource | Malformed:
    kind, name, language = (*path, "", "")[:3]
    try:
        address, size, _, _ = unpack(LEAF, data, at)
        return Resource(type=kind, name=name, language=language, at=image.offset(address), size=size)
    except Malformed as error:
        return Malformed(f"resource {'/'.join(path)}: {error.message}")
