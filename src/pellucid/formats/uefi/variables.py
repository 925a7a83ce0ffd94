"""Variables in a volume of non-volatile data, and the area of fault tolerant writing behind them.

EDK II, MdeModulePkg/Include/Guid/VariableFormat.h and SystemNvDataGuid.h; `$VSS` is the older form of the store.
"""

import calendar
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.identify import is_padding
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data, pieces, unpack
from pellucid.formats.uefi import guid
from pellucid.formats.uefi.volume import Volume

STORE = Struct("<16sIBB6x")
OLD_STORE = Struct("<4sIBB6x")
VARIABLE = Struct("<HBBIII16s")
AUTHENTICATED = Struct("<HBBIQ16sIII16s")
WORKING = Struct("<16sIB3xQ")
TIME = Struct("<HBBBBB")
STANDARD_STORE = guid.raw("DDCF3616-3275-4164-98B6-FE85707FFE7D")
OLDER_STORE = guid.raw("DDCF3617-3275-4164-98B6-FE85707FFE7D")
AUTHENTICATED_STORE = guid.raw("AAF32C78-947B-439A-A180-2E144EC37792")
WORKING_BLOCKS = (guid.raw("9E58292B-7C68-497D-A0CE-6500FD9F1B95"), guid.raw("FFF12B8D-7696-4C8B-A985-2747075B4F50"))
OLD_MAGICS = (b"$VSS", b"$SVS")
START = 0x55AA
FORMATTED = 0x5A
ADDED, IN_DELETION, DELETED = 0x3F, 0x3E, 0x3D
CHECKSUMMED = 0x80000000
LONGEST_NAME = 4096
MOST_VARIABLES = 50_000
ATTRIBUTES = (
    (0x01, "nonVolatile"),
    (0x02, "bootService"),
    (0x04, "runtime"),
    (0x08, "hardwareError"),
    (0x10, "authenticatedWrite"),
    (0x20, "timeBasedAuthenticatedWrite"),
    (0x40, "append"),
    (0x80, "enhancedAuthenticated"),
)


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """Variables from `at` to `end` in the data, each at a multiple of `alignment` from `start`."""

    format: str
    start: int
    at: int
    end: int
    alignment: int


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """`data_at` and `size` say where the value stands; `state` is EDK II's byte; `time` seconds since 1970."""

    name: str
    vendor: str
    attributes: int
    state: int
    time: int | None
    data_at: int
    size: int


def find(data: Data, header: Volume) -> Store | None:
    """The store that begins the body of a volume; None when there is none."""
    at = header.body
    end = min(header.length, len(data))
    if at + STORE.size > end:
        return None
    magic, size, formatted, _ = STORE.unpack_from(data, at)
    layout, alignment = STORE.size, 4
    name = {STANDARD_STORE: "standard", OLDER_STORE: "standard", AUTHENTICATED_STORE: "authenticated"}.get(magic, "")
    if not name and magic[:4] in OLD_MAGICS:
        magic, size, formatted, _ = OLD_STORE.unpack_from(data, at)
        layout, alignment, name = OLD_STORE.size, 1, "vss"
    if not name or formatted != FORMATTED or size < layout:
        return None
    return Store(format=name, start=at, at=at + layout, end=min(at + size, end), alignment=alignment)


def members(data: Data, store: Store) -> Members:
    """Each variable that is not deleted; of one that was being replaced, the older value only without a newer."""
    live = dict[tuple[str, str], Variable]()
    failure: Malformed | None = None
    try:
        for variable in _variables(data, store):
            key = (variable.name, variable.vendor)
            if variable.state == ADDED or (variable.state == IN_DELETION and key not in live):
                live[key] = variable
    except Malformed as error:
        failure = error
    for variable in live.values():
        facts = {
            "variable": variable.name,
            "vendorGuid": variable.vendor,
            "attributes": ", ".join(word for bit, word in ATTRIBUTES if variable.attributes & bit),
            "state": "added" if variable.state == ADDED else "inDeletedTransition",
        }
        if vendor := guid.named(variable.vendor):
            facts["vendor"] = vendor
        yield Member(
            name=f"{variable.name.replace('/', '_')}-{variable.vendor}",
            chunks=pieces(data, variable.data_at, variable.size),
            mtime=variable.time,
            facts=facts,
        )
    if failure:
        yield failure


def working_area(data: Data, store: Store, header: Volume) -> Members:
    """What an interrupted write left in the spare blocks; nothing when the last write was completed.

    Without such an area, what else stands behind the store, such as another store.
    """
    end = min(header.length, len(data))
    found = [place for magic in WORKING_BLOCKS if (place := data.find(magic, store.end, end)) >= 0]
    if not found:
        if store.end < end and not is_padding(data, store.end, end):
            chunks = pieces(data, store.end, end - store.end)
            yield Member(name="behind-store.bin", chunks=chunks, facts={"offset": f"0x{store.end:x}"})
        return
    at = min(found)
    _, _, state, size = unpack(WORKING, data, at)
    if size > end - at:
        yield Truncated("the area of fault tolerant writing is longer than the volume")
        return
    spare = at + WORKING.size + size
    if not is_padding(data, spare, end):
        facts = {"workingBlock": f"0x{at:x}", "workingState": f"0x{state:02x}"}
        yield Member(name="fault-tolerant-write.bin", chunks=pieces(data, spare, end - spare), facts=facts)


def _variables(data: Data, store: Store) -> Iterator[Variable]:
    layout = AUTHENTICATED if store.format == "authenticated" else VARIABLE
    at = store.at
    for _ in range(MOST_VARIABLES):
        if at + layout.size > store.end or data[at : at + 2] != b"\xaa\x55":
            if at < store.end and not is_padding(data, at, store.end):
                raise Malformed(f"no variable at offset 0x{at - store.start:x} of the store")
            return
        variable, at = _variable(data, store, layout, at)
        yield variable
    raise Malformed(f"more than {MOST_VARIABLES:,} variables")


def _variable(data: Data, store: Store, layout: Struct, at: int) -> tuple[Variable, int]:
    fields = layout.unpack_from(data, at)
    time = None
    if layout is AUTHENTICATED:
        _, state, _, attributes, _, raw_time, _, name_size, size, vendor = fields
        time = _seconds(raw_time)
    else:
        _, state, _, attributes, name_size, size, vendor = fields
    name_at = at + layout.size
    if layout is VARIABLE and attributes & CHECKSUMMED:
        name_at += 4
    if name_size > LONGEST_NAME or name_size + size > store.end - name_at:
        raise Malformed(f"a variable at offset 0x{at - store.start:x} of the store is longer than the store")
    name_end = name_at + name_size
    variable = Variable(
        name=data[name_at:name_end].decode("utf-16-le", "replace").partition("\0")[0],
        vendor=guid.text(vendor),
        attributes=attributes,
        state=state,
        time=time,
        data_at=name_end,
        size=size,
    )
    behind = name_end + size - store.start
    return variable, -(-behind // store.alignment) * store.alignment + store.start


def _seconds(raw: bytes) -> int | None:
    """Seconds since 1970 of a time of UEFI, taken as UTC; None for none."""
    year, month, day, hour, minute, second = TIME.unpack_from(raw)
    if not 1970 <= year <= 9999 or not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return calendar.timegm((year, month, day, min(hour, 23), min(minute, 59), min(second, 59)))
