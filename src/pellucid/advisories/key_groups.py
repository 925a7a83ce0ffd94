"""Lists of keys as records of the store: millions of hashes would be millions of records, so that each holds a group.

A group is all hashes of a section that begin alike, in their order, each followed by one byte: the number of the list
that it is from. The record NAMES says in JSON what these numbers are called.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

from pellucid.advisories.feed import RawRecord
from pellucid.errors import Malformed
from pellucid.formats.json_document import read

NAMES = "names"
# The ecosystem, so to say, that lists of keys are noted under when they have changed.
KEYS = "keys"
# Three digits in hex: with four million hashes a group has a thousand, and a scan asks for a few hundred groups.
BEGINNING = 3
# What a group of hashes that are spread evenly never comes near.
MOST_OF_A_GROUP = 1 << 16


def group_of(section: str, digest: bytes) -> str:
    """The id of the record that has the hash, if any has."""
    return f"{section}/{digest.hex()[:BEGINNING]}"


def grouped(section: str, entries: Iterable[bytes], *, modified: datetime | None = None) -> Iterator[RawRecord]:
    """Records of the entries (a hash and the number of its list), which come in order. Raises Malformed otherwise."""
    last = b""
    for id_, group in groupby(entries, key=lambda entry: group_of(section, entry)):
        content = bytearray()
        for number, entry in enumerate(group, 1):
            if entry < last or number > MOST_OF_A_GROUP:
                raise Malformed("hashes of keys that are not in order")
            last = entry
            content += entry
        yield RawRecord(id=id_, raw=bytes(content), record=None, modified=modified)


def list_of(group: bytes, digest: bytes) -> int | None:
    """The number of the list that has this hash; None when it is in none."""
    width = len(digest) + 1
    at = group.find(digest)
    while at >= 0 and at % width:
        at = group.find(digest, at + 1)
    return group[at + len(digest)] if 0 <= at < len(group) - len(digest) else None


def names_of(raw: bytes) -> Mapping[int, str]:
    """What the record NAMES says; nothing where it is not in order."""
    try:
        return {int(number): str(name) for number, name in read(raw).items() if number.isdecimal()}
    except (Malformed, ValueError):
        return {}


def entries_in(id_: str, raw: bytes, digest_bytes: int) -> int:
    """How many hashes a record has, of so many bytes each."""
    return 0 if id_ == NAMES else len(raw) // (digest_bytes + 1)
