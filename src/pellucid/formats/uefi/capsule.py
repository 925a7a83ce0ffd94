"""Capsules, the packages of firmware updates (UEFI 2.10, 8.5.3 and 23.2; EDK II, FmpPayloadHeaderLibV1)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data, pieces, take, unpack
from pellucid.formats.uefi import guid

HEADER = Struct("<16sIII")
MANAGEMENT = Struct("<IHH")
IMAGE = Struct("<I16sB3xII")
AUTHENTICATION = Struct("<QIHH16s")
PAYLOAD = Struct("<4sIII")
FIRMWARE_MANAGEMENT = "6DCBD5ED-E82D-4C44-BDA1-7194199AD92A"
TOSHIBA = "3BE07062-1D51-45D2-832B-F093257ED461"
AMI_SIGNED = "4A3CA68B-7723-48FB-803D-578CC1FEC44D"
KINDS = (
    FIRMWARE_MANAGEMENT,
    TOSHIBA,
    AMI_SIGNED,
    "14EEBB90-890A-43DB-AED1-5D3C4588A418",
    "539182B9-ABB5-4391-B69A-E3A943F72FCC",
    "3B6686BD-0D76-4030-B70E-B5519E2FC5A0",
    "E20BAFD3-9914-4F4F-9537-3129E090EB3C",
    "25B5FE76-8243-4A5C-A9BD-7EE3246198B5",
)
MAGICS = tuple(guid.raw(kind) for kind in KINDS)
LONGEST_HEADER = 1 << 16
GUID_CERTIFICATE = 0x0EF1
PAYLOAD_MAGIC = b"MSS1"
MOST_ITEMS = 1024


class Capsule(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is the offset of what it carries, counted like `length` from its start."""

    kind: str
    body: int
    flags: int
    length: int


def read(data: Data, start: int = 0) -> Capsule:
    """The header at `start`, of one of the known kinds."""
    packed, header, flags, length = unpack(HEADER, data, start)
    kind = guid.text(packed)
    if kind not in KINDS:
        raise Malformed("no known capsule")
    if kind == TOSHIBA:
        flags, length = length, flags
    if not HEADER.size <= header <= LONGEST_HEADER or not header < length:
        raise Malformed("the header of the capsule is impossible")
    body = header
    if kind == AMI_SIGNED:
        body = int.from_bytes(take(data, start + HEADER.size, 2), "little")
        if not header <= body < length:
            raise Malformed("the header of the capsule is impossible")
    return Capsule(kind=kind, body=body, flags=flags, length=length)


def members(data: Data, capsule: Capsule) -> Members:
    """The firmware in the capsule; drivers, payloads and their signatures where it is made of items."""
    end = min(capsule.length, len(data))
    if capsule.kind != FIRMWARE_MANAGEMENT:
        yield Member(name="firmware.bin", chunks=pieces(data, capsule.body, capsule.length - capsule.body))
        return
    try:
        drivers, items = _items(data, capsule.body, end)
    except Malformed as error:
        yield error
        yield Member(name="firmware.bin", chunks=pieces(data, capsule.body, capsule.length - capsule.body))
        return
    for number, (at, behind) in enumerate(items):
        if number < drivers:
            yield Member(name=f"driver-{number}.efi", chunks=pieces(data, at, behind - at))
            continue
        try:
            yield from _payload(data, at, behind, f"payload-{number - drivers}")
        except Malformed as error:
            yield type(error)(f"payload-{number - drivers}: {error.message}")
            yield Member(name=f"payload-{number - drivers}.bin", chunks=pieces(data, at, behind - at))


def _items(data: Data, at: int, end: int) -> tuple[int, list[tuple[int, int]]]:
    """How many of the items are drivers, and (offset, end) of each."""
    version, drivers, payloads = unpack(MANAGEMENT, data, at)
    count = drivers + payloads
    if version != 1 or not 0 < count <= MOST_ITEMS:
        raise Malformed("the list of items in the capsule is impossible")
    raw = take(data, at + MANAGEMENT.size, 8 * count)
    starts = [at + int.from_bytes(raw[place : place + 8], "little") for place in range(0, len(raw), 8)]
    if starts != sorted(starts) or starts[0] < at + MANAGEMENT.size + len(raw) or starts[-1] > end:
        raise Malformed("the items of the capsule are not in order")
    return drivers, list(zip(starts, [*starts[1:], end], strict=True))


def _payload(data: Data, at: int, end: int, name: str) -> Iterator[Member]:
    """A firmware image, what signs it, and code of its vendor."""
    version, kind, index, size, vendor_size = unpack(IMAGE, data, at)
    begin = at + IMAGE.size + 8 * min(max(version - 1, 0), 2)
    if not 1 <= version <= 3 or size + vendor_size > end - begin:
        raise Malformed("the header of the firmware is impossible")
    facts = {"imageType": guid.text(kind), "imageIndex": str(index)}
    behind = begin + size
    if size >= AUTHENTICATION.size:
        count, length, _, certificate, signer = AUTHENTICATION.unpack_from(data, begin)
        if certificate == GUID_CERTIFICATE and AUTHENTICATION.size - 8 <= length <= size - 8:
            facts |= {"monotonicCount": str(count), "certificateType": guid.shown(signer)}
            signed = begin + 8 + length
            content = begin + AUTHENTICATION.size
            yield Member(name=f"{name}.p7b", chunks=pieces(data, content, signed - content), facts=facts)
            begin = signed
    if behind - begin >= PAYLOAD.size and data[begin : begin + 4] == PAYLOAD_MAGIC:
        _, length, firmware, lowest = PAYLOAD.unpack_from(data, begin)
        if PAYLOAD.size <= length <= behind - begin:
            facts |= {"version": f"0x{firmware:08x}", "lowestSupportedVersion": f"0x{lowest:08x}"}
            begin += length
    yield Member(name=f"{name}.bin", chunks=pieces(data, begin, behind - begin), facts=facts)
    if vendor_size:
        yield Member(name=f"{name}-vendor.bin", chunks=pieces(data, behind, vendor_size), facts=facts)
