"""What the OpenSSL project publishes of its own vulnerabilities: records of CVEs, whose versions have letters."""

import re
from collections.abc import Iterator
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import bundles, cve_list
from pellucid.advisories.feeds.cve_record import record_of
from pellucid.advisories.feeds.unseen import Unseen

SOURCE = "openssl"
WANTED = re.compile(r"(?:[^/]+/)?secjson/(?P<name>CVE-\d{4}-\d{4,19})\.json")


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    members = (bundles.lying if path.is_dir() else bundles.tarred)(path, WANTED, cve_list.LARGEST)
    return Unseen(record_of, cve_list.LARGEST).records(members, path)


def recognise(path: Path, _first: bytes) -> str:
    """By the name of the folder."""
    return SOURCE if not bundles.is_zip(path) and bundles.beginning(path, 1, WANTED) else ""


FEED = Feed(
    name="openssl",
    title="OpenSSL's own advisories",
    version=cve_list.FEED.version,
    licence="Apache-2.0",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://github.com/openssl/release-metadata/archive/refs/heads/main.tar.gz",
            name="openssl/*.tar.gz",
        ),
    ),
    recognise=recognise,
    read=read,
    normalise=cve_list.normalise,
)
