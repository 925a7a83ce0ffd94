"""Golden inputs of Android: compiled manifests."""

import struct
from collections.abc import Iterator, Sequence

from tests.support.golden_case import Case

Attributes = Sequence[tuple[str, int, int | str]]
NONE = 0xFFFFFFFF
VERSION_CODE, VERSION_NAME = 0x0101021B, 0x0101021C


def cases() -> Iterator[Case]:
    name = "components/android_manifests"
    full: Attributes = [("versionCode", 0x10, 412), ("versionName", 3, "4.1.2"), ("package", 3, "org.example.app")]
    counted: Attributes = [("versionCode", 0x10, 7), ("versionName", 1, 0x7F0E0001), ("package", 3, "org.example.app")]
    yield Case(f"{name}/wide", manifest("manifest", full, utf8=False), "a manifest with strings in UTF-16")
    yield Case(f"{name}/narrow", manifest("manifest", counted, utf8=True), "a version that stands in the resources")
    yield Case(
        f"{name}/layout", manifest("LinearLayout", [("versionName", 3, "1")], utf8=True), "another compiled file"
    )


def manifest(element: str, attributes: Attributes, *, utf8: bool) -> bytes:
    """A compiled file of one element; attributes are (name, type, value)."""
    strings = [name for name, _, _ in attributes] + [element]
    strings += [value for _, _, value in attributes if isinstance(value, str)]
    rows = b""
    for number, (_, kind, value) in enumerate(attributes):
        text = strings.index(value) if isinstance(value, str) else NONE
        stored = text if isinstance(value, str) else value
        rows += struct.pack("<IIIHBBI", NONE, number, text, 8, 0, kind, stored)
    body = struct.pack("<IIIIHHHHHH", 1, NONE, NONE, strings.index(element), 20, 20, len(attributes), 0, 0, 0) + rows
    numbers = {"versionCode": VERSION_CODE, "versionName": VERSION_NAME}
    ids = b"".join(struct.pack("<I", numbers.get(name, 0)) for name, _, _ in attributes)
    parts = _pool(strings, utf8=utf8) + _chunk(0x180, 8, ids) + _chunk(0x102, 16, body)
    return _chunk(3, 8, parts)


def _pool(strings: Sequence[str], *, utf8: bool) -> bytes:
    content, offsets = b"", b""
    for text in strings:
        offsets += struct.pack("<I", len(content))
        raw = text.encode() if utf8 else text.encode("utf-16-le")
        content += bytes([len(text), len(raw)]) + raw + b"\0" if utf8 else struct.pack("<H", len(text)) + raw + b"\0\0"
    content += bytes(-len(content) % 4)
    head = struct.pack("<5I", len(strings), 0, 0x100 if utf8 else 0, 28 + len(offsets), 0)
    return _chunk(1, 28, head + offsets + content)


def _chunk(kind: int, header: int, body: bytes) -> bytes:
    return struct.pack("<HHI", kind, header, 8 + len(body)) + body
