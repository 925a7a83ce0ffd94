"""Packages.db of RPM's own store "ndb": blobs in a file of 16-byte blocks, all numbers little-endian.

Specification: the description in RPM's sources, lib/backend/ndb. The file begins with a header (magic, version,
generation, pages of slots) in the place of the first two slots; a slot says which blocks a blob takes; a blob stands
between its own head (number, generation, length) and tail (checksum, length).
"""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.scattered import Gathering, Scattered
from pellucid.formats.span import Data, take, unpack

MAGIC, SLOT_MAGIC, BLOB_MAGIC = b"RpmP", b"Slot", b"BlbS"
HEADER = Struct("<4sIIII12x")
SLOT = Struct("<4sIII")
BLOB = Struct("<4sIII")
TAIL_SIZE = 12
BLOCK, PAGE = 16, 4096
MOST_PAGES = 1 << 12


def blobs(data: Data) -> Iterator[Scattered]:
    """Every blob, in the order of the slots. Raises Malformed."""
    magic, version, _, pages, _ = unpack(HEADER, data)
    if magic != MAGIC:
        raise Malformed("no header of an ndb database")
    if version:
        raise Unsupported(f"version {version} of ndb")
    if not 0 < pages <= MOST_PAGES:
        raise Malformed("an ndb database with an impossible number of slots")
    slots = take(data, HEADER.size, pages * PAGE - HEADER.size)
    gathering = Gathering(data)
    for slot_magic, number, first, count in SLOT.iter_unpack(slots):
        if slot_magic != SLOT_MAGIC:
            raise Malformed("a slot of the ndb database is none")
        if not first:
            continue
        at = first * BLOCK
        blob_magic, own, _, length = unpack(BLOB, data, at)
        if blob_magic != BLOB_MAGIC or own != number or BLOB.size + length + TAIL_SIZE > count * BLOCK:
            raise Malformed("a blob of the ndb database is not where its slot says")
        yield gathering.gather([(at + BLOB.size, length)])
