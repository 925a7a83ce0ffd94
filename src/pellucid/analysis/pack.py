"""A pack: the bytes of many files one after the other in one file, so that a small file costs no system call.

A file of `MAPPED` bytes or more begins at a multiple of the page size, so that it can be mapped where it lies;
smaller ones are read as a copy. A pack that is small may be held in memory as a whole: of thousands of small archives,
making and deleting a file for each costs more than unpacking does.
"""

import errno
import os
from pathlib import Path

from pellucid.errors import BudgetExceeded
from pellucid.formats.span import Chunk, is_hole

NAME = "bytes"
MAPPED = 64 << 10
PAGE = 1 << 16  # no page of a machine that runs Linux is larger
BUFFER = 1 << 20
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
        self._pending = bytearray()
        self._pending_at = 0
        self._start = self._size = 0
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
        if len(self._pending) >= BUFFER:
            self._flush()
        self._start, self._size, self._large = self._pending_at + len(self._pending), 0, False

    def write(self, chunk: Chunk) -> None:
        """Add to the file that was begun. Raises BudgetExceeded when the disk is full."""
        self._size += len(chunk)
        if not self._large and self._size >= MAPPED:
            self._align()
        if self._large and (is_hole(chunk) or _is_zero(chunk)):
            self._flush()
            self._pending_at += len(chunk)
            return
        if self._large and len(chunk) >= BUFFER:
            self._flush()
            self._put(chunk)
            return
        self._pending += chunk
        if self._large and len(self._pending) >= BUFFER:
            self._flush()

    def end(self) -> tuple[int, int]:
        """Where the file lies, and its size."""
        return self._start, self._size

    def close(self) -> None:
        """Write what is left. A hole at the end counts, too. Raises BudgetExceeded when there is no room, once."""
        if self._hold and self._descriptor < 0 and not self._pending_at and len(self._pending) <= MOST_HELD:
            self.held = bytes(self._pending)
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
        begun = self._start - self._pending_at
        aligned = -(-self._start // PAGE) * PAGE
        head = bytes(self._pending[begun:])
        del self._pending[begun:]
        self._flush()
        self._pending += head
        self._start = self._pending_at = aligned
        self._large = True

    def _flush(self) -> None:
        pending, self._pending = self._pending, bytearray()
        if pending:
            self._put(pending)

    def _put(self, chunk: Chunk | bytearray) -> None:
        if self._descriptor < 0:
            self._open()
        try:
            self._pending_at += write(self._descriptor, chunk, self._pending_at)
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


def write(descriptor: int, chunk: Chunk | bytearray, at: int) -> int:
    """Write all of `chunk` at `at`, and return its length. Raises BudgetExceeded when the disk is full."""
    view = memoryview(chunk)
    try:
        while view:
            written = os.pwrite(descriptor, view, at)
            at += written
            view = view[written:]
    except OSError as error:
        raise _explained(error) from error
    return len(chunk)


def _lengthen(descriptor: int, size: int) -> None:
    try:
        os.ftruncate(descriptor, size)
    except OSError as error:
        raise _explained(error) from error


def _explained(error: OSError) -> Exception:
    return BudgetExceeded(NO_ROOM) if error.errno in FULL else error
