"""Triage: what people, and documents they trust, decide about findings."""

from dataclasses import dataclass
from datetime import datetime

from pellucid.domain.finding import FindingStatus
from pellucid.domain.user import User

CLOSED = (FindingStatus.REJECTED, FindingStatus.REMEDIATED)
"""States of findings that nobody has to look at any more."""


@dataclass(frozen=True, kw_only=True)
class FindingState:
    """One decision on a finding of a product; the newest one counts for all its images, those to come included.

    A decision has an `author`, or a `source` that it was taken from ("VEX: router.openvex.json"), where it was said at
    `said_time`. `is_proposed`: that document lay in the image, and is the word of whoever made it. `justification` is a
    word of OpenVEX ("vulnerable_code_not_present") where one was given, `note` what was said besides.
    """

    id: str
    finding_id: str
    status: FindingStatus
    create_time: datetime
    author: User | None = None
    source: str = ""
    justification: str = ""
    note: str = ""
    said_time: datetime | None = None
    is_proposed: bool = False
