"""Security advisories of Debian: DSA, and DLA for releases in long-term support; both as the lists of its team.

The format of data/DSA/list in the security tracker's repository: a line "[day month year] id package - title", then
lines that are indented, with the vulnerabilities in braces, a release with the version that has the fixes, and notes.
A record is one notice, kept as these lines.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.debian_releases import ecosystem
from pellucid.advisories.feeds.fields import CVE
from pellucid.advisories.feeds.publications import head, opened, text
from pellucid.domain.statement import AdvisoryRecord, Affected, FixPlan, Standing
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Reference

MOST_LINES = 500
LONGEST_LINE = 32 << 10
FIRST = re.compile(r"\[(?P<date>\d{1,2} \w{3} \d{4})\] (?P<id>D[SL]A-\d{1,6}(?:-\d{1,4})?)\s(?P<title>.*)")
BEGINNING = re.compile(rb"\s*\[\d{1,2} \w{3} \d{4}\] (D[SL]A)-\d")
FIXED = re.compile(
    r"\[(?P<release>[\w.-]{1,40})\]\s+-\s+(?P<package>[a-z0-9][a-z0-9+.-]{0,200})\s+(?P<version>\S{1,200})"
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SOURCES = {b"DSA": "debian-dsa", b"DLA": "debian-dla"}
LISTS = "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/"
TRACKER = "https://security-tracker.debian.org/tracker/"
ALL = (VersionRange(),)


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    lines: list[str] = []
    with opened(path) as stream:
        content = text(stream)
        while line := content.readline(LONGEST_LINE):
            if line.startswith("["):
                stream.next_record()
                yield from _records(lines)
                lines = []
            if len(lines) < MOST_LINES:
                lines.append(line.rstrip())
        yield from _records(lines)


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    """A notice that was kept."""
    return _understood(raw.decode("utf-8", "replace").split("\n"))


def _records(lines: list[str]) -> Iterator[RawRecord]:
    """The notice that these lines are; nothing for what precedes the first one."""
    if not lines or not lines[0].startswith("["):
        return
    record = _understood(lines)
    words = lines[0].partition("]")[2].split()
    yield RawRecord(
        id=record.id if record else (words[0] if words else lines[0])[:200],
        raw="\n".join(line for line in lines if line).encode(),
        record=record,
        fault="" if record else "a line that begins no notice",
    )


def _understood(lines: list[str]) -> AdvisoryRecord | None:
    first = FIRST.match(lines[0])
    if first is None:
        return None
    names: dict[str, None] = {}
    affected: list[Affected] = []
    for line in map(str.strip, lines[1:]):
        if line.startswith("{"):
            names.update(dict.fromkeys(CVE.findall(line)))
        elif fixed := FIXED.match(line):
            affected.append(_affected(fixed))
    return AdvisoryRecord(
        id=first["id"],
        upstream=tuple(names),
        covers=True,
        title=" ".join(first["title"].split())[:300],
        published=_moment(first["date"]),
        references=(Reference(url=TRACKER + first["id"], kind="ADVISORY"),),
        affected=tuple(affected),
    )


def _affected(fixed: re.Match[str]) -> Affected:
    subject = (ecosystem(fixed["release"]), fixed["package"])
    match fixed["version"]:
        case "<not-affected>":
            return Affected(subject=subject, standing=Standing.NOT_AFFECTED, any_version=True)
        case "<end-of-life>":
            return Affected(subject=subject, ranges=ALL, plan=FixPlan.END_OF_LIFE, urgency="end-of-life")
        case version if version.startswith("<"):
            return Affected(subject=subject, ranges=ALL)
        case version:
            return Affected(subject=subject, ranges=(VersionRange(fixed=version),))


def _moment(date: str) -> datetime | None:
    day, month, year = date.split()
    try:
        return datetime(int(year), MONTHS.index(month) + 1, int(day), tzinfo=UTC)
    except ValueError:
        return None


def _recognise(_path: Path, first: bytes) -> str:
    found = BEGINNING.match(head(first))
    return SOURCES[found[1]] if found else ""


FEED = Feed(
    name="debian-notices",
    title="Debian security advisories (DSA, DLA)",
    version=1,
    licence="no licence stated",
    files=(
        FeedFile(source="debian-dsa", address=f"{LISTS}DSA/list", name="debian/DSA-list"),
        FeedFile(source="debian-dla", address=f"{LISTS}DLA/list", name="debian/DLA-list"),
    ),
    recognise=_recognise,
    read=read,
    normalise=normalise,
    notice="Contains data of the Debian security tracker.",
)
