"""Places of a scan as values of rows: the tree that was unpacked, and which of it is software."""

from collections.abc import Iterator, Mapping
from typing import Any

from pellucid.domain.entry import Entry
from pellucid.domain.place import ScannedPlace, path_of
from pellucid.domain.scan_result import ScanResult

LARGEST = (1 << 63) - 1
NUL = "\N{SYMBOL FOR NULL}"


def place_values(result: ScanResult) -> Iterator[dict[str, Any]]:
    """Columns of `scan_artefact`, in tree order; nothing of the tree is copied."""
    components = {item.evidence.artefact: number for number, item in enumerate(result.components)}
    for place in result.places:
        yield _values(place, result, components)


def plain(values: Mapping[str, Any], longest: Mapping[str, int | None]) -> dict[str, Any]:
    """The same as columns of these lengths take it: texts come out of images, and may hold or be anything.

    NUL characters, which PostgreSQL refuses, are shown by a symbol, and what is longer than its column is cut.
    """
    return {key: _plain(value, longest.get(key)) if isinstance(value, str) else value for key, value in values.items()}


def _plain(text: str, longest: int | None) -> str:
    if "\0" in text:
        text = text.replace("\0", NUL)
    return text if longest is None or len(text) <= longest else text[:longest]


def _values(place: ScannedPlace, result: ScanResult, components: Mapping[str, int]) -> dict[str, Any]:
    entry, artefact = place.entry, place.artefact
    path = path_of(place, result.places)
    return {
        "path": path,
        "sha256": artefact.sha256 if artefact else "",
        "size": artefact.size if artefact else 0,
        "kind": artefact.kind if artefact else "",
        "meta": artefact.metadata if artefact else {},
        "parent": place.parent if entry else None,
        "name": (entry.name if entry else path).rpartition("/")[2],
        "entry": entry.kind if entry else None,
        "component": components.get(path) if artefact else None,
        **(_stated(entry) if entry else NOTHING_STATED),
    }


def _stated(entry: Entry) -> dict[str, Any]:
    """What the container says of an entry; numbers that no column holds are left out, whatever they were to mean."""
    return {
        "mode": _number(entry.mode, 0),
        "uid": _number(entry.uid),
        "gid": _number(entry.gid),
        "mtime": _number(entry.mtime),
        "target": entry.target or None,
        "facts": entry.facts or None,
    }


NOTHING_STATED = dict.fromkeys(("mode", "uid", "gid", "mtime", "target", "facts"))


def _number(value: int | None, lowest: int = -LARGEST) -> int | None:
    return value if value is not None and lowest <= value <= LARGEST else None
