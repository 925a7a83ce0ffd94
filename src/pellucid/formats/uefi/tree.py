"""A firmware volume as a tree: a folder for each file, in it its modules and the files of volumes inside."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Unsupported
from pellucid.formats.identify import is_padding
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data, pieces
from pellucid.formats.uefi import depex, ffs, guid, volume
from pellucid.formats.uefi.sections import Budget, Section, Type, leaves
from pellucid.formats.uefi.te import te_facts

DEEPEST = 8
LONGEST_LABEL = 100
SUFFIXES = {
    Type.PE32: "efi",
    Type.PIC: "pic",
    Type.TE: "te",
    Type.COMPATIBILITY16: "com16",
    Type.FREEFORM: "bin",
    Type.RAW: "raw",
}
DEPENDENCIES = {
    Type.DXE_DEPENDENCY: "dxeDependency",
    Type.PEI_DEPENDENCY: "peiDependency",
    Type.MM_DEPENDENCY: "mmDependency",
}
SILENT = frozenset({Type.VERSION, Type.USER_INTERFACE, *DEPENDENCIES})
SMALLEST_IMAGE = 64


class _Place(msgspec.Struct, frozen=True):
    """Where in the tree files are put. `taken` are the names in one folder, with the last number that each has got;
    the budget belongs to the whole tree.
    """

    path: str
    depth: int
    taken: dict[str, int]
    budget: Budget

    def name(self, label: str, suffix: str = "") -> str:
        """A path for `label` that nothing else has, with a number when it must be."""
        ending = f".{suffix}" if suffix else ""
        wanted = unique = label + ending
        number = self.taken.get(wanted.lower(), 1)
        while unique.lower() in self.taken:
            number += 1
            unique = f"{label}-{number}{ending}"
        self.taken[wanted.lower()] = number
        self.taken.setdefault(unique.lower(), 1)
        return f"{self.path}/{unique}" if self.path else unique


def members(data: Data, start: int, header: volume.Volume) -> Members:
    """Every file of the volume at `start`, parents first."""
    return _volume(data, start, header, _Place("", 0, {}, Budget()))


def _volume(data: Data, start: int, header: volume.Volume, place: _Place) -> Members:
    for item in ffs.files(data, start, header):
        if isinstance(item, Malformed):
            yield Malformed(f"{place.path}: {item.message}" if place.path else item.message)
        elif isinstance(item, ffs.Rest):
            if item.end - item.at >= SMALLEST_IMAGE and not is_padding(data, item.at, item.end):
                yield _stored(place.name(f"unused-0x{item.at - start:x}", "bin"), data, item.at, item.end, {})
        elif item.type != ffs.PAD:
            yield from _file(data, item, place)
        elif not is_padding(data, item.at, item.end):
            yield _stored(place.name(f"pad-0x{item.at - start:x}", "bin"), data, item.at, item.end, {"fileType": "pad"})


def _file(data: Data, file: ffs.File, place: _Place) -> Members:
    facts = {"moduleGuid": file.guid, "fileType": file.type_name}
    sections = list[Section]()
    failures = list[Malformed]()
    if file.sectioned:
        try:
            for found in leaves(data, file.at, file.end, place.budget):
                if isinstance(found, Malformed):
                    failures.append(found)
                else:
                    sections.append(found)
        except Unsupported as error:
            failures.append(error)
        facts |= _descriptions(sections)
    label = _label(facts.get("uiName") or guid.named(file.guid)) or file.guid
    if not file.sectioned:
        yield _stored(place.name(label, "raw"), data, file.at, file.end, facts)
    else:
        path = place.name(label)
        yield Member(name=path, kind=EntryKind.DIRECTORY, facts=facts)
        inside = _Place(path, place.depth, {}, place.budget)
        images = sum(section.type == Type.VOLUME_IMAGE for section in sections)
        for section in sections:
            yield from _section(section, inside, label, facts, images)
    if not ffs.sound(data, file):
        failures.append(Malformed("its checksum differs"))
    for failure in failures:
        yield type(failure)(f"{place.path}/{label}: {failure.message}".lstrip("/"))


def _section(section: Section, place: _Place, label: str, facts: Mapping[str, str], images: int) -> Members:
    data, at, end = section.data, section.at, section.end
    if section.type in SILENT or at >= end:
        return
    if section.type == Type.VOLUME_IMAGE:
        yield from _image(section, place, label, images)
        return
    found = dict(facts) | {"sectionType": _type_name(section.type)}
    if section.type == Type.FREEFORM and end - at >= guid.SIZE:
        found["subtypeGuid"] = guid.text(data[at : at + guid.SIZE])
        label = _label(guid.named(found["subtypeGuid"])) or found["subtypeGuid"]
        at += guid.SIZE
    elif section.type == Type.RAW and is_padding(data, at, end):
        return
    elif section.type == Type.TE:
        found |= te_facts(data, at)
    suffix = SUFFIXES.get(Type(section.type), "bin") if section.type in _TYPES else f"section-{section.type:02x}"
    yield _stored(place.name(label, suffix), data, at, end, found)


def _image(section: Section, place: _Place, label: str, images: int) -> Members:
    """A volume inside a file: walked in the same pass, in a folder of its own when the file holds several."""
    try:
        header = volume.read(section.data, section.at)
        if place.depth >= DEEPEST:
            raise Unsupported(f"volumes lie more than {DEEPEST} deep in each other")
        if not holds_files(section.data, section.at, header):
            raise Unsupported(f"a volume of the file system {header.file_system}")
    except Malformed as error:
        if not isinstance(error, Unsupported):
            yield Malformed(f"{place.path}: {error.message}")
        yield _stored(place.name(label, "fv"), section.data, section.at, section.end, {})
        return
    if section.at + header.length > section.end:
        yield Malformed(f"{place.path}: a volume is longer than the section that holds it")
        header = volume.shortened(header, section.end - section.at)
    path, taken = place.path, place.taken
    if images > 1:
        path, taken = place.name(_label(guid.named(header.name)) or header.name or "volume"), dict[str, int]()
        yield Member(name=path, kind=EntryKind.DIRECTORY, facts=volume_facts(header))
    yield from _volume(section.data, section.at, header, _Place(path, place.depth + 1, taken, place.budget))


def holds_files(data: Data, start: int, header: volume.Volume) -> bool:
    """Whether the volume has the file system of the specification, by its GUID or by what stands in it."""
    return bool(guid.named(header.file_system).startswith("FFS")) or ffs.first_is_file(data, start, header)


def volume_facts(header: volume.Volume) -> dict[str, str]:
    """What the header of a volume says, in words."""
    facts = {
        "fileSystem": guid.named(header.file_system) or header.file_system,
        "length": str(header.length),
        "blocks": ", ".join(f"{count} x {size}" for count, size in header.blocks[:8]),
        "attributes": f"0x{header.attributes:08x}",
        "revision": str(header.revision),
    }
    if header.name:
        facts["volumeName"] = guid.named(header.name) or header.name
        facts["volumeGuid"] = header.name
    return facts


def _descriptions(sections: Iterable[Section]) -> dict[str, str]:
    """What the sections without content of their own say of a file."""
    facts = dict[str, str]()
    for section in sections:
        data, at, end = section.data, section.at, section.end
        if section.type == Type.USER_INTERFACE:
            facts.setdefault("uiName", _text(data, at, end))
        elif section.type == Type.VERSION and end - at >= 2:
            facts.setdefault("version", _text(data, at + 2, end))
            facts.setdefault("build", str(int.from_bytes(data[at : at + 2], "little")))
        elif section.type in DEPENDENCIES:
            try:
                facts[DEPENDENCIES[Type(section.type)]] = depex.text(data, at, end)
            except Malformed as error:
                facts[DEPENDENCIES[Type(section.type)]] = error.message
    return facts


def _stored(name: str, data: Data, at: int, end: int, facts: Mapping[str, str]) -> Member:
    return Member(name=name, chunks=_chunks(data, at, end), facts=facts)


def _chunks(data: Data, at: int, end: int) -> Iterator[bytes]:
    return pieces(data, at, end - at)


def _text(data: Data, at: int, end: int) -> str:
    """Text in UTF-16 up to its end mark."""
    text = data[at : min(end, at + 1024)].decode("utf-16-le", "replace")
    return text.partition("\0")[0]


def _label(text: str) -> str:
    """`text` as one part of a path."""
    return "".join(letter if letter.isprintable() and letter not in '/\\:*?"<>|' else "_" for letter in text)[
        :LONGEST_LABEL
    ].strip(" .")


def _type_name(number: int) -> str:
    if number not in _TYPES:
        return f"0x{number:02x}"
    first, *others = Type(number).name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


_TYPES = frozenset(int(kind) for kind in Type)
