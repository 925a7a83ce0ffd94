"""Catalogues of known exploited vulnerabilities: CISA's KEV, and the one of the EU's CSIRTs network and ENISA.

CISA's is one object, {"catalogVersion", "count", "vulnerabilities": [{"cveID", "dateAdded", ...}]}; the EU's a list of
such rows, of which the schema (v1, https://github.com/enisaeu/CNW) has lists where older files have text. Rows name
products, but no versions: they say of a CVE that it is exploited, and no more.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.fields import CVE, moment
from pellucid.advisories.feeds.publications import HEAD, decoded, encoded, head, items
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import KnownExploited
from pellucid.errors import Malformed
from pellucid.formats.json_document import mapping, text, texts

SOURCE, EU_SOURCE = "kev", "eukev"
BEGINNING = re.compile(rb'\s*\{[^{\[]*"catalogVersion"\s*:')
EU_BEGINNING = re.compile(rb'\s*\[\s*\{[^{}]*"euvdID"\s*:')
RANSOMWARE = {"known": True}  # "Unknown" is not "no"
# What the EU's older rows have where nothing is known.
NOTHING = ("-", "tbc")


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    with path.open("rb") as file:
        source = _recognise_either(file.read(HEAD))
    if not source:
        raise Malformed(f"{path.name}: no catalogue of known exploited vulnerabilities")
    for number, row in enumerate(items(path, "vulnerabilities.item" if source == SOURCE else "item")):
        yield _raw_record(source, row, f"{path.name}#{number}")


def normalise(source: str, raw: bytes) -> AdvisoryRecord | None:
    return _understood(source, decoded(raw))


def _raw_record(source: str, row: Any, place: str) -> RawRecord:
    record = _understood(source, row)
    id_ = record.id if record else text(mapping(row).get("cveID"))[:100] or place
    try:
        raw = encoded(row)
    except Malformed as error:
        return RawRecord(id=id_, raw=b"", record=None, fault=error.message)
    return RawRecord(id=id_, raw=raw, record=record, fault="" if record else "a row without the name of a CVE")


def _understood(source: str, document: Any) -> AdvisoryRecord | None:
    row = mapping(document)
    name = text(row.get("cveID"))
    if not CVE.fullmatch(name):
        return None
    return AdvisoryRecord(id=name, kev=_cisa(row) if source == SOURCE else _eu(row))


def _cisa(row: dict[str, Any]) -> KnownExploited:
    return KnownExploited(
        added=_day(row.get("dateAdded")),
        due=_day(row.get("dueDate")),
        ransomware=RANSOMWARE.get(text(row.get("knownRansomwareCampaignUse")).lower()),
        name=text(row.get("vulnerabilityName")),
        action=text(row.get("requiredAction")),
    )


def _eu(row: dict[str, Any]) -> KnownExploited:
    exploited_by = row.get("exploitationType")
    kinds = (text(exploited_by), *texts(exploited_by))
    name = text(row.get("vulnerabilityName"))
    return KnownExploited(
        added=_day(row.get("dateAdded")) or _day(row.get("dateReported")),
        ransomware=True if any(kind.lower() == "ransomware" for kind in kinds) else None,
        name="" if name.lower() in NOTHING else name,
        source=EU_SOURCE,
    )


def _day(value: object) -> date | None:
    """A date as "2026-08-21" or "2026/08/21"."""
    found = moment(text(value).replace("/", "-"))
    return found.date() if found else None


def _recognise_either(first: bytes) -> str:
    content = head(first)
    if BEGINNING.match(content):
        return SOURCE
    return EU_SOURCE if EU_BEGINNING.match(content) else ""


def recognise(_path: Path, first: bytes) -> str:
    return SOURCE if _recognise_either(first) == SOURCE else ""


def recognise_eu(_path: Path, first: bytes) -> str:
    return EU_SOURCE if _recognise_either(first) == EU_SOURCE else ""


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
    recognise=recognise,
    read=read,
    normalise=normalise,
)

EU_FEED = Feed(
    name=EU_SOURCE,
    title="Known exploited vulnerabilities of the EU CSIRTs network",
    version=1,
    licence="no licence stated",
    files=(
        FeedFile(
            source=EU_SOURCE,
            address="https://raw.githubusercontent.com/enisaeu/CNW/refs/heads/main/eukev/eukev.json",
            name="eukev/eukev.json",
        ),
    ),
    recognise=recognise_eu,
    read=read,
    normalise=normalise,
    notice="Contains data of the EU CSIRTs network and ENISA (EU KEV).",
)
