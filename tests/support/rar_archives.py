"""RAR archives of both versions with stored entries, by hand: no free program writes RAR."""

import struct
import zlib
from collections.abc import Sequence

FILE, FOLDER, LINK = 0o100000, 0o040000, 0o120000
UNIX4, UNIX5 = 3, 1
DOS_TIME = (2023 - 1980) << 25 | 11 << 21 | 14 << 16 | 22 << 11 | 13 << 5 | 10
STAMP = 1_700_000_000
Entry = tuple[str, int, bytes]
"""(name, mode with its type, content or target)"""


def rar4(entries: Sequence[Entry], *, flags: int = 0) -> bytes:
    """Version 4; `flags` are those of the main header."""
    data = b"Rar!\x1a\x07\x00" + _block4(0x73, flags, bytes(6))
    for name, mode, content in entries:
        fields = struct.pack(
            "<2IB2I2BHI", len(content), len(content), UNIX4, zlib.crc32(content), DOS_TIME, 20, 0x30, len(name), mode
        )
        folder = 0xE0 if mode & FOLDER and not mode & FILE else 0
        data += _block4(0x74, 0x8000 | folder, fields + name.encode()) + content
    return data + _block4(0x7B, 0x4000, b"")


def rar5(entries: Sequence[Entry], *, encrypted: bool = False) -> bytes:
    """Version 5; `encrypted` says that all headers are."""
    data = b"Rar!\x1a\x07\x01\x00"
    if encrypted:
        return data + _block5(4, bytes([0, 0, 15]) + bytes(16)) + b"unreadable" * 9
    data += _block5(1, b"\0")
    for name, mode, content in entries:
        is_folder, is_link = mode & 0o170000 == FOLDER, mode & 0o170000 == LINK
        extra, body = b"", content
        if is_link:
            target = b"\5\1\0" + _number(len(content)) + content
            extra, body = _number(len(target)) + target, b""
        flags = 3 if extra else 2
        header = (_number(len(extra)) if extra else b"") + _number(len(body))
        header += _number(2 | 4 | (1 if is_folder else 0)) + _number(len(body)) + _number(mode)
        header += struct.pack("<2I", STAMP, zlib.crc32(body)) + b"\0" + _number(UNIX5)
        header += _number(len(name.encode())) + name.encode() + extra
        data += _block5(2, header, flags) + body
    return data + _block5(5, b"\0")


def _block4(kind: int, flags: int, fields: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def _block5(kind: int, fields: bytes, flags: int = 0) -> bytes:
    head = _number(kind) + _number(flags) + fields
    head = _number(len(head)) + head
    return struct.pack("<I", zlib.crc32(head)) + head


def _number(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])
