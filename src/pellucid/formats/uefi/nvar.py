"""AMI's store of variables, a chain of NVAR entries (described by UEFITool, common/nvramparser.cpp, and coreboot)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data, pieces, unpack
from pellucid.formats.uefi import guid

MAGIC = b"NVAR"
HEADER = Struct("<4sH3sB")
LAST = 0xFFFFFF
RUNTIME, ASCII_NAME, OWN_GUID, DATA_ONLY, EXTENDED, HARDWARE_ERROR, AUTHENTICATED, VALID = (
    1 << bit for bit in range(8)
)
ATTRIBUTES = ((RUNTIME, "runtime"), (HARDWARE_ERROR, "hardwareError"), (AUTHENTICATED, "authenticatedWrite"))
MOST_ENTRIES = 20_000
LONGEST_NAME = 512


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is the place of a newer value, -1 for none; an entry of only data has no name."""

    at: int
    end: int
    next: int
    attributes: int


def length(data: Data, start: int = 0) -> int:
    """Bytes of the chain at `start`; raises Malformed when there is no entry, or only one that ends too early."""
    end = start
    for entry in entries(data, start):
        end = entry.end
    if end == start:
        raise Malformed("no store of variables")
    return end - start


def entries(data: Data, start: int = 0) -> Iterator[Entry]:
    """Entries one behind the other, to the first place where there is none."""
    at = start
    for _ in range(MOST_ENTRIES):
        if at + HEADER.size > len(data):
            return
        magic, size, raw_next, attributes = HEADER.unpack_from(data, at)
        if magic != MAGIC or not HEADER.size < size <= len(data) - at:
            return
        following = int.from_bytes(raw_next, "little")
        yield Entry(at=at, end=at + size, next=-1 if following == LAST else at + following, attributes=attributes)
        at += size


def members(data: Data) -> Members:
    """Each variable that is valid, with its newest value."""
    found = {entry.at: entry for entry in entries(data)}
    for entry in found.values():
        if not entry.attributes & VALID or entry.attributes & DATA_ONLY:
            continue
        try:
            yield _variable(data, entry, found)
        except Malformed as error:
            yield Malformed(f"variable at 0x{entry.at:x}: {error.message}")


def _variable(data: Data, entry: Entry, others: dict[int, Entry]) -> Member:
    at = entry.at + HEADER.size
    if entry.attributes & OWN_GUID:
        vendor, at = guid.text(unpack(GUID, data, at)[0]), at + guid.SIZE
    else:
        # GUIDs that several variables share stand at the end of the store, the first one last.
        place = len(data) - guid.SIZE * (data[at] + 1)
        vendor, at = guid.text(unpack(GUID, data, place)[0]), at + 1
    name, at = _name(data, at, entry)
    newest, value = entry, at
    for _ in range(len(others)):
        newer = others.get(newest.next)
        if newer is None or newer.at <= newest.at or not newer.attributes & DATA_ONLY:
            break
        newest, value = newer, newer.at + HEADER.size
    end = newest.end
    if newest.attributes & EXTENDED and end - value >= 2:
        extension = int.from_bytes(data[end - 2 : end], "little")
        end -= extension if 2 <= extension <= end - value else 0
    facts = {
        "variable": name,
        "vendorGuid": vendor,
        "attributes": ", ".join(word for bit, word in ATTRIBUTES if entry.attributes & bit),
    }
    return Member(name=f"{name.replace('/', '_')}-{vendor}", chunks=pieces(data, value, end - value), facts=facts)


def _name(data: Data, at: int, entry: Entry) -> tuple[str, int]:
    """The name at `at`, and where its value begins."""
    raw = data[at : min(at + LONGEST_NAME, entry.end)]
    if entry.attributes & ASCII_NAME:
        name, mark, _ = raw.partition(b"\0")
        if not mark:
            raise Malformed("its name has no end")
        return name.decode("ascii", "backslashreplace"), at + len(name) + 1
    for stop in range(0, len(raw) - 1, 2):
        if raw[stop : stop + 2] == b"\0\0":
            return raw[:stop].decode("utf-16-le", "replace"), at + stop + 2
    raise Malformed("its name has no end")


GUID = Struct("<16s")
