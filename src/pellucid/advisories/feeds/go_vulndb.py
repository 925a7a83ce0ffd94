"""The vulnerability database of Go, from its own site: a zip of records in the format of OSV, and of indexes.

OSV publishes the same records; this is for whoever carries the file of the Go project (https://go.dev/doc/security/vuln/database).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import bundles, osv

SOURCE = "go"
WANTED = re.compile(r"(?:[^/]+/)?ID/(?P<name>GO-\d{4}-\d{1,9})\.json")
INDEX = re.compile(r"(?:[^/]+/)?index/(?:db|modules|vulns)\.json")


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    return osv.records((bundles.lying if path.is_dir() else bundles.zipped)(path, WANTED, osv.LARGEST), path)


def recognise(path: Path, first: bytes) -> str:
    """By the indexes, which nobody else has beside records."""
    return SOURCE if first.startswith(bundles.ZIP) and bundles.beginning(path, 1, INDEX) else ""


FEED = Feed(
    name="go-vulndb",
    title="Go Vulnerability Database",
    version=osv.FEED.version,
    licence="CC-BY-4.0",
    files=(FeedFile(source=SOURCE, address="https://vuln.go.dev/vulndb.zip", name="go/vulndb.zip"),),
    recognise=recognise,
    read=read,
    normalise=osv.normalise,
)
