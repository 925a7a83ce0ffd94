"""Databases of installed RPM packages, byte for byte: headers in Berkeley DB hash files, ndb and SQLite.

RPM reads what `berkeley_db` makes (its backend bdb_ro). Its ndb is not part of Debian's RPM: the layout is that of its
sources.
"""

import sqlite3
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.rpm_packages import header

STRING, STRINGS, TRANSLATED, INT16, INT32, CHAR = 6, 8, 9, 3, 4, 2


@dataclass(frozen=True, kw_only=True)
class Package:
    """One installed package; `paths` are absolute, `states` theirs (0 installed, 2 not)."""

    name: str
    version: str
    release: str
    epoch: int | None = None
    vendor: str = ""
    licence: str = "MIT"
    source: str = ""
    module: str = ""
    needs: Sequence[str] = ()
    provides: Sequence[str] = ()
    paths: Sequence[str] = ()
    states: Sequence[int] = ()

    def blob(self) -> bytes:
        """The header as a database holds it: without its magic."""
        folders = sorted({path.rpartition("/")[0] + "/" for path in self.paths})
        numbers = [folders.index(path.rpartition("/")[0] + "/") for path in self.paths]
        rows: list[tuple[int, int, int, bytes]] = [
            (1000, STRING, 1, _text(self.name)),
            (1001, STRING, 1, _text(self.version)),
            (1002, STRING, 1, _text(self.release)),
            (1014, STRING, 1, _text(self.licence)),
            (1022, STRING, 1, _text("x86_64")),
            (1047, STRINGS, len(self.provides) + 1, _texts([self.name, *self.provides])),
        ]
        if self.epoch is not None:
            rows.append((1003, INT32, 1, struct.pack(">I", self.epoch)))
        rows += [
            (tag, STRING, 1, _text(value))
            for tag, value in ((1011, self.vendor), (1044, self.source), (5096, self.module))
            if value
        ]
        if self.needs:
            flags = [1 << 24 if need.startswith("rpmlib(") else 0 for need in self.needs]
            rows.append((1048, INT32, len(flags), struct.pack(f">{len(flags)}I", *flags)))
            rows.append((1049, STRINGS, len(self.needs), _texts(self.needs)))
        if self.paths:
            states = [*self.states, *[0] * (len(self.paths) - len(self.states))]
            rows.append((1029, CHAR, len(states), bytes(states)))
            rows.append((1116, INT32, len(numbers), struct.pack(f">{len(numbers)}I", *numbers)))
            rows.append((1117, STRINGS, len(self.paths), _texts([path.rpartition("/")[2] for path in self.paths])))
            rows.append((1118, STRINGS, len(folders), _texts(folders)))
        return header(sorted(rows))[8:]


def _text(value: str) -> bytes:
    return value.encode() + b"\0"


def _texts(values: Sequence[str]) -> bytes:
    return b"".join(map(_text, values))


def archive(package: Package, *, source: bool = False) -> bytes:
    """A package file of two headers, without a payload."""
    main = b"\x8e\xad\xe8\x01\0\0\0\0" + package.blob()
    signature = header([(1000, INT32, 1, struct.pack(">I", len(main)))])
    lead = struct.pack(">4s3H66s2H16x", b"\xed\xab\xee\xdb", 0x300, int(source), 1, package.name.encode(), 1, 5)
    return lead + signature + b"\0" * (-len(signature) % 8) + main


def inputs() -> dict[str, bytes]:
    """A small database in each store."""
    packages = [
        Package(name="zlib", version="1.2.11", release="40.el9", paths=("/usr/lib64/libz.so.1", "/usr/share/zlib")),
        Package(name="large", version="1", release="1", licence="x" * 1500, needs=("zlib",)),
    ]
    blobs = [item.blob() for item in packages]
    return {
        "rpm-ndb": ndb(blobs),
        "rpm-sqlite": sqlite(blobs),
        "rpm-bdb": berkeley_db(blobs, page_size=512),
    }


