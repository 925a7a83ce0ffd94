"""Builders of UEFI firmware: volumes, files, sections, variables."""

import lzma
import struct
import zlib

from pellucid.formats.uefi import guid

FFS1 = "7A9354D9-0468-444A-81CE-0BF617D890DF"
FFS2 = "8C8CE578-8A3D-4F1C-9935-896185C32DD3"
FFS3 = "5473C07A-3DCB-4DCA-BD6F-1E9689E7349A"
NV_DATA = "FFF12B8D-7696-4C8B-A985-2747075B4F50"
AUTHENTICATED = "AAF32C78-947B-439A-A180-2E144EC37792"
STANDARD = "DDCF3616-3275-4164-98B6-FE85707FFE7D"
LZMA = "EE4E5898-3914-4259-9D6E-DC7BD79403CF"
LZMA_X86 = "D42AE6BD-1352-4BFB-909A-CA72A6EAE889"
CRC32 = "FC1BCDB0-7D31-49AA-936A-A4600D9DD083"
MICROSOFT = "77FA9ABD-0359-4D32-BD60-28F4E78F784B"
SIGNED_PKCS7 = "4AAFD29D-68DF-49EE-8AA9-347D375665A7"
GLOBAL = "8BE4DF61-93CA-11D2-AA0D-00E098032B8C"
DRIVER, FREEFORM, RAW, VOLUME_IMAGE, PAD = 7, 2, 1, 0x0B, 0xF0


def module(number: int) -> str:
    """A GUID for a test."""
    return f"{number:08X}-1111-2222-3333-444455556666"


def section(kind: int, content: bytes, *, long: bool = False) -> bytes:
    size = len(content) + (8 if long else 4)
    if long:
        return b"\xff\xff\xff" + bytes([kind]) + struct.pack("<I", size) + content
    return size.to_bytes(3, "little") + bytes([kind]) + content


def sections(*parts: bytes) -> bytes:
    """Sections, each at a multiple of four."""
    joined = b""
    for part in parts:
        joined += bytes(-len(joined) % 4) + part
    return joined


def text(value: str) -> bytes:
    return value.encode("utf-16-le") + b"\0\0"


def defined(kind: str, content: bytes, *, extra: bytes = b"", attributes: int = 1) -> bytes:
    header = guid.raw(kind) + struct.pack("<HH", 24 + len(extra), attributes) + extra
    return section(2, header + content)


def alone(content: bytes) -> bytes:
    """LZMA as EDK II's tool packs it: a size, and no end mark."""
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}]
    packed = lzma.compress(content, lzma.FORMAT_ALONE, filters=filters)
    return packed[:5] + struct.pack("<Q", len(content)) + packed[13:]


def bcj(content: bytes) -> bytes:
    """`content` with absolute jump targets: what the filter of liblzma puts into LZMA2 chunks that are stored."""
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 0}]
    packed = lzma.compress(content, lzma.FORMAT_RAW, filters=filters)
    return lzma.decompress(packed, lzma.FORMAT_RAW, filters=filters[1:])


def crc32(content: bytes) -> bytes:
    return defined(CRC32, content, extra=struct.pack("<I", zlib.crc32(content)), attributes=2)


def file(
    name: str, kind: int, content: bytes, *, state: int = 0x07, large: bool = False, checked: bool = True
) -> bytes:
    size = 24 + len(content) + (8 if large else 0)
    attributes = (0x40 if checked else 0) | large
    stated = bytes(3) if large else size.to_bytes(3, "little")
    head = guid.raw(name) + bytes([0, 0, kind, attributes]) + stated + b"\0"
    head += struct.pack("<Q", size) if large else b""
    body_sum = -sum(content) & 0xFF if checked else 0xAA
    head = head[:16] + bytes([-sum(head) & 0xFF, body_sum]) + head[18:23] + bytes([state ^ 0xFF]) + head[24:]
    return head + content


def volume(*files: bytes, system: str = FFS2, name: str = "", size: int = 0, block: int = 512) -> bytes:
    """A volume whose erased bytes are 0xFF, as long as its blocks."""
    body = b""
    extension = 0
    if name:
        extension = 72 + 24
        body = file("F" * 8 + "-FFFF-FFFF-FFFF-" + "F" * 12, PAD, guid.raw(name) + struct.pack("<I", 20))
    for part in files:
        body += b"\xff" * (-len(body) % 8) + part
    length = max(size, 72 + len(body))
    length += -length % block
    header = struct.pack("<16s16sQ4sIHHHBB", b"", guid.raw(system), length, b"_FVH", 0x4FEFF, 72, 0, extension, 0, 2)
    header += struct.pack("<IIII", length // block, block, 0, 0)
    total = -sum(struct.unpack("<36H", header)) & 0xFFFF
    header = header[:50] + struct.pack("<H", total) + header[52:]
    return header + body + b"\xff" * (length - 72 - len(body))


def variable(name: str, content: bytes, *, state: int = 0x3F, vendor: str = GLOBAL, time: bytes = bytes(16)) -> bytes:
    """An authenticated variable."""
    packed = text(name)
    head = struct.pack("<HBBIQ16sIII16s", 0x55AA, state, 0, 7, 0, time, 0, len(packed), len(content), guid.raw(vendor))
    return head + packed + content


def standard_variable(name: str, content: bytes, *, state: int = 0x3F, vendor: str = GLOBAL) -> bytes:
    packed = text(name)
    return (
        struct.pack("<HBBIII16s", 0x55AA, state, 0, 3, len(packed), len(content), guid.raw(vendor)) + packed + content
    )


def signature_list(kind: bytes, *contents: bytes, owner: str = MICROSOFT) -> bytes:
    """A list of Secure Boot; its contents are of one size."""
    size = 16 + len(contents[0])
    body = b"".join(guid.raw(owner) + content for content in contents)
    return struct.pack("<16sIII", kind, 28 + len(body), 0, size) + body


def authenticated(signature: bytes, content: bytes) -> bytes:
    """A new value of a variable, with what signs it (EFI_VARIABLE_AUTHENTICATION_2)."""
    time = struct.pack("<H5B9x", 2026, 1, 2, 3, 4, 5)
    head = struct.pack("<IHH", 24 + len(signature), 0x200, 0x0EF1) + guid.raw(SIGNED_PKCS7)
    return time + head + signature + content


def store(*variables: bytes, kind: str = AUTHENTICATED, size: int = 2048) -> bytes:
    body = b""
    for part in variables:
        body += part + b"\xff" * (-len(part) % 4)
    head = guid.raw(kind) + struct.pack("<IBB6x", size, 0x5A, 0xFE)
    return head + body + b"\xff" * (size - len(head) - len(body))


def option_rom(kind: int, content: bytes, *, last: bool = True, compressed: int = 0) -> bytes:
    """One image of an expansion ROM; kind 3 is for EFI."""
    structure = struct.pack("<4sHHHHB3sHHBB2x", b"PCIR", 0x8086, 0x100E, 0, 24, 0, b"\0\0\2", 0, 1, kind, last << 7)
    head = struct.pack("<2sHIHHH8xHH2x", b"\x55\xaa", 0, 0x0EF1, 11, 0x8664, compressed, 28 + 24, 28)
    if kind != 3:
        head = b"\x55\xaa" + bytes(22) + struct.pack("<H2x", 28)
    image = head + structure + content
    image += bytes(-len(image) % 512)
    return image[:44] + struct.pack("<H", len(image) // 512) + image[46:]
