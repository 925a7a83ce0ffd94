"""The National Vulnerability Database: its JSON feeds 2.0 by year, "modified" and "recent", and pages of its API 2.0.

One object, {"format": "NVD_CVE", "version": "2.0", "vulnerabilities": [{"cve": {...}}, ...]}
(https://nvd.nist.gov/vuln/data-feeds, https://nvd.nist.gov/developers/vulnerabilities). All files are one source, in
which the newer `lastModified` of a CVE counts.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.json_records import raw_record
from pellucid.advisories.feeds.long_json import elements
from pellucid.advisories.feeds.nvd_record import understood
from pellucid.advisories.feeds.publications import HEAD, decoded, head
from pellucid.domain.statement import AdvisoryRecord
from pellucid.errors import Malformed

SOURCE = "nvd"
ADDRESS = "https://nvd.nist.gov/feeds/json/cve/2.0/"
# The file of the first year has all that came before it.
FIRST_YEAR = 2002
BEGINNING = re.compile(rb'\s*\{[^{\[]*"format"\s*:\s*"NVD_CVE"[^{\[]*"version"\s*:\s*"2\.0"')


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    with path.open("rb") as file:
        first = file.read(HEAD)
    if not _recognise(path, first):
        raise Malformed(f"{path.name}: no JSON of NVD, version 2.0")
    for number, content in enumerate(elements(path, "vulnerabilities")):
        yield raw_record(content, f"{path.name}#{number}", understood)


def _normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    return understood(decoded(raw)).record


def _recognise(_path: Path, first: bytes) -> str:
    return SOURCE if BEGINNING.match(head(first)[:HEAD]) else ""


def _files() -> tuple[FeedFile, ...]:
    """The years so far, then what has changed in the last eight days."""
    years = (str(year) for year in range(FIRST_YEAR, datetime.now(UTC).year + 1))
    return tuple(
        FeedFile(
            source=SOURCE,
            address=f"{ADDRESS}nvdcve-2.0-{name}.json.gz",
            name=f"nvd/nvdcve-2.0-{name}.json.gz",
            partial=name == "modified",
        )
        for name in (*years, "modified")
    )


FEED = Feed(
    name=SOURCE,
    title="National Vulnerability Database",
    version=2,
    licence="public domain",
    files=_files(),
    recognise=_recognise,
    read=read,
    normalise=_normalise,
    notice="This product uses data from the NVD API but is not endorsed or certified by the NVD.",
)
