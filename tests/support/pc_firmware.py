"""Builders of Intel's flash images and microcode, and of capsules."""

import struct

from pellucid.formats.uefi import guid

SIGNED_PKCS7 = "4AAFD29D-68DF-49EE-8AA9-347D375665A7"
MANAGEMENT = "6DCBD5ED-E82D-4C44-BDA1-7194199AD92A"


def flash(regions: dict[int, bytes], *, newer: bool = True, magic_at: int = 16, oem: bytes = b"") -> bytes:
    """A flash chip with the regions by number, each of whole blocks of 4 KiB, one after the other."""
    table = [0x7FFF] * 16 if newer else [0xFFF] * 5
    table[0] = 0
    at, body = 1, b""
    for number, content in regions.items():
        blocks = -(-len(content) // 4096)
        table[number] = at | (at + blocks - 1) << 16
        body += content.ljust(blocks * 4096, b"\xff")
        at += blocks
    density = (0x44 | 6 << 17) if newer else 0o44
    head = bytearray(b"\xff" * 4096)
    head[magic_at : magic_at + 4] = b"\x5a\xa5\xf0\x0f"
    struct.pack_into("<III", head, magic_at + 4, 0x04040103, 0x02100208, 0)
    struct.pack_into("<I", head, 0x30, density)
    struct.pack_into(f"<{len(table)}I", head, 0x40, *table)
    struct.pack_into("<2I", head, 0x100, 0x12345678, 0x9ABCDEF0)
    head[0xF00 : 0xF00 + len(oem)] = oem
    return bytes(head) + body


def microcode(signature: int, revision: int, *, further: tuple[int, ...] = (), size: int = 2000) -> bytes:
    """An update of 2 February 2022 whose sums are right."""
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    table = b""
    if further:
        entries = b"".join(struct.pack("<III", other, 1, 0) for other in further)
        table = struct.pack("<II12x", len(further), 0) + entries
        table = table[:4] + struct.pack("<I", -_sum(table) & 0xFFFFFFFF) + table[8:]
    total = 48 + len(body) + len(table)
    head = struct.pack("<IIIIIIIII12x", 1, revision, 0x02022022, signature, 0, 1, 2, size, total)
    head = head[:16] + struct.pack("<I", -_sum(head + body) & 0xFFFFFFFF) + head[20:]
    return head + body + table


def capsule(kind: str, body: bytes, *, header: int = 32, swapped: bool = False) -> bytes:
    fields = (0x50000, header + len(body))
    head = guid.raw(kind) + struct.pack("<III", header, *(reversed(fields) if swapped else fields))
    return head.ljust(header, b"\0") + body


def managed(drivers: tuple[bytes, ...], payloads: tuple[bytes, ...]) -> bytes:
    """The body of a capsule of the firmware management protocol."""
    items = (*drivers, *payloads)
    at, places = 8 + 8 * len(items), list[int]()
    for item in items:
        places.append(at)
        at += len(item)
    head = struct.pack("<IHH", 1, len(drivers), len(payloads)) + struct.pack(f"<{len(items)}Q", *places)
    return head + b"".join(items)


def payload(content: bytes, *, signature: bytes = b"", vendor: bytes = b"", version: int = 3) -> bytes:
    """A firmware image, with the header that EDK II puts in front of it."""
    image = struct.pack("<4sIII", b"MSS1", 16, 0x10002, 0x10000) + content
    if signature:
        certificate = struct.pack("<IHH", 24 + len(signature), 0x200, 0x0EF1) + guid.raw(SIGNED_PKCS7) + signature
        image = struct.pack("<Q", 7) + certificate + image
    kind = guid.raw("00000001-1111-2222-3333-444455556666")
    head = struct.pack("<I16sB3xII", version, kind, 1, len(image), len(vendor))
    return head + bytes(8 * (version - 1)) + image + vendor


def _sum(data: bytes) -> int:
    return sum(struct.unpack(f"<{len(data) // 4}I", data))


def nvar(content: bytes, *, attributes: int, following: int = 0xFFFFFF) -> bytes:
    """An entry of AMI's store of variables: `content` is what stands behind its header."""
    return struct.pack("<4sH3sB", b"NVAR", 10 + len(content), following.to_bytes(3, "little"), attributes) + content
