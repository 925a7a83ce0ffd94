"""`pellucid` as a process of its own, the way a shell runs it."""

import os
import subprocess
import sys
from dataclasses import dataclass

PELLUCID = (sys.executable, "-m", "pellucid.cli.main")
NOT_INHERITED = ("PELLUCID_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what it printed."""

    code: int
    stdout: str
    stderr: str


def environment(**variables: str) -> dict[str, str]:
    """The environment of this process without what would steer Pellucid, and with `variables`."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(NOT_INHERITED)}
    return inherited | variables


def pellucid(*arguments: object, **variables: str) -> Ended:
    """Run it to its end."""
    command = [*PELLUCID, *map(str, arguments)]
    ended = subprocess.run(
        command, check=False, env=environment(**variables), capture_output=True, text=True, timeout=240
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)
