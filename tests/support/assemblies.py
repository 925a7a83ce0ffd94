"""Small assemblies of .NET and libraries of Windows, made by hand (ECMA-335, II.22 to II.25; PE Format)."""

import struct
from collections.abc import Mapping, Sequence

from tests.support.pe_images import ADDRESS, Tree, image, version

DIRECTORIES_AT = 0x40 + 24 + 112
CHARACTERISTICS_AT = 0x40 + 22
EXPORTS, IMPORTS, RESOURCES, CLI = 0, 1, 2, 14
Version = tuple[int, int, int, int]


def assembly(
    name: str,
    number: Version,
    *,
    references: Mapping[str, Version] | None = None,
    texts: Mapping[str, str] | None = None,
    culture: str = "",
) -> bytes:
    """An assembly with a module, a type, its identity and references; `texts` are those of its version resource."""
    section = _metadata(name, number, references or {}, culture)
    resources: Tree | None = {16: {1: {0: version(texts)}}} if texts is not None else None
    data = bytearray(image({".text": section}, resources=resources))
    _point(data, CLI, ADDRESS, 72)
    return bytes(data)


def library(name: str, needed: Sequence[str], texts: Mapping[str, str] | None = None) -> bytes:
    """A library that exports functions under `name` and imports others."""
    strings = name.encode() + b"\0" + b"".join(item.encode() + b"\0" for item in needed)
    exports = struct.pack("<12xI24x", ADDRESS + 40)
    body = exports + strings + bytes(-len(strings) % 4)
    at = ADDRESS + 40 + len(name) + 1
    rows = b""
    for item in needed:
        rows += struct.pack("<5I", 0, 0, 0, at, 0)
        at += len(item) + 1
    resources: Tree | None = {16: {1: {0: version(texts)}}} if texts is not None else None
    data = bytearray(image({".text": body + rows + bytes(20)}, resources=resources))
    _point(data, EXPORTS, ADDRESS, 40)
    _point(data, IMPORTS, ADDRESS + len(body), len(rows) + 20)
    struct.pack_into("<H", data, CHARACTERISTICS_AT, 0x2022)
    return bytes(data)


def _point(data: bytearray, directory: int, address: int, size: int) -> None:
    struct.pack_into("<II", data, DIRECTORIES_AT + 8 * directory, address, size)


def _metadata(name: str, number: Version, references: Mapping[str, Version], culture: str) -> bytes:
    """The CLI header and, behind it, the metadata of one module."""
    strings = b"\0"
    places = {}
    for text in dict.fromkeys((name, culture, "<Module>", *references)):
        places[text] = len(strings) if text else 0
        strings += text.encode() + b"\0" if text else b""
    rows = {
        0x00: [struct.pack("<5H", 0, places[name], 1, 0, 0)],
        0x02: [struct.pack("<IHHHHH", 0, places["<Module>"], 0, 0, 1, 1)],
        0x20: [struct.pack("<I4HI3H", 0x8004, *number, 0, 0, places[name], places[culture])],
        0x23: [struct.pack("<4HI4H", *item, 0, 0, places[key], 0, 0) for key, item in references.items()],
    }
    rows = {table: content for table, content in rows.items() if content}
    valid = sum(1 << table for table in rows)
    tables = struct.pack("<IBBBBQQ", 0, 2, 0, 0, 1, valid, 0)
    tables += struct.pack(f"<{len(rows)}I", *map(len, rows.values())) + b"".join(b"".join(r) for r in rows.values())
    streams = {b"#~": tables, b"#Strings": strings, b"#GUID": bytes(16)}
    runtime = b"v4.0.30319\0\0"
    head = struct.pack("<4sHHII", b"BSJB", 1, 1, 0, len(runtime)) + runtime + struct.pack("<HH", 0, len(streams))
    at = len(head) + sum(8 + (len(key) + 4 & ~3) for key in streams)
    listed, body = b"", b""
    for key, content in streams.items():
        padded = content + bytes(-len(content) % 4)
        listed += struct.pack("<II", at + len(body), len(padded)) + key.ljust(len(key) + 4 & ~3, b"\0")
        body += padded
    root = head + listed + body
    return struct.pack("<IHHII", 72, 2, 5, ADDRESS + 72, len(root)).ljust(72, b"\0") + root
