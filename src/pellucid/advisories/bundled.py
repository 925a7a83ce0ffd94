"""The small set that comes with Pellucid: a start, no substitute for a feed."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.store.store import Store
from pellucid.domain.statement import AdvisoryRecord

FEED = "bundled"


class _Bundled(msgspec.Struct):
    source: str
    record: AdvisoryRecord


def bundled() -> Store:
    """A store in memory."""
    data = Path(__file__).with_name("bundled.json").read_bytes()
    records = msgspec.json.decode(data, type=list[_Bundled])
    store = Store.in_memory(name=f"bundled-{sha256(data).hexdigest()[:12]}")
    newest = max((item.record.modified for item in records if item.record.modified), default=datetime.now(UTC))
    with store.update():
        for source in dict.fromkeys(item.source for item in records):
            own = (item.record for item in records if item.source == source)
            raw = (RawRecord(id=record.id, raw=msgspec.json.encode(record), record=record) for record in own)
            store.replace(source, FEED, raw, {}, checked=newest)
    return store
