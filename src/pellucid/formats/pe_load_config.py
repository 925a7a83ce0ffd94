"""The load configuration of PE images and their extended characteristics (Microsoft, "PE Format"; winnt.h)."""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import pe
from pellucid.formats.span import Data, take, unpack

LOAD_CONFIG, DEBUG = 10, 6
DEBUG_ENTRY = Struct("<IIHHIIII")
EXTENDED_CHARACTERISTICS = 20
MOST_DEBUG_ENTRIES = 64
LONGEST = 512
# Offsets of fields in images of 32 and of 64 bits, and the size of pointers in them.
COOKIE, HANDLERS, HANDLER_COUNT, GUARDED, GUARDED_COUNT, GUARD_FLAGS = range(6)
FIELDS = {32: (60, 64, 68, 80, 84, 88), 64: (88, 96, 104, 128, 136, 144)}
WORD = {32: 4, 64: 8}


class LoadConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses in memory, 0 where there is nothing; fields that a shorter, older structure lacks are None.

    `at` is where it stands in the file. `handlers` are the safe exception handlers of x86, `guarded` the targets of
    indirect calls that Control Flow Guard allows, `guard_flags` say how it was built.
    """

    at: int
    cookie: int | None
    handlers: int | None
    handler_count: int | None
    guarded: int | None
    guarded_count: int | None
    guard_flags: int | None


def read(data: Data, image: pe.Image) -> LoadConfig | None:
    """The load configuration; None when there is none. Raises Malformed for one that is not in the file."""
    address, size = image.directory(LOAD_CONFIG)
    if not address or not size:
        return None
    at = image.offset(address)
    # Its own first field says how long it is: for x86 the directory has had to say 64.
    length = int.from_bytes(take(data, at, 4), "little") or size
    raw = data[at : at + min(length, LONGEST)]
    word, places = WORD[image.bits], FIELDS[image.bits]

    def number(field: int, width: int = word) -> int | None:
        place = places[field]
        return int.from_bytes(raw[place : place + width], "little") if place + width <= len(raw) else None

    return LoadConfig(
        at=at,
        cookie=number(COOKIE),
        handlers=number(HANDLERS),
        handler_count=number(HANDLER_COUNT),
        guarded=number(GUARDED),
        guarded_count=number(GUARDED_COUNT),
        guard_flags=number(GUARD_FLAGS, 4),
    )


def extended_characteristics(data: Data, image: pe.Image) -> int:
    """The flags in the entry of the debug directory that holds them; 0 when there is none."""
    address, size = image.directory(DEBUG)
    if not address:
        return 0
    try:
        at = image.offset(address)
        for number in range(min(size // DEBUG_ENTRY.size, MOST_DEBUG_ENTRIES)):
            _, _, _, _, kind, length, _, place = unpack(DEBUG_ENTRY, data, at + number * DEBUG_ENTRY.size)
            if kind == EXTENDED_CHARACTERISTICS and length >= 4:
                return int.from_bytes(take(data, place, 4), "little")
    except Malformed:
        pass
    return 0
