"""Known exploited vulnerabilities of the EU's CSIRTs network and ENISA (EU KEV).

A list of rows, [{"cveID", "euvdID", "dateReported", ...}] (https://github.com/enisaeu/CNW, eukev/schemas/v1). Files
from before the schema have text where it has lists, and "-" where nothing is known.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.fields import day
from pellucid.advisories.feeds.kev import rows, understood
from pellucid.advisories.feeds.publications import decoded, head
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import KnownExploited
from pellucid.formats.json_document import text, texts

SOURCE = "eukev"
BEGINNING = re.compile(rb'\s*\[\s*\{[^{}]*"euvdID"\s*:')
NOTHING = ("-", "tbc")


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    return rows(path, BEGINNING, "", _row)


def _normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    return understood(_row, decoded(raw)).record


def _recognise(_path: Path, first: bytes) -> str:
    return SOURCE if BEGINNING.match(head(first)) else ""


def _row(row: dict[str, Any]) -> KnownExploited:
    used_by = row.get("exploitationType")
    name = text(row.get("vulnerabilityName"))
    return KnownExploited(
        added=day(row.get("dateAdded")) or day(row.get("dateReported")),
        ransomware=True if "ransomware" in map(str.lower, (text(used_by), *texts(used_by))) else None,
        name="" if name.lower() in NOTHING else name,
        source=SOURCE,
    )


FEED = Feed(
    name=SOURCE,
    title="Known exploited vulnerabilities of the EU CSIRTs network",
    version=1,
    licence="no licence stated",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://raw.githubusercontent.com/enisaeu/CNW/refs/heads/main/eukev/eukev.json",
            name="eukev/eukev.json",
        ),
    ),
    recognise=_recognise,
    read=read,
    normalise=_normalise,
    notice="Contains data of the EU CSIRTs network and ENISA (EU KEV).",
)
