"""CISA's Vulnrichment: records of CVEs, with what CISA adds to them (SSVC, weaknesses, products, ratings)."""

import re
from collections.abc import Iterator
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import bundles, cve_list
from pellucid.advisories.feeds.cve_record import record_of
from pellucid.advisories.feeds.unseen import Unseen

SOURCE = "vulnrichment"
WANTED = re.compile(r"(?:[^/]+/)?\d{4}/\d{1,16}xxx/(?P<name>CVE-\d{4}-\d{4,19})\.json")


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    members = (bundles.lying if path.is_dir() else bundles.tarred)(path, WANTED, cve_list.LARGEST)
    return Unseen(record_of, cve_list.LARGEST).records(members, path)


def recognise(path: Path, _first: bytes) -> str:
    """By the names of the members: the list of CVEs has its folders in another one."""
    return SOURCE if not bundles.is_zip(path) and bundles.beginning(path, 1, WANTED) else ""


FEED = Feed(
    name="vulnrichment",
    title="CISA Vulnrichment",
    version=cve_list.FEED.version,
    licence="CC0-1.0",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.tar.gz",
            name="vulnrichment/*.tar.gz",
        ),
    ),
    recognise=recognise,
    read=read,
    normalise=cve_list.normalise,
)
