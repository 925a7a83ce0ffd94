"""Configurations that Anchore adds for CVEs that NVD has not analysed: a tar with a file for each CVE.

`data/YEAR/CVE-....json` in https://github.com/anchore/nvd-data-overrides, {"_annotation": {"cve_id", "description",
"reason", ...}, "cve": {"configurations": [...], "references": [...]}}: the second is as in records of NVD.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.bundles import is_tar, tarred
from pellucid.advisories.feeds.fields import CVE, moment, prose, references
from pellucid.advisories.feeds.json_records import Understood, raw_record
from pellucid.advisories.feeds.nvd_configurations import applicability
from pellucid.advisories.feeds.nvd_record import pages
from pellucid.advisories.feeds.publications import decoded, head
from pellucid.domain.statement import AdvisoryRecord
from pellucid.errors import Malformed
from pellucid.formats.json_document import mapping, text, texts

SOURCE = "anchore"
MEMBER = re.compile(r"(?:\./)?(?:[^/]+/)?data/\d{4}/(CVE-\d{4}-\d{4,19})\.json")
NAMED = re.compile(rb"(?:^|/)nvd-data-overrides[^/\0]*/")
ANNOTATED = re.compile(rb'\{\s*"_annotation"\s*:\s*\{')
LARGEST = 16 << 20


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    seen = 0
    for named, content in tarred(path, MEMBER, LARGEST):
        seen += 1
        yield _raw_record(named[1], content)
    if not seen:
        raise Malformed(f"{path.name}: none of its members overrides a record of NVD")


def _normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    return _understood(decoded(raw)).record


def _raw_record(name: str, content: bytes) -> RawRecord:
    if len(content) > LARGEST:
        return RawRecord(id=name, raw=b"", record=None, fault=f"more than {LARGEST:,} bytes")
    found = raw_record(content, name, _understood)
    if found.record and found.record.id != name:
        return replace(found, record=None, fault=f"its annotation is that of {found.record.id}")
    return found


def _understood(document: Any) -> Understood:
    annotation, cve = mapping(mapping(document).get("_annotation")), mapping(mapping(document).get("cve"))
    name = text(annotation.get("cve_id"))
    if not CVE.fullmatch(name) or not cve:
        return Understood(None, "no override of a record of NVD")
    found = applicability(cve.get("configurations"))
    addresses = [(page.url, page.kind) for page in pages(cve)]
    addresses.extend((address, "") for address in texts(annotation.get("references")))
    record = AdvisoryRecord(
        id=name,
        description=prose(annotation.get("description")),
        published=moment(annotation.get("published")),
        modified=moment(annotation.get("modified")),
        references=references(addresses),
        affected=found.affected,
    )
    return Understood(record, found.fault)


def _recognise(_path: Path, first: bytes) -> str:
    content = head(first)
    return SOURCE if is_tar(content) and (NAMED.search(content) or ANNOTATED.search(content)) else ""


FEED = Feed(
    name=SOURCE,
    title="NVD data overrides of Anchore",
    version=1,
    licence="CC0-1.0",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://github.com/anchore/nvd-data-overrides/archive/refs/heads/main.tar.gz",
            name="nvd-overrides-anchore/*.tar.gz",
        ),
    ),
    recognise=_recognise,
    read=read,
    normalise=_normalise,
)
