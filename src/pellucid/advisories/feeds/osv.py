"""Open Source Vulnerabilities: what OSV publishes of each ecosystem, and anything else in its format.

Read are zips (entries in the root or in folders), tars in gzip or xz, folders, and JSON files with one record, a list
of them, or {"vulns": [...]} (https://google.github.io/osv.dev/data/).
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import bundles, publications
from pellucid.advisories.feeds.bundles import Members
from pellucid.advisories.feeds.long_json import elements
from pellucid.advisories.feeds.osv_record import record_of
from pellucid.advisories.feeds.unseen import Unseen
from pellucid.domain.statement import AdvisoryRecord

PREFIX = "osv/"
ADDRESS = "https://storage.googleapis.com/osv-vulnerabilities/"
LARGEST = 16 << 20
WANTED = re.compile(r"(?:[^/]+/){0,8}(?P<name>[^/]+)\.json")
SAMPLE = 20
_PACKAGE = re.compile(rb'"ecosystem"\s*:\s*"([^":]{1,60})')
_GIT = re.compile(rb'"type"\s*:\s*"GIT"')
# What every record has in its first bytes, among which the description may be long, and what other publications have.
_RECORD = re.compile(rb'"(?:schema_version|modified|affected|aliases|details|summary|published)"\s*:')
_ID = re.compile(rb'"id"\s*:\s*"[A-Za-z]')
_OTHER = re.compile(
    rb'"(?:cveMetadata|dataType|containers|cve|vulnerabilities|resultsPerPage|catalogVersion|CVE_data_type|bomFormat'
    rb'|spdxVersion|runs|statements|document)"\s*:'
)
_LIST = re.compile(rb'\s*(?:(\[)|\{\s*"vulns"\s*:)')


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    """Raises Malformed."""
    return record_of(raw)


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    if path.is_dir():
        return records(bundles.lying(path, WANTED, LARGEST), path)
    with path.open("rb") as file:
        first = file.read(publications.HEAD)
    if first.startswith(bundles.ZIP):
        return records(bundles.zipped(path, WANTED, LARGEST), path)
    if first.startswith(bundles.XZ) or bundles.is_tar(publications.head(first)):
        return records(bundles.tarred(path, WANTED, LARGEST), path)
    return listed(path, publications.head(first))


def listed(path: Path, first: bytes) -> Iterator[RawRecord]:
    """The records of a JSON document: a list of them, {"vulns": [...]}, or one."""
    unseen = Unseen(record_of, LARGEST)
    found = _LIST.match(first)
    if not found:
        with publications.opened(path) as stream:
            yield unseen.record(path.name.partition(".")[0], stream.read(LARGEST + 1))
        return
    for number, item in enumerate(elements(path, "" if found[1] else "vulns")):
        yield unseen.record(f"record {number + 1}", item)


def records(members: Members, path: Path) -> Iterator[RawRecord]:
    """The records that are members of a bundle."""
    return Unseen(record_of, LARGEST).records(members, path)


def recognise(path: Path, first: bytes) -> str:
    """By the folder, which OSV names by ecosystem; else by what most of the first records are about."""
    contents = [content for content in _beginnings(path, first) if is_record(content)]
    if not contents:
        return ""
    folder = path if path.is_dir() else path.parent
    if ecosystem := _ecosystems_by_folder().get(folder.name.lower()):
        return PREFIX + ecosystem
    counted = Counter(filter(None, map(_ecosystem, contents)))
    return PREFIX + (counted.most_common(1)[0][0] if counted else "other")


def _beginnings(path: Path, first: bytes) -> list[bytes]:
    """Of the first records; none where they are GitHub's own publication, which is a feed of its own."""
    if path.is_dir():
        return [content for _, content in islice(bundles.lying(path, WANTED, publications.HEAD), SAMPLE)]
    head = publications.head(first)
    if not first.startswith((bundles.ZIP, bundles.XZ)) and not bundles.is_tar(head):
        return [head]
    found = bundles.beginning(path, SAMPLE, WANTED)
    return [] if any("github-reviewed" in name for name, _ in found) else [content for _, content in found]


def is_record(content: bytes) -> bool:
    """Whether the beginning of a document is that of an OSV record, or of a list of them."""
    text = content.lstrip()[:1]
    if text not in (b"{", b"[") or _OTHER.search(content[:2000]):
        return False
    return bool(_ID.search(content) and _RECORD.search(content)) and b'"CURL-CVE-' not in content[:2000]


def _ecosystem(content: bytes) -> str:
    if found := _PACKAGE.search(content):
        return found[1].decode("utf-8", "replace")
    return "GIT" if _GIT.search(content) else ""


@cache
def ecosystems() -> dict[str, bool]:
    """Names of ecosystems, and whether they are fetched unless the settings say otherwise."""
    text = Path(__file__).with_name("osv_ecosystems.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _ecosystems_by_folder() -> dict[str, str]:
    return {name.lower(): name for name in ecosystems()}


def file_of(ecosystem: str) -> FeedFile:
    """Where the records of an ecosystem are published."""
    return FeedFile(
        source=PREFIX + ecosystem, address=f"{ADDRESS}{quote(ecosystem)}/all.zip", name=f"osv/{ecosystem}/all.zip"
    )


FEED = Feed(
    name="osv",
    title="Open Source Vulnerabilities",
    version=1,
    licence="CC-BY-4.0 and, by source, CC0-1.0, CC-BY-SA-4.0, Apache-2.0 and MIT",
    files=tuple(file_of(name) for name, enabled in ecosystems().items() if enabled),
    recognise=recognise,
    read=read,
    normalise=normalise,
    notice="Data from osv.dev and the databases that it gathers.",
)
