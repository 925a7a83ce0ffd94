"""Repositories on GitHub that say they hold a proof of concept, as PoC-in-GitHub finds them every day.

A tar of files YYYY/CVE-YYYY-NNNN.json, each the list of repositories that GitHub's search gives for the name. Many are
fake and some do harm: they are linked, counted, and never fetched. Nothing of them is kept but the link, the name and
the number of stars: the collection states no licence.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.bundles import tarred
from pellucid.advisories.feeds.fields import CVE
from pellucid.advisories.feeds.publications import decoded, encoded, head
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import Exploit, ExploitKind
from pellucid.errors import Malformed
from pellucid.formats.json_document import mapping, objects, text

SOURCE = "poc-in-github"
MEMBER = re.compile(r"(?:\./)?(?:[^/]{1,100}/)?\d{4}/(CVE-\d{4}-\d{1,19})\.json")
# Names in the headers of a tar: of the folder of all, or of a file of the collection at its root.
BEGINNING = re.compile(rb"(?:\A|\0)(?:\./)?(?:PoC-in-GitHub[^/\0]{0,80}/|\d{4}/CVE-\d{4}-\d{4,19}\.json\0)")
USTAR = slice(257, 262)
ADDRESS = re.compile(r"https://github\.com/[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
LARGEST_MEMBER = 32 << 20
MOST_REPOSITORIES = 20_000
MOST_LINKS = 50


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    for named, content in tarred(path, MEMBER, LARGEST_MEMBER):
        try:
            yield _record(named[1], content)
        except Malformed as error:
            yield RawRecord(id=named[1], raw=b"", record=None, fault=error.message)


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    """The links of one CVE that were kept. Raises Malformed."""
    return next((_understood(name, listed) for name, listed in mapping(decoded(raw)).items()), None)


def _record(name: str, content: bytes) -> RawRecord:
    """Kept is {CVE: [[address, stars], ...]}, the most starred first."""
    if not CVE.fullmatch(name):
        raise Malformed("no name of a CVE")
    if len(content) > LARGEST_MEMBER:
        raise Malformed(f"more than {LARGEST_MEMBER:,} bytes")
    stars: dict[str, int] = {}  # by address
    for item in objects(decoded(content))[:MOST_REPOSITORIES]:
        address, count = text(item.get("html_url")), item.get("stargazers_count")
        if ADDRESS.fullmatch(address):
            stars[address] = count if isinstance(count, int) and 0 < count < 1 << 32 else 0
    listed = [[address, stars[address]] for address in sorted(stars, key=lambda address: (-stars[address], address))]
    record = _understood(name, listed)
    return RawRecord(
        id=name, raw=encoded({name: listed}), record=record, fault="" if record else "no repository is listed"
    )


def _understood(name: str, listed: Any) -> AdvisoryRecord | None:
    if not isinstance(listed, list) or not listed:
        return None
    exploits = (
        Exploit(
            kind=ExploitKind.POC,
            source=SOURCE,
            url=address,
            title=f"{address.removeprefix('https://github.com/')} ({_count(stars, 'star')}, one of "
            f"{_count(len(listed), 'repository', 'repositories')})",
        )
        for address, stars in listed[:MOST_LINKS]
    )
    return AdvisoryRecord(id=name, exploits=tuple(exploits))


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _recognise(_path: Path, first: bytes) -> str:
    beginning = head(first)
    return SOURCE if beginning[USTAR] == b"ustar" and BEGINNING.search(beginning) else ""


FEED = Feed(
    name=SOURCE,
    title="PoC-in-GitHub",
    version=1,
    licence="none stated: links only",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://github.com/nomi-sec/PoC-in-GitHub/archive/refs/heads/master.tar.gz",
            name="exploits/poc-in-github/PoC-in-GitHub.tar.gz",
        ),
    ),
    recognise=_recognise,
    read=read,
    normalise=normalise,
    notice="Contains links found by PoC-in-GitHub (nomi-sec); nobody has checked where they lead.",
)
