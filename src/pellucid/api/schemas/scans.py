"""Scans on the wire, with states in two vocabularies: the contract's and that of polling scripts (status=true)."""

from datetime import UTC, datetime

from pellucid.api.schemas.users import User
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import image, scan, user
from pellucid.domain.scan import ScanStateType

POLLED = {
    ScanStateType.NEW: "in_progress",
    ScanStateType.RUNNING: "in_progress",
    ScanStateType.DONE: "completed",
    ScanStateType.FAILED: "failed",
    ScanStateType.CANCELLED: "cancelled",
}
NO_SCANS = "no_scans"
UNAVAILABLE = "status_unavailable"
# A ULID that nothing ever has: it stands where there is no scan to name.
NOBODY = "0" * 26


class ScanState(Wire):
    id: str
    type: str
    create_time: Time
    parent: str
    author: User | None
    source: str

    @classmethod
    def of(cls, value: scan.Scan, *, status: bool) -> "ScanState":
        state = value.latest_state
        return cls(
            id=state.id,
            type=POLLED.get(state.type, UNAVAILABLE) if status else state.type.value,
            create_time=state.create_time,
            parent=f"{value.parent}/scans/{value.id}",
            author=User.of(state.author) if state.author else None,
            source=state.source,
        )


class Scan(Wire):
    id: str
    create_time: Time
    parent: str
    author: User
    latest_scan_state: ScanState

    @classmethod
    def of(cls, value: scan.Scan, *, status: bool = False) -> "Scan":
        return cls(
            id=value.id,
            create_time=value.create_time,
            parent=value.parent,
            author=User.of(value.author),
            latest_scan_state=ScanState.of(value, status=status),
        )

    @classmethod
    def absent(cls, value: image.Image) -> "Scan":
        """The entry that tells a polling script that the image has no scan."""
        return cls._nameless(NO_SCANS, value.author, value.resource_name, value.create_time)

    @classmethod
    def unavailable(cls, caller: user.User, image_name: str) -> "Scan":
        """The entry that tells a polling script that the state cannot be read now."""
        return cls._nameless(UNAVAILABLE, caller, image_name, datetime.now(UTC))

    @classmethod
    def _nameless(cls, word: str, author: user.User, parent: str, time: datetime) -> "Scan":
        person = User.of(author)
        state = ScanState(
            id=NOBODY, type=word, create_time=time, parent=f"{parent}/scans/{NOBODY}", author=person, source=NOBODY
        )
        return cls(id=NOBODY, create_time=time, parent=parent, author=person, latest_scan_state=state)


class Scans(Wire):
    scans: list[Scan]


class NewScanState(Wire):
    type: ScanStateType
