"""The catalogue of known exploited vulnerabilities, in the JSON layout of CISA."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pellucid.errors import Malformed


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """When each CVE was added; `version` as the catalogue states it ("2026.08.21")."""

    version: str
    released: datetime | None
    since: dict[str, date]


def is_catalogue(document: Any) -> bool:
    """Whether a parsed document has the two keys that only the catalogue has."""
    return isinstance(document, dict) and "catalogVersion" in document and "vulnerabilities" in document


def catalogue_of(document: Any) -> Catalogue:
    """Raises Malformed. Rows name products but no versions: a row says that a CVE is exploited, and no more."""
    if not is_catalogue(document) or not isinstance(document["vulnerabilities"], list):
        raise Malformed("not a catalogue of known exploited vulnerabilities: catalogVersion or vulnerabilities missing")
    since: dict[str, date] = {}
    for row in document["vulnerabilities"]:
        if not isinstance(row, dict) or not isinstance(row.get("cveID"), str):
            raise Malformed("a row of the catalogue has no cveID")
        try:
            since[row["cveID"]] = date.fromisoformat(str(row.get("dateAdded")))
        except ValueError as error:
            raise Malformed(f"{row['cveID']}: dateAdded is no date") from error
    return Catalogue(
        version=str(document["catalogVersion"]), released=moment(document.get("dateReleased")), since=since
    )


def moment(text: Any) -> datetime | None:
    """An RFC 3339 time in UTC, or None; fractions of any length are understood."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text[:19] if text[10:11] == "T" and text.endswith("Z") else text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
