"""GitHub's advisories, those that were reviewed: the archive of its repository, in the format of OSV."""

import re
from collections.abc import Iterator
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import bundles, osv

SOURCE = "ghsa"
# What is not reviewed repeats CVEs, and names no packages.
WANTED = re.compile(r"(?:[^/]+/)?advisories/github-reviewed/(?:[^/]+/){0,4}(?P<name>GHSA-[^/]+)\.json")
ANY = re.compile(r"(?:[^/]+/)?advisories/.*")


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed. From an archive, or from a folder that it was unpacked into."""
    members = bundles.lying if path.is_dir() else bundles.zipped if bundles.is_zip(path) else bundles.tarred
    return osv.records(members(path, WANTED, osv.LARGEST), path)


def recognise(path: Path, _first: bytes) -> str:
    """By the folder that all records lie in."""
    return SOURCE if bundles.beginning(path, 1, ANY) else ""


FEED = Feed(
    name="ghsa",
    title="GitHub Advisory Database",
    version=osv.FEED.version,
    licence="CC-BY-4.0",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://github.com/github/advisory-database/archive/refs/heads/main.tar.gz",
            name="ghsa/*.tar.gz",
        ),
    ),
    recognise=recognise,
    read=read,
    normalise=osv.normalise,
    notice="GitHub Advisory Database, by GitHub and its contributors.",
)
