"""The CVE list: all records of the CVE programme (CVEProject/cvelistV5), each a file in a zip.

Taken are the archive of the repository; the release of each day, which has a zip named cves.zip in it; and the hourly
one of the records that changed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import bundles
from pellucid.advisories.feeds.cve_record import record_of
from pellucid.advisories.feeds.unseen import Unseen
from pellucid.domain.statement import AdvisoryRecord

SOURCE = "cvelist"
# Of all that reads records of CVEs.
VERSION = 2
LARGEST = 16 << 20
INNER = "cves.zip"
WANTED = re.compile(r"(?:[^/]+/)?(?:cves/\d{4}/\d{1,16}xxx|deltaCves)/(?P<name>CVE-\d{4}-\d{4,19})\.json")


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    lying = path.is_dir()
    members = bundles.lying(path, WANTED, LARGEST) if lying else bundles.zipped(path, WANTED, LARGEST, inner=INNER)
    return Unseen(record_of, LARGEST).records(members, path)


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    """Raises Malformed."""
    return record_of(raw)


def recognise(path: Path, first: bytes) -> str:
    """By the zip inside, or the names of the members."""
    if not first.startswith(bundles.ZIP):
        return ""
    is_list = bundles.beginning(path, 1, re.compile(re.escape(INNER))) or bundles.beginning(path, 1, WANTED)
    return SOURCE if is_list else ""


def tarred(source: str, wanted: re.Pattern[str], *, title: str, licence: str, address: str) -> Feed:
    """The feed of a repository that has such records in files with these names, and is published as a tar of it."""

    def read_tar(path: Path) -> Iterator[RawRecord]:
        members = (bundles.lying if path.is_dir() else bundles.tarred)(path, wanted, LARGEST)
        return Unseen(record_of, LARGEST).records(members, path)

    def recognise_tar(path: Path, _first: bytes) -> str:
        return source if not bundles.is_zip(path) and bundles.beginning(path, 1, wanted) else ""

    return Feed(
        name=source,
        title=title,
        version=VERSION,
        licence=licence,
        files=(FeedFile(source=source, address=address, name=f"{source}/*.tar.gz"),),
        recognise=recognise_tar,
        read=read_tar,
        normalise=normalise,
    )


FEED = Feed(
    name="cvelist",
    title="CVE list",
    version=VERSION,
    licence="CVE terms of use",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://github.com/CVEProject/cvelistV5/archive/refs/heads/main.zip",
            name="cvelist/*.zip",
        ),
    ),
    recognise=recognise,
    read=read,
    normalise=normalise,
    notice="CVE is a registered trademark of The MITRE Corporation.",
)
