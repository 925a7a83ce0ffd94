"""Starts: what an image runs by itself."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class StartKind(StrEnum):
    """Who starts it."""

    INITTAB = "inittab"
    SYSTEMD = "systemd"
    INIT_SCRIPT = "initScript"
    CONTAINER = "container"
    CRON = "cron"
    INETD = "inetd"
    UDEV = "udev"
    D_BUS = "dbus"


@dataclass(frozen=True, kw_only=True)
class Start:
    """A command that is run at boot, by a timer or an event, or as the program of a container.

    `command` is what is run, with its arguments, as a shell would see it; empty when it is the artefact itself.
    """

    kind: StartKind
    command: str
    evidence: Evidence
