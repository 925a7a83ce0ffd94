"""A builder of Mach-O programs with the fields that protect them, and of their code signatures."""

import hashlib
import struct
from dataclasses import dataclass

PAGE, ALIGNMENT = 4096, 256
PROGRAM, LIBRARY, OBJECT = 2, 6, 1
X86_64, ARM64 = 0x0100_0007, 0x0100_000C
RUNTIME, AD_HOC = 0x10000, 2
CODE_AT = 2048


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The header's fields, and what its commands say; `rights` are those of its one segment."""

    machine: int = ARM64
    type: int = PROGRAM
    flags: int = 0
    rights: int = 5
    segment: bytes = b"__TEXT"
    imports: tuple[str, ...] = ()
    rpaths: tuple[str, ...] = ()
    encryption: int | None = None
    narrowed: bool = True
    signature: "Signing | None" = None


@dataclass(frozen=True, kw_only=True)
class Signing:
    """`by` is what stands in the place of a message that signs the directory."""

    flags: int = AD_HOC
    entitlements: tuple[str, ...] = ()
    by: bytes = b""


def program(shape: Shape) -> bytes:
    """A 64-bit little-endian image: commands, names of symbols, a page of code and the signature."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in shape.imports)
    rows, place = b"", 1
    for name in shape.imports:
        rows += struct.pack("<IBBHQ", place, 1, 0, 0, 0)
        place += len(name) + 1
    limit = CODE_AT + PAGE
    commands = [struct.pack("<II16sQQQQ4I", 0x19, 72, shape.segment, 0x1000, PAGE, 0, limit, 7, shape.rights, 0, 0)]
    table = 1024
    commands.append(struct.pack("<6I", 2, 24, table, len(shape.imports), table + len(rows), len(names)))
    if shape.narrowed:
        commands.append(struct.pack("<20I", 0xB, 80, 0, 0, 0, 0, 0, len(shape.imports), *([0] * 12)))
    for path in shape.rpaths:
        text = path.encode() + b"\0"
        text += bytes(-len(text) % 8)
        commands.append(struct.pack("<3I", 0x8000_001C, 12 + len(text), 12) + text)
    if shape.encryption is not None:
        commands.append(struct.pack("<6I", 0x2C, 24, PAGE, PAGE, shape.encryption, 0))
    size = len(_signature(shape.signature, bytes(limit))) if shape.signature else 0
    if shape.signature:
        commands.append(struct.pack("<4I", 0x1D, 16, limit, size))
    joined = b"".join(commands)
    head = struct.pack("<8I", 0xFEEDFACF, shape.machine, 0, shape.type, len(commands), len(joined), shape.flags, 0)
    image = (head + joined).ljust(table, b"\0") + rows + names
    image = image.ljust(CODE_AT, b"\0") + bytes(range(256)) * (PAGE // 256)
    return image + (_signature(shape.signature, image) if shape.signature else b"")


def universal(*images: bytes) -> bytes:
    """A file with an image for each of several architectures."""
    at, table, body = ALIGNMENT, b"", b""
    for image in images:
        (machine,) = struct.unpack_from("<I", image, 4)
        table += struct.pack(">5I", machine, 0, at + len(body), len(image), 8)
        body += image + bytes(-len(image) % ALIGNMENT)
    return (struct.pack(">4sI", b"\xca\xfe\xba\xbe", len(images)) + table).ljust(ALIGNMENT, b"\0") + body


def _signature(signing: Signing, image: bytes) -> bytes:
    name = b"org.example.thing\0"
    pages = [image[at : at + PAGE] for at in range(0, len(image), PAGE)]
    digests = b"".join(hashlib.sha256(page).digest() for page in pages)
    head = 44 + len(name)
    fields = (head + len(digests), 0x20001, signing.flags, head, 44, 0, len(pages), len(image))
    directory = struct.pack(">9IBBBBI", 0xFADE0C02, *fields, 32, 2, 0, 12, 0) + name + digests
    granted = b"".join(b"<key>%s</key>\n<true/>\n" % item.encode() for item in signing.entitlements)
    parts = [(0, directory)]
    if granted:
        parts.append((5, _part(0xFADE7171, b"<plist><dict>\n" + granted + b"</dict></plist>\n")))
    parts.append((0x10000, _part(0xFADE0B01, signing.by)))
    places, body = b"", b""
    for kind, part in parts:
        places += struct.pack(">II", kind, 12 + 8 * len(parts) + len(body))
        body += part
    return struct.pack(">III", 0xFADE0CC0, 12 + len(places) + len(body), len(parts)) + places + body


def _part(magic: int, content: bytes) -> bytes:
    return struct.pack(">II", magic, 8 + len(content)) + content
