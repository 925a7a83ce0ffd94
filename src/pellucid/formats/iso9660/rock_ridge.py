"""What Rock Ridge adds to the records of a disc (IEEE P1281 "SUSP" and P1282 "RRIP", 1.12)."""

from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import devices
from pellucid.formats.iso9660.volume import long_seconds, seconds
from pellucid.formats.span import Data

MOST_AREAS = 64
LARGEST_AREA = 1 << 16
CONTINUES = 1
CURRENT, PARENT, ROOT = 2, 4, 8
LONG_FORM, CREATED, MODIFIED = 0x80, 1, 2


class Attributes(msgspec.Struct, kw_only=True):
    """`relocated`: this folder's place is elsewhere; `child` is the block of the folder that belongs here.

    `device` is (major, minor), `zisofs` the unpacked size of a compressed file, `sparse` that of a sparse one.
    """

    name: bytes = b""
    mode: int | None = None
    links: int = 1
    uid: int | None = None
    gid: int | None = None
    serial: int = 0
    mtime: int | None = None
    device: devices.Number | None = None
    target: bytes = b""
    relocated: bool = False
    child: int = 0
    zisofs: int | None = None
    sparse: bool = False
    _parts: list[bytes] = msgspec.field(default_factory=list)
    _open: bool = False


def skip_of(area: bytes) -> int | None:
    """How many bytes to leave out in front of every area, from that of the root folder; None without SUSP."""
    if area[:2] == b"SP" and len(area) >= 7 and area[4:6] == b"\xbe\xef":
        return area[6]
    return None


def read(data: Data, block: int, area: bytes) -> Attributes:
    """The attributes in a record's system use area and in the areas that continue it."""
    found = Attributes()
    for kind, body in _entries(data, block, area):
        if reader := _READERS.get(kind):
            reader(found, body)
    found.target = b"/".join(found._parts) or (b"/" if found._parts else b"")
    return found


def _entries(data: Data, block: int, area: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(signature, content) of every entry; raises Malformed when areas go round in circles."""
    for _ in range(MOST_AREAS):
        at, following = 0, None
        while at + 4 <= len(area):
            size = area[at + 2]
            kind, body = area[at : at + 2], area[at + 4 : at + size]
            if size < 4 or at + size > len(area) or kind == b"ST":
                break
            if kind == b"CE" and len(body) >= 24:
                following = tuple(int.from_bytes(body[pos : pos + 4], "little") for pos in (0, 8, 16))
            else:
                yield kind, body
            at += size
        if not following:
            return
        begin = following[0] * block + following[1]
        area = data[begin : begin + min(following[2], LARGEST_AREA)]
    raise Malformed("the attributes of Rock Ridge do not end")


def _posix(found: Attributes, body: bytes) -> None:
    if len(body) < 32:
        return
    found.mode, found.links, found.uid, found.gid = (_number(body, at) for at in (0, 8, 16, 24))
    found.serial = _number(body, 32) if len(body) >= 40 else 0


def _device(found: Attributes, body: bytes) -> None:
    high, low = _number(body, 0), _number(body, 8)
    # Some write the number as it is on Linux into the low half.
    found.device = (high, low) if high else devices.wide(low)


def _name(found: Attributes, body: bytes) -> None:
    if body and not body[0] & (CURRENT | PARENT):
        found.name += body[1:]


def _link(found: Attributes, body: bytes) -> None:
    """A symbolic link in components, each of which may go on in the next component or entry."""
    at = 1
    while at + 2 <= len(body):
        flags, size = body[at], body[at + 1]
        text = {CURRENT: b".", PARENT: b"..", ROOT: b""}.get(flags & ~CONTINUES, body[at + 2 : at + 2 + size])
        if found._open:
            found._parts[-1] += text
        else:
            found._parts.append(text)
        found._open = bool(flags & CONTINUES)
        at += 2 + size


def _times(found: Attributes, body: bytes) -> None:
    if not body or not body[0] & MODIFIED:
        return
    size = 17 if body[0] & LONG_FORM else 7
    at = 1 + size * bool(body[0] & CREATED)
    raw = body[at : at + size]
    if len(raw) == size:
        found.mtime = long_seconds(raw) if size == 17 else seconds(raw)


def _child(found: Attributes, body: bytes) -> None:
    found.child = _number(body, 0)


def _relocated(found: Attributes, _: bytes) -> None:
    found.relocated = True


def _compressed(found: Attributes, body: bytes) -> None:
    if body[:2] == b"pz":
        found.zisofs = _number(body, 4)


def _sparse(found: Attributes, _: bytes) -> None:
    found.sparse = True


def _number(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 4], "little")


_READERS = {
    b"PX": _posix,
    b"PN": _device,
    b"NM": _name,
    b"SL": _link,
    b"TF": _times,
    b"CL": _child,
    b"RE": _relocated,
    b"ZF": _compressed,
    b"SF": _sparse,
}
