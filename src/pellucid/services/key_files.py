"""Key files: secrets that are made once and then stay, readable by the operator alone."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

OWNER_ONLY = 0o600


def key_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of `path`, made first when it is not there.

    Of processes that start at the same moment one makes the key and all read that one; a crash leaves either no key
    or a whole one.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = write_draft(path, make())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        draft.unlink()
    sync_folder(path.parent)
    return path.read_bytes()


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read: the old content or the new, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_draft(path, content).replace(path)
    sync_folder(path.parent)


def write_draft(path: Path, content: bytes) -> Path:
    """A new file beside `path` that is safely on the disk."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def sync_folder(folder: Path) -> None:
    """Make names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
