"""Rules of an organization's own."""

from dataclasses import dataclass
from datetime import datetime

from pellucid.domain.severity import Severity
from pellucid.domain.user import User


@dataclass(frozen=True, kw_only=True)
class CustomRule:
    """A rule of the newest set. `author` gave it in this form at `update_time`; `file` is the name of its file.

    `engine` is the language that it is written in; `severity` and `type` are as it states them.
    """

    name: str
    title: str
    description: str
    severity: Severity
    type: str
    engine: str
    file: str
    body: str
    is_enabled: bool
    author: User
    update_time: datetime
