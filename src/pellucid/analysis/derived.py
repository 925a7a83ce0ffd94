"""What is made of the program's own data (compiled patterns, decoded tables), kept between processes in a folder.

Files here are trusted: they are read and written by a process before it reads anything hostile, and only in a folder
that belongs to its user and that nobody else can write to. Whoever confines a process keeps it out of that folder.
"""

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path

LARGEST = 64 << 20
DIGEST = hashlib.sha256().digest_size
MOST_OF_A_NAME = 8
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_places: list[Path] = []


def use(folder: Path | None) -> None:
    """Keep things in `folder` from now on; None: nowhere. A folder that others can write to is not used."""
    _places.clear()
    if folder is None:
        return
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and _ours(found):
            _places.append(folder)


def kept(name: str, key: bytes, make: Callable[[], bytes]) -> bytes | memoryview:
    """What `make` makes of the data that `key` names; of each `name`, the last few are kept."""
    if not _places:
        return make()
    folder = _places[0]
    path = folder / f"{name}-{hashlib.sha256(key).hexdigest()[:32]}"
    if (found := _read(path)) is not None:
        return found
    content = make()
    # A full disk, or a folder that was removed: it works without.
    with contextlib.suppress(OSError):
        _write(path, content)
        kept_ones = sorted(folder.glob(f"{name}-*"), key=lambda other: other.stat().st_mtime)
        for other in kept_ones[:-MOST_OF_A_NAME]:
            other.unlink(missing_ok=True)
    return content


def stamp(*paths: Path) -> bytes:
    """Of files, and of the files in folders: another one when any of them was written, replaced or renamed since.

    They are not read. The time of the last change of an inode is set by the kernel: unlike that of the last writing,
    no archive and no installer brings it along.
    """
    return "".join(map(_listed, paths)).encode()


def _listed(path: Path) -> str:
    folder = path if path.is_dir() else path.parent
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Thousands of files, whenever a process is started: by the descriptor they are found in half the time.
        names = sorted(os.listdir(descriptor)) if folder == path else [path.name]  # noqa: PTH208  # pathlib takes no descriptor
        found = [os.stat(name, dir_fd=descriptor) for name in names]
    finally:
        os.close(descriptor)
    return repr((names, [(item.st_ino, item.st_size, item.st_mtime_ns, item.st_ctime_ns) for item in found]))


def _ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & OTHERS_WRITE


def _read(path: Path) -> memoryview | None:
    """The content; None when there is none, when others could have written it, or when it is damaged."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or not _ours(found) or not DIGEST < found.st_size <= LARGEST:
                return None
            whole = memoryview(mmap(descriptor, found.st_size, access=ACCESS_READ))
        finally:
            os.close(descriptor)
    except OSError:
        return None
    content = whole[DIGEST:]
    return content if hashlib.sha256(content).digest() == whole[:DIGEST] else None


def _write(path: Path, content: bytes) -> None:
    """All or nothing: another process may read or write the same at this moment."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(hashlib.sha256(content).digest() + content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
