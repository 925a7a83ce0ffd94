"""Package databases as text: deb822 paragraphs of dpkg and opkg, and the one-letter fields of apk.

What packages need is read by package_needs, which files they own by owned_paths.

Specifications: deb-control(5) and deb822(5); apk's installed database as in apk-package(5) and the APKINDEX format.
"""

from collections.abc import Iterator
from mmap import mmap

import msgspec

LARGEST = 128 << 20
LONGEST_PARAGRAPH = 4 << 20
LONGEST_VALUE = 4096
LONGEST_RELATION = 256 << 10
LONGEST_NAME = 256
MOST_FIELDS = 200
RELATIONS = frozenset({"depends", "pre-depends", "provides", "D", "p"})
STATUS_WORDS = 3
UNPACKED = frozenset({"installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending"})


class Paragraph(msgspec.Struct, frozen=True, kw_only=True):
    """One package's fields, names in lower case, continuation lines left out; `offset` is that of its first line."""

    offset: int
    length: int
    fields: dict[str, str] = msgspec.field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The value of a field, empty when it is not there."""
        return self.fields.get(name, "")


def deb822(data: bytes | mmap) -> Iterator[Paragraph]:
    """The paragraphs of a control file. Anything may be passed in: lines that are no fields are left out."""
    for offset, block in _blocks(data):
        fields: dict[str, str] = {}
        for line in block.split(b"\n"):
            name, colon, value = line.partition(b":")
            if not colon or name[:1] in b" \t#" or len(name) > 64 or len(fields) >= MOST_FIELDS:
                continue
            key = _text(name).lower()
            fields.setdefault(key, _value(key, value))
        if fields:
            yield Paragraph(offset=offset, length=len(block), fields=fields)


def apk(data: bytes | mmap) -> Iterator[Paragraph]:
    """The packages of an installed database. Field names are kept as they are ("P", "V", "o": case counts)."""
    for offset, block in _blocks(data):
        fields: dict[str, str] = {}
        for line in block.split(b"\n"):
            if line[1:2] == b":" and line[:1].isalpha() and len(fields) < MOST_FIELDS:
                key = _text(line[:1])
                fields.setdefault(key, _value(key, line[2:]))
        if fields:
            yield Paragraph(offset=offset, length=len(block), fields=fields)


def apk_files(data: bytes | mmap, package: Paragraph) -> Iterator[str]:
    """The paths of a package of an installed database, relative to the root: R: names them within the F: before."""
    folder = ""
    for line in bytes(data[package.offset : package.offset + package.length]).split(b"\n"):
        if line.startswith(b"F:"):
            folder = _path(line[2:])
        elif line.startswith(b"R:"):
            yield f"{folder}/{_path(line[2:])}" if folder else _path(line[2:])


def assignments(data: bytes | mmap) -> dict[str, str]:
    """`name = value` lines, as in the .PKGINFO of an apk package; the first value of a name counts."""
    fields: dict[str, str] = {}
    for line in bytes(data[:LONGEST_PARAGRAPH]).split(b"\n"):
        name, separator, value = line.partition(b" = ")
        if separator and len(fields) < MOST_FIELDS and not line.startswith(b"#"):
            fields.setdefault(_text(name), _text(value))
    return fields


def source_of(paragraph: Paragraph) -> tuple[str, str]:
    """Source package and version of a binary package: `Source: glibc (2.36-9)`, else its own (deb-control(5))."""
    stated = paragraph["source"]
    if not stated:
        return paragraph["package"], paragraph["version"]
    name, _, rest = stated.partition(" ")
    version = rest.strip().removeprefix("(").removesuffix(")")
    return name, version or paragraph["version"]


def installed(data: bytes | mmap, system: str) -> Iterator[Paragraph]:
    """The packages that dpkg or opkg (`system`) has installed according to this text.

    Understood are the status database, in which a Status field says what is installed, and the control file of one
    package, as .deb, .ipk and distroless images (status.d) have it. An index of what could be installed has neither
    Status nor only one paragraph, and gives nothing; nor does APT's log of what it told its planner (eipp.log), where
    Status is one word.
    """
    if system_of(data) != system:
        return
    waiting: Paragraph | None = None
    for number, paragraph in enumerate(deb822(data)):
        name, version = paragraph["package"], paragraph["version"]
        if not 0 < len(name) <= LONGEST_NAME or not 0 < len(version) <= LONGEST_NAME:
            waiting = None
            continue
        if "status" in paragraph.fields:
            # What is wanted, what is wrong or who wants it, what is there.
            words = paragraph["status"].split()
            if len(words) == STATUS_WORDS and words[-1] in UNPACKED:
                yield paragraph
        elif number == 0 and paragraph["architecture"] and "filename" not in paragraph.fields:
            waiting = paragraph
        else:
            return
    if waiting is not None:
        yield waiting


def system_of(data: bytes | mmap) -> str:
    """ "opkg", "dpkg", or "vcpkg", whose database is like theirs.

    opkg notes when and for whom a package was installed, its licence, and always its architecture. Debian demands a
    maintainer; the database of its installer leaves out even that, and the architecture too.
    """
    head = bytes(data[: 64 << 10])
    if b"\nAbi: " in head:
        return "vcpkg"
    if any(mark in head for mark in (b"\nInstalled-Time:", b"\nLicense:", b"\nSourceName:", b" user installed\n")):
        return "opkg"
    return "opkg" if b"\nArchitecture:" in head and b"\nMaintainer:" not in head else "dpkg"


def _blocks(data: bytes | mmap) -> Iterator[tuple[int, bytes]]:
    """Runs of lines between empty lines, each at most 4 MiB of at most 128 MiB."""
    size = min(len(data), LARGEST)
    start = 0
    while start < size:
        end = data.find(b"\n\n", start, size)
        end = size if end < 0 else end
        block = bytes(data[start : min(end, start + LONGEST_PARAGRAPH)])
        leading = len(block) - len(block.lstrip(b"\n"))
        if block.strip():
            yield start + leading, block[leading:]
        start = end + 2


def _value(name: str, value: bytes) -> str:
    longest = LONGEST_RELATION if name in RELATIONS else LONGEST_VALUE
    return value[:longest].decode("utf-8", "replace").strip()


def _text(value: bytes) -> str:
    return value[:LONGEST_VALUE].decode("utf-8", "replace").strip()


def _path(value: bytes) -> str:
    return value[:LONGEST_VALUE].decode("utf-8", "backslashreplace")
