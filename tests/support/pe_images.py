"""A builder of PE images with resources, certificates and files in sections."""

import struct
from collections.abc import Mapping

ADDRESS = 0x1000
ALIGNMENT = 512
Tree = Mapping[int | str, "Tree | bytes"]


def image(
    sections: Mapping[str, bytes] | None = None,
    *,
    resources: Tree | None = None,
    certificates: tuple[tuple[int, bytes], ...] = (),
    overlay: bytes = b"",
) -> bytes:
    """A PE32+ program for x86-64; section names of more than eight bytes go to the table of strings."""
    parts = dict(sections or {}) | ({".text": b"\xc3"} if not sections else {})
    rsrc_at = ADDRESS * (len(parts) + 1)
    if resources is not None:
        parts[".rsrc"] = rsrc(resources, rsrc_at)
    headers, strings, body = b"", b"", b""
    first = 0x40 + 24 + 240 + 40 * len(parts)
    first += -first % ALIGNMENT
    for number, (name, content) in enumerate(parts.items(), 1):
        short = name.encode()
        if len(short) > 8:
            short, strings = f"/{4 + len(strings)}".encode(), strings + short + b"\0"
        padded = content + bytes(-len(content) % ALIGNMENT)
        fields = (short, len(content), ADDRESS * number, len(padded), first + len(body), 0, 0, 0, 0, 0x40000040)
        headers += struct.pack("<8sIIIIIIHHI", *fields)
        body += padded
    table = struct.pack("<I", 4 + len(strings)) + strings if strings else b""
    end = first + len(body)
    signed = _certificates(certificates)
    directories = [(0, 0)] * 16
    if resources is not None:
        directories[2] = (rsrc_at, len(parts[".rsrc"]))
    tail = table + overlay
    tail += bytes(-(end + len(tail)) % 8)
    if signed:
        directories[4] = (end + len(tail), len(signed))
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, len(parts), 1_700_000_000, end if table else 0, 0, 240, 0x22)
    optional = struct.pack("<H66xHH36xI", 0x20B, 10, 0, 16)
    optional += b"".join(struct.pack("<II", *item) for item in directories)
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + coff + optional + headers
    return head.ljust(first, b"\0") + body + tail + signed


def rsrc(tree: Tree, address: int) -> bytes:
    """A resource section that is loaded at `address`: folders, then names, then leaves, then data."""
    folders = list[tuple[Tree, int]]()
    size = 0
    waiting = [tree]
    while waiting:
        folder = waiting.pop(0)
        folders.append((folder, size))
        size += 16 + 8 * len(folder)
        waiting += [item for item in folder.values() if not isinstance(item, bytes)]
    places = {id(folder): at for folder, at in folders}
    texts, leaves, data = b"", b"", b""
    names = [key for folder, _ in folders for key in folder if isinstance(key, str)]
    count = sum(isinstance(item, bytes) for folder, _ in folders for item in folder.values())
    texts_at = size + 16 * count
    data_at = texts_at + sum(2 + 2 * len(name) for name in names)
    out = b""
    for folder, _ in folders:
        named = sum(isinstance(key, str) for key in folder)
        out += struct.pack("<IIHHHH", 0, 0, 0, 0, named, len(folder) - named)
        for key, item in folder.items():
            name = key
            if isinstance(key, str):
                name = 0x80000000 | (texts_at + len(texts))
                texts += struct.pack("<H", len(key)) + key.encode("utf-16-le")
            if isinstance(item, bytes):
                out += struct.pack("<II", name, size + len(leaves))
                leaves += struct.pack("<IIII", address + data_at + len(data), len(item), 0, 0)
                data += item
            else:
                out += struct.pack("<II", name, 0x80000000 | places[id(item)])
    return out + leaves + texts + data


def version(texts: Mapping[str, str]) -> bytes:
    """A version resource with the numbers 1.2.3.4 and `texts`."""
    table = _node("040904b0", b"", [_node(name, (text + "\0").encode("utf-16-le"), []) for name, text in texts.items()])
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, 0x10002, 0x30004, 0x10002, 0x30005, *([0] * 7))
    return _node("VS_VERSION_INFO", fixed, [_node("StringFileInfo", b"", [table])], textual=0)


def _node(key: str, value: bytes, children: list[bytes], *, textual: int = 1) -> bytes:
    head = key.encode("utf-16-le") + b"\0\0"
    head += bytes(-(6 + len(head)) % 4)
    body = head + value
    for child in children:
        body += bytes(-(6 + len(body)) % 4) + child
    return struct.pack("<HHH", 6 + len(body), len(value) // (2 if textual else 1), textual) + body


def _certificates(items: tuple[tuple[int, bytes], ...]) -> bytes:
    table = b""
    for kind, content in items:
        table += struct.pack("<IHH", 8 + len(content), 0x200, kind) + content
        table += bytes(-len(table) % 8)
    return table