def ndb(blobs: Sequence[bytes]) -> bytes:
    """Packages.db: one page of slots, then the blobs, each in blocks of 16 bytes."""
    slots, body, first = b"", b"", 256
    for number, blob in enumerate(blobs, 1):
        head = struct.pack("<4sIII", b"BlbS", number, 1700000000, len(blob))
        size = len(head) + len(blob) + 12
        padded = blob + b"\0" * (-size % 16)
        tail = struct.pack("<II4s", zlib.adler32(head + padded), len(blob), b"BlbE")
        count = (len(head) + len(padded) + len(tail)) // 16
        slots += struct.pack("<4sIII", b"Slot", number, first, count)
        body += head + padded + tail
        first += count
    start = struct.pack("<4sIIII12x", b"RpmP", 0, 1, 1, len(blobs) + 1)
    empty = struct.pack("<4sIII", b"Slot", 0, 0, 0)
    return start + slots + empty * ((4096 - len(start) - len(slots)) // 16) + body


def sqlite(blobs: Sequence[bytes], page_size: int = 512) -> bytes:
    """rpmdb.sqlite with its one table that matters."""
    with sqlite3.connect(":memory:") as database:
        database.execute(f"PRAGMA page_size={page_size}")
        database.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)")
        database.execute("CREATE TABLE 'Name' (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)")
        database.executemany("INSERT INTO Packages(blob) VALUES (?)", [(blob,) for blob in blobs])
        database.commit()
        data = bytearray(database.serialize())
    # The library's own version, and the changes that it counts, differ from one to the next.
    data[92:100] = bytes(8)
    data[24:28] = bytes(4)
    return bytes(data)


def berkeley_db(blobs: Sequence[bytes], *, page_size: int = 4096, order: str = "<") -> bytes:
    """Packages as a hash file of one bucket: what does not fit on its page lies in chains of overflow pages."""
    chains: list[bytes] = []
    pairs: list[tuple[bytes, bytes]] = [(bytes(4), b"\1" + struct.pack(order + "I", len(blobs)))]
    for number, blob in enumerate(blobs, 1):
        room = page_size - 26
        pieces = [blob[at : at + room] for at in range(0, len(blob), room)]
        first = 2 + len(chains)
        for index, piece in enumerate(pieces):
            following = first + index + 1 if index + 1 < len(pieces) else 0
            before = first + index - 1 if index else 0
            head = _page(order, first + index, (before, following), (1, len(piece)), 7)
            chains.append(head + piece.ljust(room, b"\0"))
        pairs.append((struct.pack(order + "I", number), struct.pack(order + "B3xII", 3, first, len(blob))))
    items = [item for key, value in pairs for item in (b"\1" + key, value)]
    places, at = [], page_size
    for item in items:
        at -= len(item)
        places.append(at)
    front = _page(order, 1, (0, 0), (len(items), at), 13) + struct.pack(f"{order}{len(places)}H", *places)
    bucket = front + bytes(at - len(front)) + b"".join(reversed(items))
    return _meta(order, page_size, 1 + len(chains), len(blobs) + 1) + bucket + b"".join(chains)


def _page(order: str, number: int, chain: tuple[int, int], counts: tuple[int, int], kind: int) -> bytes:
    return struct.pack(order + "8xIIIHHBB", number, *chain, *counts, 0, kind)


def _meta(order: str, page_size: int, last: int, count: int) -> bytes:
    """The first page: magic, version 9, one bucket that begins on page 1."""
    fixed = struct.pack(order + "8xIIIIBBBxIIIIII20s", 0, 0x61561, 9, page_size, 0, 8, 0, 0, last, 0, 0, count, 0, b"")
    own = struct.pack(order + "6I32I", 0, 1, 0, 0, count, 0, 1, *[0] * 31)
    return (fixed + own).ljust(page_size, b"\0")
