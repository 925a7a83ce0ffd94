"""The blob store on a local disk: DIR/blobs/ab/abcd…, named by the SHA-256 of the bytes."""

import errno
import fcntl
import hashlib
import io
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pellucid.blobs.incoming import sweep_incoming
from pellucid.blobs.writer import BlobWriter, full_disk_is_storage_full, refuse_without_room
from pellucid.domain.file import StoredBlob
from pellucid.errors import NotFound

SHA256 = re.compile(r"[0-9a-f]{64}")
COPY_BLOCK = 1 << 20
NO_LIMIT = 1 << 62
NOT_REGULAR = (errno.ENOENT, errno.ELOOP, errno.ENXIO, errno.ENOTDIR)  # nothing, a link, a socket, nothing again


class LocalBlobs:
    """Blobs below the data directory `root`; several processes may use it at once.

    Equal bytes are kept once. A blob is never changed; whoever has it open keeps it, even when it is deleted.
    """

    def __init__(self, root: Path) -> None:
        self._blobs = root / "blobs"
        self._incoming = root / "incoming"
        for folder in (self._blobs, self._incoming):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def sweep(self) -> int:
        """Remove half-written uploads of processes that have died; returns how many. To be called at start-up."""
        return sweep_incoming(self._incoming)

    def writer(self, limit: int = NO_LIMIT, reserve: int = 0, *, expected: int = 0) -> BlobWriter:
        """A writer for one blob of at most `limit` bytes that leaves `reserve` bytes free on the disk.

        PayloadTooLarge or StorageFull right away when `expected` bytes, as announced, would not fit.
        """
        return BlobWriter(self._incoming, self._place, limit=limit, reserve=reserve, expected=expected)

    def require_room(self, size: int, reserve: int) -> None:
        """Raise StorageFull unless `size` bytes fit and leave `reserve` bytes free."""
        refuse_without_room(self._incoming, size + reserve)

    def adopt(self, path: Path) -> StoredBlob:
        """Take over a regular file, which is gone from `path` afterwards. FileNotFoundError for anything else there.

        Nothing is forced to the disk: for bytes that can be made again from other blobs. StorageFull when the file
        has to be copied from another file system and there is no room.
        """
        with _open_regular(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
            os.fchmod(file.fileno(), 0o600)
        blob = StoredBlob(sha256=digest, size=size)
        if self._renew(blob):
            path.unlink()
            return blob
        try:
            with full_disk_is_storage_full():
                self._move(path, digest)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy(path)
            path.unlink()
        return blob

    def path(self, sha256: str) -> Path:
        """Where the blob is, or would be."""
        if not SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in lower-case hex: {sha256[:80]!r}")
        return self._blobs / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """The bytes. NotFound when they are not in the store."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound("The bytes of this file are not in the store any more.") from error

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """Delete a blob; one that is not there is no error."""
        self.path(sha256).unlink(missing_ok=True)

    def unchanged_for(self, seconds: float) -> Iterator[str]:
        """SHA-256 of the blobs that nobody has stored again for that long."""
        before = time.time() - seconds
        for folder in sorted(self._blobs.iterdir()):
            if folder.is_dir():
                yield from (entry.name for entry in os.scandir(folder) if entry.stat().st_mtime < before)

    def delete_unchanged(self, sha256: str, seconds: float) -> bool:
        """Delete a blob unless somebody has stored it again within `seconds`; says whether it did."""
        path = self.path(sha256)
        with self._lock(fcntl.LOCK_EX):
            if not path.exists() or path.stat().st_mtime >= time.time() - seconds:
                return False
            path.unlink()
            return True

    def _place(self, incoming: Path, sha256: str) -> None:
        """Give a written and synchronised file its name, for good."""
        # It replaces a copy that is there: that one may have been adopted, and not be safe on the disk.
        self._move(incoming, sha256)
        for folder in (self.path(sha256).parent, self._blobs):
            _sync(folder)

    def _move(self, source: Path, sha256: str) -> None:
        target = self.path(sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with self._lock(fcntl.LOCK_SH):
            source.rename(target)
            os.utime(target)

    def _renew(self, blob: StoredBlob) -> bool:
        """Whether the blob is there, of the right size; it then counts as stored just now."""
        path = self.path(blob.sha256)
        with self._lock(fcntl.LOCK_SH):
            try:
                if path.stat().st_size != blob.size:
                    return False  # what a power cut has left of an adopted file
                os.utime(path)
            except FileNotFoundError:
                return False
            return True

    def _copy(self, path: Path) -> None:
        with path.open("rb") as file, self.writer() as writer:
            while block := file.read(COPY_BLOCK):
                writer.write(block)
            writer.commit()

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Shared while a blob is stored, exclusive while one is judged old and deleted."""
        descriptor = os.open(self._blobs / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)


def _open_regular(path: Path) -> io.BufferedReader:
    """Never a link to something else, never a pipe that blocks: whoever left the file may be hostile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno not in NOT_REGULAR:
            raise
        raise FileNotFoundError(errno.ENOENT, "not a regular file", str(path)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "not a regular file", str(path))
    return io.BufferedReader(io.FileIO(descriptor))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
