"""The tar around container images: which blob lies where, without unpacking any."""

import json
import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import tar
from pellucid.formats.span import Data, take

MOST_MEMBERS = 20_000
MOST_LINKS = 8
LARGEST_DOCUMENT = 8 << 20
DOCKER, OCI_INDEX, OCI_MARK = "manifest.json", "index.json", "oci-layout"
# What the builders of such archives write, and nothing else: a tar of other things is soon refused.
USUAL = re.compile(
    r"blobs(/[a-z0-9+._-]+(/[0-9a-fA-F]{32,128})?)?|oci-layout|repositories|[^/]+\.json"
    r"|(sha256:)?[0-9a-f]{12,64}(\.tar|\.tar\.gz|\.tgz|/json|/VERSION|/layer\.tar)?|[^/]*layer[^/]*\.tar(\.gz)?"
)


class Archive(msgspec.Struct):
    """`blobs`: name -> (offset, size) of every file, links followed."""

    data: Data
    blobs: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)

    def document(self, name: str) -> Any:
        """The JSON in the file `name`; raises Malformed when there is none."""
        at, size = self.place(name)
        if size > LARGEST_DOCUMENT:
            raise Malformed(f"{name}: a JSON document of {size:,} bytes")
        try:
            return json.loads(take(self.data, at, size))
        except (ValueError, RecursionError):
            raise Malformed(f"{name}: no JSON") from None

    def place(self, name: str) -> tuple[int, int]:
        """(offset, size) of a file; raises Malformed when it is missing."""
        found = self.blobs.get(posixpath.normpath(name))
        if found is None:
            raise Malformed(f"{name[:200]}: missing in the archive")
        return found


def read(data: Data, start: int = 0) -> Archive:
    """The archive at `start`. Raises Malformed for a tar of anything else, mostly at its first name."""
    archive = Archive(data)
    links: dict[str, str] = {}
    for number, record in enumerate(_readable(tar.records(data, start))):
        name = _name(record.name)
        if number >= MOST_MEMBERS or (name != "." and not USUAL.fullmatch(name)):
            raise Malformed("a tar of something else than container images")
        if record.type in (b"0", b"\0") and record.size:
            archive.blobs[name] = (record.data_at, record.size)
        elif record.type in (b"1", b"2"):
            links[name] = _target(name, record)
    if not _told(archive):
        raise Malformed("a tar without a manifest of container images")
    for name in links:
        target = name
        for _ in range(MOST_LINKS):
            target = links.get(target, target)
        if target in archive.blobs:
            archive.blobs.setdefault(name, archive.blobs[target])
    return archive


def _readable(records: Iterator[tar.Record]) -> Iterator[tar.Record]:
    """Those before the first that is damaged."""
    with suppress(Malformed):
        for record in records:
            if record.type not in tar.WITHOUT_ENTRY:
                yield record


def _told(archive: Archive) -> bool:
    """Whether the archive says which images it holds."""
    if OCI_INDEX in archive.blobs and OCI_MARK in archive.blobs:
        return True
    try:
        rows = archive.document(DOCKER)
    except Malformed:
        return False
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) and "Layers" in row for row in rows)


def _target(name: str, record: tar.Record) -> str:
    stated = record.extended.get("linkpath") or record.long_link or record.block[157:257].partition(b"\0")[0]
    text = stated if isinstance(stated, str) else stated.decode("utf-8", "backslashreplace")
    return posixpath.normpath(text if record.type == b"1" else posixpath.join(posixpath.dirname(name), text))


def _name(stated: str | bytes) -> str:
    text = stated if isinstance(stated, str) else stated.decode("utf-8", "backslashreplace")
    return posixpath.normpath(text)
