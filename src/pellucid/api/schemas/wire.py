"""What all wire shapes share: camelCase names, times in UTC."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel


def rfc3339(time: datetime) -> str:
    """Whole seconds with Z: what every client of the v4 API can read, whatever its parser makes of fractions."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Time = Annotated[datetime, PlainSerializer(rfc3339, return_type=str)]


class Wire(BaseModel):
    """The root of what is answered and accepted. Unknown fields of a request are ignored, as the contract allows."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)
