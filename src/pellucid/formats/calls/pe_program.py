"""PE images as programs whose calls can be followed (Microsoft, "PE Format": .idata, .pdata and .edata)."""

from collections.abc import Collection
from struct import Struct

import numpy as np

from pellucid.errors import Malformed
from pellucid.formats import pe, pe_functions
from pellucid.formats.calls import function_tables
from pellucid.formats.calls.program import NONE, Addresses, Program, Span
from pellucid.formats.span import Data, take, unpack

OPTIONAL, WIDE = 24, b"\x0b\x02"
EXECUTE = 0x2000_0000
EXPORTS, EXCEPTIONS = 0, 3
ROWS = {"x86_64": 12, "aarch64": 8, "thumb": 8, "arm": 8}
"""Bytes of an entry of .pdata."""
MOST_EXPORTS = 1 << 16
MOST_ADDRESS = 1 << 62


def read(data: Data, image: pe.Image, wanted: Collection[str]) -> Program:
    """The program; `wanted` are the imports to look for. Raises Malformed."""
    header = int.from_bytes(take(data, pe.POINTER_AT, 4), "little")
    wide = take(data, header + OPTIONAL, 2) == WIDE
    base = image.base
    if base >= MOST_ADDRESS:
        raise Malformed("an image base that no program can have")
    code: list[Span] = []
    others: list[Span] = []
    for section in image.sections:
        size = min(section.used, max(len(data) - section.at, 0))
        span = Span(address=base + section.address, offset=section.at, size=size)
        if size:
            (code if section.flags & EXECUTE else others).append(span)
    starts = NONE
    if row := ROWS.get(image.machine, 0):
        starts = _functions(data, image, base, row)
    exports = _exports(data, image, base)
    return Program(
        machine=image.machine,
        bits=64 if wide else 32,
        big_endian=False,
        code=tuple(code),
        data=tuple(others),
        slots={
            base + function.slot: function.name
            for function in pe_functions.functions(data, image)
            if function.name in wanted
        },
        starts=np.unique(np.concatenate((starts, exports))),
        listed=image.machine == "x86_64" and len(starts) > 0,
        entries=(base + image.entry,) if image.entry else (),
        exports=exports,
    )


def _functions(data: Data, image: pe.Image, base: int, row: int) -> Addresses:
    address, size = image.directory(EXCEPTIONS)
    try:
        return function_tables.of_pe(data, image.offset(address), size, base, row) if address and size else NONE
    except Malformed:
        return NONE


def _exports(data: Data, image: pe.Image, base: int) -> Addresses:
    """Addresses of functions that others may call."""
    address, size = image.directory(EXPORTS)
    if not address or not size:
        return NONE
    try:
        count, _, table = unpack(Struct("<20x3I"), data, image.offset(address))
        raw = take(data, image.offset(table), min(count, MOST_EXPORTS) * 4)
    except Malformed:
        return NONE
    found = np.frombuffer(raw, np.dtype("<u4")).astype(np.int64)
    return np.asarray(found[found != 0] + base)
