"""The CVE list: a zip of all records at midnight, a smaller one of those that changed (CVEProject/cvelistV5).

What is published once a day has a zip named cves.zip in it; in that, and in the hourly one, each record is a file.
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
    if path.is_dir():
        return Unseen(record_of, LARGEST).records(bundles.lying(path, WANTED, LARGEST))
    return Unseen(record_of, LARGEST).records(bundles.zipped(path, WANTED, LARGEST, inner=INNER))


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    return record_of(raw)


def recognise(path: Path, first: bytes) -> str:
    if not first.startswith(bundles.ZIP):
        return ""
    is_list = bundles.beginning(path, 1, re.compile(re.escape(INNER))) or bundles.beginning(path, 1, WANTED)
    return SOURCE if is_list else ""


FEED = Feed(
    name="cvelist",
    title="CVE list",
    version=1,
    licence="CVE terms of use",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://github.com/CVEProject/cvelistV5/releases",
            name="cvelist/*_all_CVEs_at_midnight.zip*",
        ),
        FeedFile(
            source=SOURCE,
            address="https://github.com/CVEProject/cvelistV5/releases",
            name="cvelist/*_delta_CVEs_at_*.zip",
            partial=True,
        ),
    ),
    recognise=recognise,
    read=read,
    normalise=normalise,
    notice="CVE is a registered trademark of The MITRE Corporation.",
)
