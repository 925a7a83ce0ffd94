"""A pack: the bytes of many files one after the other in one file, so that a small file costs no system call.

A file of `MAPPED` bytes or more begins at a multiple of the page size, so that it can be mapped where it lies;
smaller ones are read as a copy. A pack that is small may be held in memory as a whole: of thousands of small archives,
making and deleting a file for each costs more than unpacking does.
"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from pellucid.errors import BudgetExceeded
from pellucid.formats.span import Chunk, is_hole

NAME = "bytes"
MAPPED = 64 << 10
PAGE = 1 << 16  # no page of a machine that runs Linux is larger
BUFFER = 1 << 20
MOST_CHUNKS = min(os.sysconf("SC_IOV_MAX"), 1024)
MOST_PENDING = 8 * MOST_CHUNKS
MOST_HELD = 256 << 10
_ZEROS = bytes(BUFFER)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_ROOM = "no room for more on the disk, or more than a unit may write: the rest was not unpacked"


class Pack:
    """Writes `folder`/bytes; the file is only made when there is a byte to write.

    With `hold`, none is made for up to `MOST_HELD` bytes: they are `held` once it is closed.
    """

    def __init__(self, folder: Path, *, hold: bool = False) -> None:
        self._path = folder / NAME
        self._hold = hold
        self._descriptor = -1
        self._pending: list[bytes] = []
        self._pending_size = self._pending_at = 0
        self._start = self._size = self._first = 0
        self._large = self._full = False
        self.written = 0
        """How many bytes there are once it is closed: fewer than were put when the disk was full."""
        self.held = b""

    @staticmethod
    def addressable(at: int, size: int) -> bool:
        """Whether a file of `size` bytes may lie at `at`."""
        return at >= 0 and size >= 0 and (size < MAPPED or at % PAGE == 0)

    def begin(self) -> None:
        """Begin a file behind the last one."""
        if self._pending_size >= BUFFER or len(self._pending) >= MOST_PENDING:
            self._flush()
        self._start, self._size, self._large = self._pending_at + self._pending_size, 0, False
        self._first = len(self._pending)

    def write(self, chunk: Chunk) -> None:
        """Add to the file that was begun. Raises BudgetExceeded when the disk is full."""
        self._size += len(chunk)
        if not self._large and self._size >= MAPPED:
            self._align()
        if self._large and (is_hole(chunk) or _is_zero(chunk)):
            self._flush()
            self._pending_at += len(chunk)
            return
        # What a view shows may change until it is written.
        self._pending.append(chunk if isinstance(chunk, bytes) else bytes(chunk))
        self._pending_size += len(chunk)
        if self._large and (self._pending_size >= BUFFER or len(self._pending) >= MOST_PENDING):
            self._flush()

    def end(self) -> tuple[int, int]:
        """Where the file lies, and its size."""
        return self._start, self._size

    def close(self) -> None:
        """Write what is left. A hole at the end counts, too. Raises BudgetExceeded when there is no room, once."""
        if self._hold and self._descriptor < 0 and not self._pending_at and self._pending_size <= MOST_HELD:
            self.held = b"".join(self._pending)
            self.written = len(self.held)
            return
        try:
            if not self._full:
                self._flush()
            if self._pending_at and self._descriptor < 0:
                self._open()
            if self._descriptor >= 0 and not self._full and os.fstat(self._descriptor).st_size < self._pending_at:
                _lengthen(self._descriptor, self._pending_at)
        finally:
            if self._descriptor >= 0:
                self.written = os.fstat(self._descriptor).st_size
                os.close(self._descriptor)
                self._descriptor = -1

    def _align(self) -> None:
        """The file has become large: move what there is of it to the next page."""
        # Small files are held back until they end, so all of this one is still there.
        aligned = -(-self._start // PAGE) * PAGE
        head = self._pending[self._first :]
        del self._pending[self._first :]
        self._flush()
        self._pending, self._pending_size = head, sum(map(len, head))
        self._start = self._pending_at = aligned
        self._large = True

    def _flush(self) -> None:
        pending, self._pending, self._pending_size = self._pending, [], 0
        if not pending:
            return
        if self._descriptor < 0:
            self._open()
        try:
            self._pending_at += write(self._descriptor, pending, self._pending_at)
        except BudgetExceeded:
            self._full = True
            raise

    def _open(self) -> None:
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _is_zero(chunk: Chunk) -> bool:
    """Whether a long chunk has nothing but zero bytes: they need not be written to be read back."""
    if len(chunk) < PAGE or chunk[0] or chunk[-1] or not isinstance(chunk, bytes):
        return False
    return chunk == (_ZEROS if len(chunk) == BUFFER else bytes(len(chunk)))


def write(descriptor: int, chunks: Sequence[Chunk], at: int) -> int:
    """Write all of them from `at` on; returns how many bytes they are. Raises BudgetExceeded when the disk is full."""
    start = at
    try:
        for number in range(0, len(chunks), MOST_CHUNKS):
            group = chunks[number : number + MOST_CHUNKS]
            end = at + sum(map(len, group))
            at += os.pwritev(descriptor, group, at)
            if at < end:
                # The disk is full, or nearly: the next attempt says so.
                with memoryview(b"".join(group)) as rest:
                    while at < end:
                        at += os.pwrite(descriptor, rest[at - end :], at)
    except OSError as error:
        raise _explained(error) from error
    return at - start


def _lengthen(descriptor: int, size: int) -> None:
    try:
        os.ftruncate(descriptor, size)
    except OSError as error:
        raise _explained(error) from error


def _explained(error: OSError) -> Exception:
    return BudgetExceeded(NO_ROOM) if error.errno in FULL else error
