"""Fields that records of several feeds have: times, prose, addresses of pages, names of weaknesses and of CVEs."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from pellucid.domain.vulnerability import Reference

LONGEST_TEXT = 20_000
LONGEST_TITLE = 1000
LONGEST_NAME = 200
MOST_NAMES = 5000
MOST_REFERENCES = 200
LONGEST_ADDRESS = 2048
CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
WEAKNESS = re.compile(r"CWE-\d{1,5}")
NAME = re.compile(r"[!-~]{1,200}")
_FRACTION = re.compile(r"(\.\d{6})\d+")


def moment(value: object) -> datetime | None:
    """An RFC 3339 time, in UTC; None for anything else. Fractions of any length are understood, and no zone is UTC."""
    if not isinstance(value, str) or not 10 <= len(value) <= 50:
        return None
    try:
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", value))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(value: object) -> date | None:
    """A date as "2026-08-21" or "2026/08/21", or that of a time."""
    found = moment(value.replace("/", "-")) if isinstance(value, str) else None
    return found.date() if found else None


def prose(value: object, longest: int = LONGEST_TEXT) -> str:
    """Text, cut where it is longer than anybody reads."""
    return value.strip()[:longest] if isinstance(value, str) else ""


def names(value: object) -> tuple[str, ...]:
    """The names of records in a list, each once."""
    if not isinstance(value, list):
        return ()
    found = (item for item in value[:MOST_NAMES] if isinstance(item, str) and NAME.fullmatch(item))
    return tuple(dict.fromkeys(found))


def references(found: Iterable[tuple[object, str]]) -> tuple[Reference, ...]:
    """Pages of the web, each once, from addresses and kinds."""
    pages: dict[str, Reference] = {}
    for address, kind in found:
        if isinstance(address, str) and address.startswith(("http://", "https://")) and len(address) <= LONGEST_ADDRESS:
            pages.setdefault(address, Reference(url=address, kind=kind))
        if len(pages) >= MOST_REFERENCES:
            break
    return tuple(pages.values())


def weaknesses(texts: Iterable[object]) -> tuple[str, ...]:
    """The first CWE that each text names, each once."""
    found = (WEAKNESS.search(text) for text in texts if isinstance(text, str))
    return tuple(dict.fromkeys(match[0] for match in found if match))
