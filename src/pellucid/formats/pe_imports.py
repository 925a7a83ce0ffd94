"""Libraries that a PE image needs and the name it was exported under (Microsoft, "PE Format", .idata and .edata)."""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import pe
from pellucid.formats.span import Data, take, unpack

EXPORTS, IMPORTS, DELAYED = 0, 1, 13
DESCRIPTOR, DELAY = Struct("<IIIII"), Struct("<8I")
CHARACTERISTICS_AT, IS_LIBRARY = 22, 0x2000
MOST_LIBRARIES = 2000
LONGEST_NAME = 256


class Linking(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is what the image calls itself, "" for one without exports; `needed` are libraries in their order."""

    name: str
    needed: tuple[str, ...]
    is_library: bool


def read(data: Data, image: pe.Image) -> Linking:
    """What is linked to what; raises Malformed. A table that is damaged at its end counts up to there."""
    header = int.from_bytes(take(data, pe.POINTER_AT, 4), "little")
    flags = int.from_bytes(take(data, header + CHARACTERISTICS_AT, 2), "little")
    needed = _names(data, image, IMPORTS, DESCRIPTOR, 3) + _names(data, image, DELAYED, DELAY, 1)
    return Linking(name=_own(data, image), needed=tuple(dict.fromkeys(needed)), is_library=bool(flags & IS_LIBRARY))


def _own(data: Data, image: pe.Image) -> str:
    address, size = image.directory(EXPORTS)
    if not address or not size:
        return ""
    try:
        (name,) = unpack(Struct("<12xI"), data, image.offset(address))
        return _text(data, image, name)
    except Malformed:
        return ""


def _names(data: Data, image: pe.Image, directory: int, row: Struct, field: int) -> list[str]:
    address, size = image.directory(directory)
    found: list[str] = []
    if not address or not size:
        return found
    try:
        at = image.offset(address)
        while len(found) < MOST_LIBRARIES:
            name = unpack(row, data, at)[field]
            if not name:
                break
            found.append(_text(data, image, name))
            at += row.size
    except Malformed:
        pass
    return [name for name in found if name]


def _text(data: Data, image: pe.Image, address: int) -> str:
    at = image.offset(address)
    name = data[at : at + LONGEST_NAME].partition(b"\0")[0].decode("ascii", "replace")
    return name if name.isprintable() else ""
