"""Dependency lists that cargo-auditable puts into programs (its PARSING.md): zlib-packed JSON in a section .dep-v0."""

import zlib
from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import elf_sections, json_document, macho, pe
from pellucid.formats.span import Data, take

SECTION = b".dep-v0"
LARGEST, LARGEST_PACKED = 8 << 20, 4 << 20
MOST_PACKAGES = 20_000
RUNTIME = "runtime"


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """`source` is "crates.io", "git", "local" or "registry"; `needs` are names of other packages of the list."""

    name: str
    version: str
    source: str
    needs: tuple[str, ...]
    is_root: bool


def place(data: Data, kind: str, hits: Iterator[int]) -> tuple[int, bytes]:
    """(offset, packed bytes) of the list in a program of this kind; `hits` is where the section's name stands.

    (0, b"") when there is none; raises Malformed.
    """
    if kind == "elf":
        return elf_sections.section(data, SECTION.decode())
    if kind == "pe":
        for section in pe.read(data).sections:
            if section.name == SECTION.decode():
                return section.at, take(data, section.at, min(section.size, LARGEST_PACKED))
    elif kind == "wasm":
        # A custom section: the length of its name, its name, its content.
        for at in hits:
            if at and data[at - 1] == len(SECTION):
                return at + len(SECTION), data[at + len(SECTION) : at + len(SECTION) + LARGEST_PACKED]
    else:
        for start in macho.starts(data):
            for part in macho.read(data, start).sections:
                if part.name == "__DATA," + SECTION.decode():
                    return start + part.offset, take(data, start + part.offset, min(part.size, LARGEST_PACKED))
    return 0, b""


def packages(packed: bytes) -> Iterator[Package]:
    """The packages that are part of the program; those that only its build needs are left out. Raises Malformed."""
    engine = zlib.decompressobj()
    try:
        content = engine.decompress(packed, LARGEST)
    except zlib.error as error:
        raise Malformed(f"the list of crates is damaged: {error}") from None
    if not engine.eof:
        raise Malformed("the list of crates is cut off, or too large")
    listed = json_document.objects(json_document.read(content).get("packages"))[:MOST_PACKAGES]
    # What only the build needs has no name here.
    names = [json_document.text(item.get("name")) if item.get("kind", RUNTIME) == RUNTIME else "" for item in listed]
    for item, name in zip(listed, names, strict=True):
        if not name:
            continue
        needs = item.get("dependencies")
        numbers = needs if isinstance(needs, list) else []
        yield Package(
            name=name,
            version=json_document.text(item.get("version")),
            source=json_document.text(item.get("source")),
            needs=tuple(names[at] for at in numbers if isinstance(at, int) and 0 <= at < len(names) and names[at]),
            is_root=item.get("root") is True,
        )
