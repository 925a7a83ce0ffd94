"""Several resources at once."""

from pydantic import Field

from pellucid.api.schemas.wire import Wire

MOST_IDS = 1000


class BulkIds(Wire):
    ids: list[str] = Field(max_length=MOST_IDS)
