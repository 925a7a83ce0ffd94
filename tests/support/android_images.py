"""Android images that Debian's mkbootimg does not make: version 4, verified boot, updates."""

import hashlib
import struct


def paged(content: bytes, page: int = 4096) -> bytes:
    return content + bytes(-len(content) % page)


def boot_v4(kernel: bytes, ramdisk: bytes, signature: bytes, command: bytes = b"quiet") -> bytes:
    system = (14 << 14 | 1 << 7 | 2) << 11 | (24 << 4 | 5)
    header = struct.pack("<8s4I16xI1536s", b"ANDROID!", len(kernel), len(ramdisk), system, 1584, 4, command)
    header += struct.pack("<I", len(signature))
    return b"".join(map(paged, (header, kernel, ramdisk, signature)))


def vendor_boot_v4(ramdisks: dict[str, tuple[int, bytes]], tree: bytes, settings: bytes) -> bytes:
    """`ramdisks`: name -> (type, content)."""
    table, whole = b"", b""
    for name, (kind, content) in ramdisks.items():
        table += struct.pack("<3I32s64s", len(content), len(whole), kind, name.encode(), b"")
        whole += content
    header = struct.pack(
        "<8s5I2048sI16s2IQ4I",
        *(
            b"VNDRBOOT",
            4,
            4096,
            0x8000,
            0x1000000,
            len(whole),
            b"console=ttyS0",
            0x100,
            b"board",
            2128,
            len(tree),
            0x1F00000,
        ),
        *(len(table), len(ramdisks), 108, len(settings)),
    )
    return b"".join(map(paged, (header, whole, tree, table, settings)))


def vbmeta(partition: bytes = b"boot", key: bytes = b"public key" * 10, signature: bytes = b"signed" * 20) -> bytes:
    digest, salt = bytes(range(32)), b"salt"
    hashed = (
        struct.pack(">Q32s4I60x", 4096, b"sha256", len(partition), len(salt), len(digest), 0)
        + partition
        + salt
        + digest
    )
    chained = struct.pack(">4I60x", 3, 6, 3, 0) + b"systemkey"
    command = struct.pack(">2I", 0, 8) + b'dm="1 x"'
    named = struct.pack(">2Q", 9, 2) + b"os.version"[:9] + b"\0" + b"14\0"
    rows = b""
    for tag, body in ((2, hashed), (4, chained), (3, command), (0, named)):
        whole = body + bytes(-len(body) % 8)
        rows += struct.pack(">2Q", tag, len(whole)) + whole
    auxiliary = rows + key
    auxiliary += bytes(-len(auxiliary) % 64)
    signing = bytes(32) + signature
    signing += bytes(-len(signing) % 64)
    header = struct.pack(
        ">4s2I2QI2Q2Q2Q2Q2QQ2I48s80x",
        *(b"AVB0", 1, 0, len(signing), len(auxiliary), 2, 0, 32, 32, len(signature)),
        *(len(rows), len(key), 0, 0, 0, len(rows), 7, 0, 0, b"avbtool 1.3.0"),
    )
    return header + signing + auxiliary


def with_footer(image: bytes, meta: bytes, size: int) -> bytes:
    """A whole partition of `size` bytes, with the footer of verified boot at its end."""
    at = len(paged(image))
    whole = paged(image) + meta
    return whole.ljust(size - 64, b"\0") + struct.pack(">4s2I3Q28x", b"AVBf", 1, 0, len(image), at, len(meta))


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def message(*fields: tuple[int, int | bytes]) -> bytes:
    """Protocol Buffers: (number, value) in order."""
    parts = []
    for key, value in fields:
        if isinstance(value, int):
            parts.append(varint(key << 3) + varint(value))
        else:
            parts.append(varint(key << 3 | 2) + varint(len(value)) + value)
    return b"".join(parts)


def ota_payload(partitions: dict[str, tuple[list[tuple[int, int, int, bytes]], bytes]]) -> bytes:
    """`partitions`: name -> (operations as (type, first block, number of blocks, packed), the content after it)."""
    blobs, updates = b"", []
    for name, (operations, content) in partitions.items():
        fields: list[tuple[int, int | bytes]] = [(1, name.encode())]
        info = message((1, len(content)), (2, hashlib.sha256(content).digest()))
        for kind, first, count, packed in operations:
            run = message((1, first), (2, count))
            fields.append((8, message((1, kind), (2, len(blobs)), (3, len(packed)), (6, run))))
            blobs += packed
        updates.append(message(*fields, (7, info), (17, b"1.5")))
    signed = message((3, 4096), (4, len(blobs)), (5, 256), (12, 0), *((13, update) for update in updates))
    manifest = signed + message((18, b"2024-05-05"))
    head = struct.pack(">4s2QI", b"CrAU", 2, len(manifest), 100)
    return head + manifest + bytes(100) + blobs + bytes(256)
