"""CISA's catalogue of known exploited vulnerabilities (KEV).

One object, {"catalogVersion", "count", "vulnerabilities": [{"cveID", "dateAdded", ...}]}
(https://www.cisa.gov/known-exploited-vulnerabilities-catalog). Rows name products, but no versions: they say of a CVE
that it is exploited, and no more.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.fields import CVE, day
from pellucid.advisories.feeds.json_records import Understood, raw_record
from pellucid.advisories.feeds.long_json import elements
from pellucid.advisories.feeds.publications import HEAD, decoded, head
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import KnownExploited
from pellucid.errors import Malformed
from pellucid.formats.json_document import mapping, text

SOURCE = "kev"
BEGINNING = re.compile(rb'\s*\{[^{\[]*"catalogVersion"\s*:')
RANSOMWARE = {"known": True}  # "Unknown" is not "no"

Understand = Callable[[dict[str, Any]], KnownExploited]


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    return rows(path, BEGINNING, "vulnerabilities", _row)


def _normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    return understood(_row, decoded(raw)).record


def _recognise(_path: Path, first: bytes) -> str:
    return SOURCE if BEGINNING.match(head(first)) else ""


def rows(path: Path, beginning: re.Pattern[bytes], name: str, understand: Understand) -> Iterator[RawRecord]:
    """The rows of a catalogue, by the name of the CVE; `name` is that of the list they are in. Raises Malformed."""
    with path.open("rb") as file:
        if not beginning.match(head(file.read(HEAD))):
            raise Malformed(f"{path.name}: no catalogue of known exploited vulnerabilities")
    for number, content in enumerate(elements(path, name)):
        yield raw_record(content, f"{path.name}#{number}", partial(understood, understand))


def understood(understand: Understand, document: Any) -> Understood:
    """What a row says of the CVE that it names."""
    row = mapping(document)
    name = text(row.get("cveID"))
    if not CVE.fullmatch(name):
        return Understood(None, "a row without the name of a CVE", name)
    return Understood(AdvisoryRecord(id=name, kev=understand(row)), id=name)


def _row(row: dict[str, Any]) -> KnownExploited:
    return KnownExploited(
        added=day(row.get("dateAdded")),
        due=day(row.get("dueDate")),
        ransomware=RANSOMWARE.get(text(row.get("knownRansomwareCampaignUse")).lower()),
        name=text(row.get("vulnerabilityName")),
        action=text(row.get("requiredAction")),
    )


FEED = Feed(
    name=SOURCE,
    title="CISA Known Exploited Vulnerabilities Catalog",
    version=1,
    licence="CC0-1.0",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
            name="kev/known_exploited_vulnerabilities.json",
        ),
    ),
    recognise=_recognise,
    read=read,
    normalise=_normalise,
)
