"""A record in the format of Open Source Vulnerability (OSV schema 1.0 to 1.7) as we understand it."""

import re
from collections.abc import Iterator
from typing import Any

from pellucid.advisories.feeds.fields import (
    LONGEST_TITLE,
    NAME,
    moment,
    names,
    prose,
    references,
    weaknesses,
)
from pellucid.advisories.feeds.osv_affected import affected_of, unresolved
from pellucid.advisories.feeds.osv_names import about, kind_of
from pellucid.advisories.feeds.publications import decoded
from pellucid.advisories.scores import rating
from pellucid.domain.statement import AdvisoryRecord, Affected
from pellucid.domain.vulnerability import Rating, VulnerabilityState
from pellucid.errors import Malformed
from pellucid.formats.json_document import mapping, objects, text, texts

MOST_AFFECTED = 10_000
# How CVEs that are none begin, in words of the CVE programme, which converters copy.
_REJECTED = re.compile(r"\*\* REJECT(?:ED)? \*\*|Rejected reason:")
_DISPUTED = "** DISPUTED **"
# How distributions of rpms begin the titles of their notices.
_RATED_TITLE = re.compile(r"(Critical|Important|Moderate|Low): ")


def record_of(raw: bytes) -> AdvisoryRecord:
    """Raises Malformed for what is no record."""
    document = decoded(raw)
    name = document.get("id") if isinstance(document, dict) else None
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Malformed("not an OSV record: it has no id")
    if not isinstance(document.get("modified"), str):
        raise Malformed("not an OSV record: it does not say when it was modified")
    return understood(document)


def understood(document: dict[str, Any]) -> AdvisoryRecord:
    """The record that a document with an id is."""
    name, kind = document["id"], kind_of(document["id"])
    aliases = tuple(item for item in names(document.get("aliases")) if item != name)
    upstream = about(name, aliases, names(document.get("upstream")), names(document.get("related")))
    specific = mapping(document.get("database_specific"))
    entries = objects(document.get("affected"))[:MOST_AFFECTED]
    details = prose(document.get("details"))
    return AdvisoryRecord(
        id=name,
        aliases=() if kind.notice else tuple(item for item in aliases if item not in upstream),
        upstream=upstream,
        covers=kind.notice and bool(upstream),
        title=prose(document.get("summary"), LONGEST_TITLE),
        description=details,
        state=_state(document, details),
        disputed=_DISPUTED in details[:300],
        malicious=kind.malicious,
        informational=(kind.upkeep and not upstream) or any(map(_informational, entries)),
        published=moment(document.get("published")),
        modified=moment(document.get("modified")),
        ratings=_ratings(document, entries, kind.publisher),
        weaknesses=_weaknesses(specific),
        references=references(
            (item.get("url"), text(item.get("type"))) for item in objects(document.get("references"))
        ),
        affected=_affected(entries, specific),
    )


def _affected(entries: list[dict[str, Any]], specific: dict[str, Any]) -> tuple[Affected, ...]:
    found = [item for entry in entries for item in affected_of(entry)]
    found.extend(unresolved(specific))
    return tuple(dict.fromkeys(found))


def _state(document: dict[str, Any], details: str) -> VulnerabilityState:
    if _REJECTED.match(details):
        return VulnerabilityState.REJECTED
    return VulnerabilityState.WITHDRAWN if document.get("withdrawn") else VulnerabilityState.LIVE


def _informational(entry: dict[str, Any]) -> bool:
    """RustSec: a package that is not maintained, unsound, or worth a notice."""
    return bool(mapping(entry.get("database_specific")).get("informational"))


def _ratings(document: dict[str, Any], entries: list[dict[str, Any]], publisher: str) -> tuple[Rating, ...]:
    """Vectors; the words of publishers only where there is none of them that can be read."""
    stated = [*objects(document.get("severity")), *(one for entry in entries for one in objects(entry.get("severity")))]
    vectors = dict.fromkeys(text(item.get("score")) for item in stated if text(item.get("type")).startswith("CVSS_"))
    found = [rating(publisher, vector) for vector in vectors]
    words = [text(item.get("score")) for item in stated if item.get("type") == "Ubuntu"]
    if not any(found):
        words.extend(_words(document, entries))
    found.extend(rating(publisher, "", word=word) for word in dict.fromkeys(words))
    return tuple(dict.fromkeys(filter(None, found)))


def _words(document: dict[str, Any], entries: list[dict[str, Any]]) -> Iterator[str]:
    yield text(mapping(document.get("database_specific")).get("severity"))
    if titled := _RATED_TITLE.match(text(document.get("summary"))):
        yield titled[1]
    for entry in entries:
        yield text(mapping(entry.get("ecosystem_specific")).get("severity"))
        yield text(mapping(entry.get("ecosystem_specific")).get("ubuntu_priority"))


def _weaknesses(specific: dict[str, Any]) -> tuple[str, ...]:
    return weaknesses((*texts(specific.get("cwe_ids")), mapping(specific.get("CWE")).get("id")))
