"""What the curl project publishes of its own vulnerabilities: one list, in the format of OSV.

Its records name no package: the product is curl, or its library, in the project's own versions.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import osv, publications
from pellucid.advisories.feeds.osv_record import record_of
from pellucid.advisories.feeds.publications import decoded
from pellucid.domain.statement import AdvisoryRecord, Affected, Subject
from pellucid.formats.json_document import mapping

SOURCE = "curl"
REPOSITORY = ("repo", "github.com/curl/curl")
TOOL, LIBRARY = ("cpe:a", "haxx:curl"), ("cpe:a", "haxx:libcurl")
BEGINNING = 4000


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    with path.open("rb") as file:
        first = publications.head(file.read(publications.HEAD))
    for item in osv.listed(path, first):
        yield replace(item, record=_with_products(item.record, item.raw)) if item.record else item


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    """Raises Malformed."""
    return _with_products(record_of(raw), raw)


def _with_products(record: AdvisoryRecord, raw: bytes) -> AdvisoryRecord:
    """The same of the products, which have the versions; the repository has the names of tags, too."""
    affects = mapping(mapping(decoded(raw)).get("database_specific")).get("affects")
    # The dictionary calls the whole release "curl", and the tool has the library in it.
    subjects: tuple[Subject, ...] = (TOOL,) if affects == "tool" else (TOOL, LIBRARY)
    stated = [item for item in record.affected if item.subject == REPOSITORY]
    products = [Affected(subject=one, ranges=item.ranges) for item in stated if item.ranges for one in subjects]
    return replace(record, affected=(*products, *record.affected))


def recognise(_path: Path, first: bytes) -> str:
    """By the names of the records: it is a list of them, as others publish, too."""
    head = publications.head(first)[:BEGINNING]
    return SOURCE if head.lstrip().startswith(b"[") and b'"CURL-CVE-' in head else ""


FEED = Feed(
    name="curl",
    title="curl's own advisories",
    version=osv.FEED.version,
    licence="curl",
    files=(FeedFile(source=SOURCE, address="https://curl.se/docs/vuln.json", name="curl/vuln.json"),),
    recognise=recognise,
    read=read,
    normalise=normalise,
)
