"""The security database of Alpine Linux, and what its security team rejected as not about its packages.

Rejections are YAML, `package:` and below it `- CVE-...`, one file for each repository; they hold for all branches. One
of them is kept as these two lines.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import secdb
from pellucid.advisories.feeds.publications import head, opened
from pellucid.domain.statement import AdvisoryRecord, Affected, Standing
from pellucid.errors import Malformed
from pellucid.formats.block_yaml import ITEM, entries

SOURCE, REJECTIONS = "alpine", "alpine-rejections"
DATABASE = "https://secdb.alpinelinux.org/"
REJECTED = "https://gitlab.alpinelinux.org/alpine/security/security-rejections/-/raw/master/"
NOTE = "Alpine's security team rejected it as not about this package."
LARGEST_YAML = 16 << 20
YAML = re.compile(
    rb"(?:\s|#[^\n]*\n|---[ \t]*\n)*[\w.+-]{1,100}:[ \t]*(?:#[^\n]*)?\n(?:\s|#[^\n]*\n)*-[ \t]+[\"']?(?:CVE|GHSA)-"
)


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    with opened(path) as stream:
        beginning = stream.read(4096)
    if YAML.match(beginning):
        yield from _rejections(path)
    else:
        yield from secdb.read(path)


def normalise(source: str, raw: bytes) -> AdvisoryRecord | None:
    """A record that was kept; that of a rejection is YAML. Raises Malformed."""
    if source != REJECTIONS:
        return secdb.normalise(source, raw)
    return next((_rejected(entry.path[0], entry.value) for entry in entries(raw) if _is_rejection(entry.path)), None)


def _rejections(path: Path) -> Iterator[RawRecord]:
    with opened(path) as stream:
        content = stream.read(LARGEST_YAML + 1)
        while piece := stream.read(LARGEST_YAML + 1 - len(content)):
            content += piece
    if len(content) > LARGEST_YAML:
        raise Malformed(f"{path.name}: more than {LARGEST_YAML:,} bytes of rejections")
    for entry in entries(content):
        if not _is_rejection(entry.path):
            continue
        package, name = entry.path[0][:200], entry.value[:200]
        record = _rejected(package, name)
        yield RawRecord(
            id=f"{package}/{name}",
            raw=f"{package}:\n  - {name}\n".encode("utf-8", "replace"),
            record=record,
            fault="" if record else "names no vulnerability",
        )


def _is_rejection(path: tuple[str, ...]) -> bool:
    return len(path) == 2 and path[1] == ITEM


def _rejected(package: str, stated: str) -> AdvisoryRecord | None:
    cves, others = secdb.names(stated)
    if not cves and not others:
        return None
    subjects = [(f"Alpine:{branch}", package) for branch in _branches()]
    return AdvisoryRecord(
        id=(*cves, *others)[0],
        affected=tuple(
            Affected(subject=subject, standing=Standing.NOT_AFFECTED, any_version=True, note=NOTE)
            for subject in subjects
        ),
    )


@cache
def _branches() -> Mapping[str, list[str]]:
    table = Path(__file__).with_name("alpine_releases.toml")
    branches: dict[str, list[str]] = tomllib.loads(table.read_text(encoding="utf-8"))["branches"]
    return branches


def _recognise(path: Path, first: bytes) -> str:
    if YAML.match(head(first)):
        return REJECTIONS
    return SOURCE if secdb.recognise(path, first) == SOURCE else ""


FEED = Feed(
    name="alpine",
    title="Alpine Linux security database",
    version=1,
    licence="CC-BY-SA-4.0",
    files=(
        *(
            FeedFile(
                source=SOURCE,
                address=f"{DATABASE}{branch}/{repository}.json",
                name=f"alpine-secdb/{branch}/{repository}.json",
            )
            for branch, repositories in _branches().items()
            for repository in repositories
        ),
        *(
            FeedFile(
                source=REJECTIONS,
                address=f"{REJECTED}{repository}.yaml",
                name=f"alpine-secdb/security-rejections/{repository}.yaml",
            )
            for repository in ("main", "community")
        ),
    ),
    recognise=_recognise,
    read=read,
    normalise=normalise,
    notice="Contains data of the Alpine Linux security database, CC-BY-SA-4.0.",
)
