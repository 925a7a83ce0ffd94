"""The security databases of Wolfi and of Chainguard, in the format of Alpine's."""

from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile
from pellucid.advisories.feeds import secdb

SOURCES = ("wolfi", "chainguard")


def _recognise(path: Path, first: bytes) -> str:
    found = secdb.recognise(path, first)
    return found if found in SOURCES else ""


FEED = Feed(
    name="wolfi",
    title="Wolfi and Chainguard security databases",
    version=1,
    licence="no licence stated",
    files=(
        FeedFile(
            source="wolfi", address="https://packages.wolfi.dev/os/security.json", name="wolfi/secdb/security.json"
        ),
        FeedFile(
            source="chainguard",
            address="https://packages.cgr.dev/chainguard/security.json",
            name="chainguard/secdb/security.json",
        ),
    ),
    recognise=_recognise,
    read=secdb.read,
    normalise=secdb.normalise,
    notice="Contains data of the Wolfi and Chainguard security databases.",
)
