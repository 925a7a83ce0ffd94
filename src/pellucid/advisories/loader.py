"""Vulnerability data from files: OSV records, and the catalogue of known exploited vulnerabilities.

Understood are a JSON file with one record, a list of them or {"vulns": [...]}; a zip of such files, as OSV publishes
them; the catalogue's JSON; and a folder with any of these.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from pellucid.advisories.index import MemoryIndex
from pellucid.advisories.kev import catalogue_of, is_catalogue, moment
from pellucid.advisories.osv import advisories_of
from pellucid.domain.advisory import Advisory
from pellucid.errors import Malformed

LARGEST_FILE = 1 << 30
LARGEST_MEMBER = 64 << 20
LARGEST_TOTAL = 8 << 30
MOST_MEMBERS = 2_000_000


@dataclass
class _Collected:
    advisories: list[Advisory] = field(default_factory=list)
    kev: dict[str, date] = field(default_factory=dict)
    kev_version: str = ""
    newest: datetime | None = None
    skipped: int = 0
    hashes: set[str] = field(default_factory=set)

    def add(self, document: Any) -> None:
        """Take a parsed document in. A record that is none is counted as skipped; a broken catalogue is Malformed."""
        if is_catalogue(document):
            catalogue = catalogue_of(document)
            if catalogue.version >= self.kev_version:
                self.kev, self.kev_version = catalogue.since, catalogue.version
            self._note(catalogue.released)
            return
        records = document.get("vulns", [document]) if isinstance(document, dict) else document
        for record in records if isinstance(records, list) else [records]:
            try:
                self.advisories.extend(advisories_of(record))
            except Malformed:
                self.skipped += 1
                continue
            self._note(moment(record.get("modified")))

    def _note(self, when: datetime | None) -> None:
        if when and (self.newest is None or when > self.newest):
            self.newest = when


def load(*paths: Path) -> MemoryIndex:
    """Read files and folders into an index.

    Raises Malformed, with the name of the file, for what is no vulnerability data, and OSError. Single records that
    cannot be read are left out and counted in `skipped`; data in which nothing could be read is Malformed.
    """
    collected = _Collected()
    for path in paths:
        for name, content in _documents(path):
            collected.hashes.add(hashlib.sha256(content).hexdigest())
            try:
                collected.add(json.loads(content))
            except (ValueError, RecursionError) as error:
                raise Malformed(f"{name}: not JSON: {error}") from error
            except Malformed as error:
                raise Malformed(f"{name}: {error.message}") from error
    if collected.skipped and not collected.advisories:
        raise Malformed(f"{', '.join(map(str, paths))}: no OSV record in it")
    return MemoryIndex(
        collected.advisories,
        collected.kev,
        digest=hashlib.sha256("".join(sorted(collected.hashes)).encode()).hexdigest(),
        published=collected.newest,
        kev_version=collected.kev_version,
        skipped=collected.skipped,
    )


def bundled() -> MemoryIndex:
    """The small set that comes with Pellucid: a start, no substitute for a feed."""
    with as_file(files("pellucid.advisories").joinpath("bundled")) as folder:
        return load(folder)


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each JSON document, in the order of names."""
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and inner.suffix in (".json", ".zip"):
                yield from _documents(inner)
    elif path.suffix == ".zip":
        yield from _members(path)
    else:
        if path.stat().st_size > LARGEST_FILE:
            raise Malformed(f"{path}: larger than {LARGEST_FILE:,} bytes: split it, or use a zip of single records")
        yield str(path), path.read_bytes()


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith(".json")]
            if len(entries) > MOST_MEMBERS:
                raise Malformed(f"{path}: more than {MOST_MEMBERS:,} records")
            for entry in sorted(entries, key=lambda entry: entry.filename):
                total += entry.file_size
                if entry.file_size > LARGEST_MEMBER or total > LARGEST_TOTAL:
                    raise Malformed(f"{path}: {entry.filename} is too large")
                with archive.open(entry) as stream:
                    yield f"{path}!{entry.filename}", stream.read(LARGEST_MEMBER)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise Malformed(f"{path}: not a readable zip: {error}") from error
