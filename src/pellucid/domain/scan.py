"""Scans: runs of the pipeline over an image, and the states they go through."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pellucid.domain.user import User


class ScanStateType(StrEnum):
    NEW = "new"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (ScanStateType.DONE, ScanStateType.FAILED, ScanStateType.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class ScanState:
    """A step in the life of a scan. `note` says why, for failed and cancelled ones; `source` is the scan's id."""

    id: str
    type: ScanStateType
    create_time: datetime
    author: User | None
    source: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Scan:
    id: str
    product_id: str
    image_id: str
    author: User
    create_time: datetime
    latest_state: ScanState

    @property
    def parent(self) -> str:
        return f"products/{self.product_id}/images/{self.image_id}"
