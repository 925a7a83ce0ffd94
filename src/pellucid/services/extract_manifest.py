"""The manifest of an extraction: everything that containers said, written or not, one entry a line (JSON)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pellucid import __version__
from pellucid.domain.extraction import Extraction
from pellucid.domain.place import ScannedPlace, path_of
from pellucid.domain.problem import Problem

MANIFEST = "pellucid-extract.json"

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Written:
    """What became of a place: a path below the folder ("" for nothing), and why it is not what one would expect."""

    path: str = ""
    note: str = ""


def write_manifest(path: Path, result: Extraction, places: Sequence[ScannedPlace], written: Iterable[Written]) -> None:
    """`written` has one for each place. Times are seconds since 1970, modes octal."""
    with path.open("xb") as file:
        head = {
            "pellucid": __version__,
            "file": {"name": result.filename, "size": result.size, "sha256": result.sha256},
            "files": result.files,
            "folders": result.folders,
            "bytes": result.bytes,
            "listed": result.listed,
            "renamed": result.renamed,
            "problems": [problem_json(problem) for problem in result.problems],
        }
        file.write(_encode(head)[:-1] + b',"entries":[')
        separator = b"\n"
        for place, outcome in zip(places, written, strict=True):
            file.write(separator + _encode(_entry(place, path_of(place, places), outcome)))
            separator = b",\n"
        file.write(b"\n]}\n")


def problem_json(problem: Problem) -> dict[str, str]:
    """A problem as the documents of scans show it, too."""
    return {
        "unit": problem.unit,
        "kind": problem.kind.value,
        "artefact": problem.artefact,
        "message": problem.message,
    }


def _entry(place: ScannedPlace, where: str, outcome: Written) -> dict[str, Any]:
    entry, artefact = place.entry, place.artefact
    values: dict[str, Any] = {"place": where, "path": outcome.path or None, "note": outcome.note}
    if artefact:
        values |= {"format": artefact.kind, "size": artefact.size, "sha256": artefact.sha256}
        values |= {"header": dict(artefact.metadata)}
    if entry:
        values |= {"kind": entry.kind, "target": entry.target, "facts": dict(entry.facts)}
        values |= {"mode": None if entry.mode is None else f"{entry.mode:04o}"}
        values |= {"uid": entry.uid, "gid": entry.gid, "mtime": entry.mtime}
    return {key: value for key, value in values.items() if value not in (None, "", {}) or key == "path"}
