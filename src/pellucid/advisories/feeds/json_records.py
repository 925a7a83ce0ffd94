"""Records that are JSON documents, as they are kept and understood; also those with which something is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.feeds.publications import decoded, encoded
from pellucid.domain.statement import AdvisoryRecord
from pellucid.errors import Malformed

LONGEST_ID = 300


@dataclass(frozen=True)
class Understood:
    """A record, and what of it is not in order; without a record the fault says why. `id` is its own key, if any."""

    record: AdvisoryRecord | None
    fault: str = ""
    id: str = ""


def raw_record(content: bytes, place: str, understand: Callable[[Any], Understood]) -> RawRecord:
    """The record that a document is; `place` names one that has no name of its own."""
    try:
        document = decoded(content)
        raw = encoded(document)
    except Malformed as error:
        return RawRecord(id=place, raw=b"", record=None, fault=error.message)
    found = understand(document)
    return RawRecord(id=found.id[:LONGEST_ID] or place, raw=raw, record=found.record, fault=found.fault)
