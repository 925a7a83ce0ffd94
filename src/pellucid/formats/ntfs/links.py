"""What is no plain file in NTFS: reparse points of Windows and WSL, links and devices of Interix and NTFS-3G."""

from struct import Struct

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Unsupported
from pellucid.formats import devices

HEAD = Struct("<IHH")
PATHS = Struct("<4H")
SYMLINK, JUNCTION, WSL_LINK, DEDUPLICATED, COMPRESSED = 0xA000000C, 0xA0000003, 0xA000001D, 0x80000013, 0x80000017
WSL_KINDS = {
    0x80000023: EntryKind.SOCKET,
    0x80000024: EntryKind.FIFO,
    0x80000025: EntryKind.CHARACTER_DEVICE,
    0x80000026: EntryKind.BLOCK_DEVICE,
}
KERNEL_PREFIX = "\\??\\"
INTERIX_LINK = b"IntxLNK\1"
INTERIX_DEVICES = {b"IntxCHR\0": EntryKind.CHARACTER_DEVICE, b"IntxBLK\0": EntryKind.BLOCK_DEVICE}
DEVICE = Struct("<8s2Q")
Special = tuple[EntryKind, bytes, dict[str, str]]
"""(kind, target, facts)"""


def reparse(value: bytes) -> Special | None:
    """What a reparse point stands for; None when its file can be read as it is."""
    if len(value) < HEAD.size:
        raise Malformed("a reparse point is damaged")
    tag, _, _ = HEAD.unpack_from(value)
    body = value[HEAD.size :]
    if tag == SYMLINK:
        return EntryKind.SYMLINK, _path(body, 12), {}
    if tag == JUNCTION:
        return EntryKind.SYMLINK, _path(body, 8), {"reparsePoint": "junction"}
    if tag == WSL_LINK:
        return EntryKind.SYMLINK, body[4:], {}
    if tag in WSL_KINDS:
        return WSL_KINDS[tag], b"", {}
    if tag == COMPRESSED:
        raise Unsupported("its bytes are compressed in its stream WofCompressedData")
    if tag == DEDUPLICATED:
        raise Unsupported("its bytes are in the store of a deduplicated volume")
    return None


def interix(value: bytes) -> Special | None:
    """A link or device, as the content of a file with the attribute "system"."""
    if value.startswith(INTERIX_LINK):
        return EntryKind.SYMLINK, value[8:].decode("utf-16-le", "replace").encode(), {}
    if value[:8] in INTERIX_DEVICES and len(value) >= DEVICE.size:
        name, major, minor = DEVICE.unpack_from(value)
        kind = INTERIX_DEVICES[name]
        return kind, b"", devices.facts(kind, (major, minor))
    return None


def _path(body: bytes, names_at: int) -> bytes:
    """The path that is shown to people, else the one that the kernel follows."""
    if len(body) < names_at:
        raise Malformed("a reparse point is damaged")
    at, size, shown_at, shown_size = PATHS.unpack_from(body)
    names = body[names_at:]
    shown = names[shown_at : shown_at + shown_size] or names[at : at + size]
    if not shown:
        raise Malformed("a reparse point is damaged")
    return shown.decode("utf-16-le", "replace").removeprefix(KERNEL_PREFIX).encode()
