"""Decisions on findings on the wire."""

from pellucid.api.schemas.users import User
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import triage
from pellucid.domain.finding import FindingStatus


class NewFindingState(Wire):
    """`inProgress` is taken for `in progress`."""

    status: str


class FindingState(Wire):
    id: str
    create_time: Time
    author: User | None
    finding_id: str
    status: FindingStatus

    @classmethod
    def of(cls, value: triage.FindingState) -> "FindingState":
        return cls(
            id=value.id,
            create_time=value.create_time,
            author=User.of(value.author) if value.author else None,
            finding_id=value.finding_id,
            status=value.status,
        )
