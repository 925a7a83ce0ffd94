"""Half-written files: each is locked by the process that writes it, so that those of dead processes can be told."""

import fcntl
import os
import secrets
from pathlib import Path


def create_incoming(folder: Path) -> tuple[int, Path]:
    """A new, locked file: descriptor and path."""
    while True:
        path = folder / secrets.token_hex(16)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # A sweep may have come between the two calls and taken the file for a dead one.
        if os.fstat(descriptor).st_nlink:
            return descriptor, path
        os.close(descriptor)


def sweep_incoming(folder: Path) -> int:
    """Remove the files whose process has died; returns how many."""
    removed = 0
    for path in folder.iterdir():
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError:
            continue  # just committed or aborted
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
            removed += 1
        except BlockingIOError:
            pass  # its process lives
        finally:
            os.close(descriptor)
    return removed
