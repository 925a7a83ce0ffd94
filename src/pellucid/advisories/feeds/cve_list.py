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


FEED = Feed(
    name="cvelist",
    title="CVE list",
    version=2,
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
