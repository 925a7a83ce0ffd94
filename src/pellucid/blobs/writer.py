"""Writing one blob to the local disk: hashed as it passes, complete on the disk or not there at all."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from pellucid.blobs.incoming import create_incoming
from pellucid.domain.file import StoredBlob
from pellucid.errors import PayloadTooLarge, StorageFull

BLOCK = 1 << 20  # bytes that are hashed and written at once
ROOM_INTERVAL = 64 << 20  # bytes between two looks at the free space
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class BlobWriter:
    """Takes bytes until `commit`. For one caller at a time, in any thread: `write` blocks while disk and hash work.

    Use it as a context manager: what is not committed at the end is thrown away.
    """

    def __init__(
        self, folder: Path, place: Callable[[Path, str], None], *, limit: int, reserve: int, expected: int
    ) -> None:
        self._place = place
        self._limit = limit
        self._reserve = reserve
        self._refuse_beyond_limit(expected)
        refuse_without_room(folder, reserve + expected)
        with full_disk_is_storage_full():
            self._descriptor, self._path = create_incoming(folder)
        self._hash = hashlib.sha256()
        self._gathered = bytearray()
        self._size = 0
        self._written = 0
        self._next_look = ROOM_INTERVAL
        # While this block is written to the disk, the next one is received and hashed.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="blob")
        self._pending: Future[None] | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Add bytes. PayloadTooLarge beyond the limit, StorageFull when the disk has no room: then abort."""
        self._refuse_beyond_limit(self._size + len(data))
        self._size += len(data)
        if isinstance(data, bytes) and len(data) >= BLOCK:
            self._flush()
            self._put(data)
            return
        self._gathered += data
        if len(self._gathered) >= BLOCK:
            self._flush()

    def commit(self) -> StoredBlob:
        """Make the blob last: its bytes and its name are on the disk when this returns. When it raises, nothing is."""
        try:
            self._flush()
            self._wait()
            with full_disk_is_storage_full():
                os.fsync(self._descriptor)
                blob = StoredBlob(sha256=self._hash.hexdigest(), size=self._size)
                self._place(self._path, blob.sha256)
        except BaseException:
            self.abort()
            raise
        self._close()
        return blob

    def abort(self) -> None:
        """Leave nothing behind. After `commit`, and a second time, this does nothing."""
        if self._descriptor >= 0:
            if self._pending is not None:
                self._pending.exception()
            self._path.unlink(missing_ok=True)
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def _flush(self) -> None:
        if self._gathered:
            block, self._gathered = self._gathered, bytearray()
            self._put(block)

    def _put(self, block: bytes | bytearray) -> None:
        self._wait()
        self._pending = self._pool.submit(self._to_disk, block)
        self._hash.update(block)

    def _wait(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

    def _to_disk(self, block: bytes | bytearray) -> None:
        with full_disk_is_storage_full():
            rest = memoryview(block)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            # Start writing back now, or the fsync at the end of a large upload takes seconds.
            os.posix_fadvise(self._descriptor, self._written, len(block), os.POSIX_FADV_DONTNEED)
        self._written += len(block)
        if self._written >= self._next_look:
            self._next_look += ROOM_INTERVAL
            refuse_without_room(self._path.parent, self._reserve)

    def _refuse_beyond_limit(self, size: int) -> None:
        if size > self._limit:
            raise PayloadTooLarge(f"The upload is larger than the {self._limit:,} bytes that this server accepts.")

    def _close(self) -> None:
        self._pool.shutdown()
        os.close(self._descriptor)
        self._descriptor = -1


def refuse_without_room(folder: Path, needed: int) -> None:
    """Raise StorageFull when the file system of `folder` has less than `needed` bytes for us."""
    state = os.statvfs(folder)
    if state.f_bavail * state.f_frsize < needed:
        raise StorageFull


@contextmanager
def full_disk_is_storage_full() -> Iterator[None]:
    """Turn "no space left" and "quota exceeded" into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull from error
        raise
