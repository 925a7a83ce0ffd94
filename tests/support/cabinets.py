"""Cabinets by hand, for what gcab does not write: LZX, Quantum, sets, old names."""

import struct
from collections.abc import Mapping, Sequence

QUANTUM, LZX = 2, 3


def cabinet(
    files: Sequence[tuple[str, bytes]],
    method: int,
    blocks: Sequence[tuple[bytes, int]],
    *,
    following: str = "",
    parts: Mapping[str, int] | None = None,
    encoding: str = "utf-8",
) -> bytes:
    """One folder of (packed, unpacked size) blocks; `parts` gives files another folder than the first."""
    neighbour = following.encode() + b"\0disk\0" if following else b""
    listed, at = b"", 0
    for name, content in files:
        flags = 0x80 if encoding == "utf-8" else 0
        folder = (parts or {}).get(name, 0)
        listed += struct.pack("<2I4H", len(content), at, folder, 0x576E, 0xB1AA, flags) + name.encode(encoding) + b"\0"
        at += len(content)
    data = b"".join(struct.pack("<I2H", 0, len(packed), size) + packed for packed, size in blocks)
    files_at = 36 + len(neighbour) + 8
    data_at = files_at + len(listed)
    folder_header = struct.pack("<I2H", data_at, len(blocks), method)
    header = struct.pack("<4s5I2B5H", b"MSCF", 0, data_at + len(data), 0, files_at, 0, 3, 1, 1, len(files), 0, 7, 0)
    if following:
        header = header[:30] + struct.pack("<H", 2) + header[32:]
    return header + neighbour + folder_header + listed + data


def lzx_stored(content: bytes) -> bytes:
    """LZX of one block that is not compressed (MS-PATCH, 2.3): 16-bit words, highest bit first."""
    size = len(content)
    # No translation of calls, block of type 3, its size in 24 bits, filled up to a whole word.
    bits = f"{0:01b}{3:03b}{size:024b}"
    bits += "0" * (-len(bits) % 16 or 16)
    words = b"".join(struct.pack("<H", int(bits[at : at + 16], 2)) for at in range(0, len(bits), 16))
    return words + struct.pack("<3I", 1, 1, 1) + content + b"\0" * (size & 1)
