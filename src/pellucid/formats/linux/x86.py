"""bzImage, the kernel of x86 (Linux, Documentation/arch/x86/boot.rst: boot protocol 2.00 to 2.15)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.linux import compressed
from pellucid.formats.span import Data, take, unpack

MAGIC = b"HdrS"
MAGIC_AT = 0x202
SECTOR, PARAGRAPH = 512, 16
MOST_PARAGRAPHS = (512 << 20) // PARAGRAPH
DEFAULT_SECTORS, MOST_SECTORS = 4, 64
SETUP = Struct("<BHI3HHH4sHIHHBB")
SETUP_AT = 0x1F1
BOOT_FLAG = 0xAA55
LONGEST_VERSION = 256
WITH_PAYLOAD, WITH_LIMITS = 0x208, 0x20A
PORTABLE, PORTABLE_AT, PORTABLE_WIDE = b"PE\0\0", 0x3C, 0x20B
DIRECTORY = Struct("<2I")
MOST_GAP = 4096
MOST_SIGNATURE = 1 << 20
CERTIFICATE = Struct("<I2H")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets count from the start of the image; `payload_size` is without the size word behind it; -1: not stated."""

    protocol: int
    version: str
    loaded_high: bool
    setup_size: int
    length: int
    payload_at: int = -1
    payload_size: int = 0
    suffix: str = ""
    preferred_address: int = 0
    memory_needed: int = 0


def read(data: Data, start: int = 0) -> Header:
    """The setup header at `start`; raises Malformed for what cannot be one."""
    sectors, _, size, _, _, _, flag, _, magic, protocol, _, _, version_at, _, flags = unpack(
        SETUP, data, start + SETUP_AT
    )
    if magic != MAGIC or flag != BOOT_FLAG or not 0x200 <= protocol <= 0x2FF:
        raise Malformed("no setup header of Linux")
    sectors = sectors or DEFAULT_SECTORS
    if sectors > MOST_SECTORS or not 0 < size <= MOST_PARAGRAPHS:
        raise Malformed("a setup header of an impossible size")
    setup = (sectors + 1) * SECTOR
    # Before protocol 2.04 the size has two bytes, and what follows means something else.
    length = setup + (size if protocol >= 0x204 else size & 0xFFFF) * PARAGRAPH
    version = b""
    if version_at and version_at + 0x200 < setup:
        version = take(data, start + version_at + 0x200, LONGEST_VERSION).partition(b"\0")[0]
    place, extent, suffix = _payload(data, start, protocol, setup, length)
    limits = protocol >= WITH_LIMITS
    return Header(
        protocol=protocol,
        version=version.decode("latin-1"),
        loaded_high=bool(flags & 1),
        setup_size=setup,
        length=length,
        payload_at=place,
        payload_size=extent,
        suffix=suffix,
        preferred_address=int.from_bytes(data[start + 0x258 : start + 0x260], "little") if limits else 0,
        memory_needed=int.from_bytes(data[start + 0x260 : start + 0x264], "little") if limits else 0,
    )


def signature(data: Data, header: Header) -> tuple[int, int]:
    """(offset, size) of the certificates behind an image that is an EFI program, too; (0, 0) when there are none."""
    at = int.from_bytes(data[PORTABLE_AT : PORTABLE_AT + 4], "little")
    if data[:2] != b"MZ" or data[at : at + 4] != PORTABLE:
        return 0, 0
    wide = int.from_bytes(data[at + 24 : at + 26], "little") == PORTABLE_WIDE
    place, size = unpack(DIRECTORY, data, at + 24 + (144 if wide else 128))
    if not header.length <= place <= header.length + MOST_GAP or not 0 < size <= MOST_SIGNATURE:
        return 0, 0
    return place, size


def certificates(data: Data, header: Header) -> Iterator[tuple[int, int]]:
    """(offset, size) of each signature, without the header that the PE format puts before it."""
    at, size = signature(data, header)
    end = at + size
    while at + CERTIFICATE.size < end:
        length, _, _ = unpack(CERTIFICATE, data, at)
        if length <= CERTIFICATE.size or at + length > end:
            raise Malformed("a certificate is longer than the table of certificates")
        yield at + CERTIFICATE.size, length - CERTIFICATE.size
        at += -(-length // 8) * 8


def _payload(data: Data, start: int, protocol: int, setup: int, length: int) -> tuple[int, int, str]:
    """(offset, size, suffix) of the compressed kernel."""
    if protocol < WITH_PAYLOAD:
        return -1, 0, ""
    place, size = unpack(DIRECTORY, data, start + 0x248)
    if not size or setup + place + size > length:
        return -1, 0, ""
    known = compressed.at(data, start + setup + place)
    if known and known.counted:
        size -= compressed.SIZE_WORD
    return setup + place, size, known.suffix if known else "bin"
