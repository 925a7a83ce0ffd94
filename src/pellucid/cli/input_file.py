"""The file that a command looks into."""

import os
from pathlib import Path

from pellucid.errors import InvalidRequest


def require_readable(path: Path) -> None:
    """InvalidRequest unless there is a regular file that may be read."""
    if not path.is_file():
        why = "is not a regular file" if path.exists() else "does not exist"
        raise InvalidRequest(f"{path} {why}.")
    if not os.access(path, os.R_OK):
        raise InvalidRequest(f"{path} cannot be read: permission denied.")
