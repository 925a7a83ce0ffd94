"""Scratch: where the bytes of artefacts lie while their scan runs. Nothing here outlives it."""

import errno
import hashlib
import itertools
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from mmap import ACCESS_READ, mmap
from pathlib import Path

import msgspec

from pellucid.analysis import pack
from pellucid.errors import Malformed
from pellucid.formats.span import zeros
from pellucid.pipeline.content import Child

NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP)
PIECE = 256 << 10
LARGE = 1 << 20
SOME = 8 << 20
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
# From one file system to another, or a kernel or file system that does not know it.
NO_RANGES = (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)


class Extent(msgspec.Struct, frozen=True):
    """`size` bytes from `at` of the file at `path`."""

    path: Path
    at: int
    size: int


class Scratch:
    """The artefacts of one scan by SHA-256: extents of the scanned file, and of what came out of it.

    `written` counts the bytes of the files taken in. The folder is removed by whoever made it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = itertools.count()
        self._extents: dict[str, Extent] = {}
        self._end = 0
        self.written = 0

    def add(self, sha256: str, extent: Extent) -> None:
        """The scanned file itself."""
        self._extents[sha256] = extent

    def get(self, sha256: str) -> Extent | None:
        return self._extents.get(sha256)

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._extents

    def take_in(
        self,
        folder: Path,
        container: Extent,
        children: Sequence[Child],
        held: bytes = b"",
        on_some: Callable[[Sequence[Child]], None] | None = None,
    ) -> None:
        """Take over what a process left in `folder` or sent as `held`, give each child its hash, and remember where it
        lies. Where there are many, `on_some` is told of those that are done, now and then.

        The process may be hostile: where its entries lie is checked, and the hashes are made here. Malformed when an
        entry lies outside.
        """
        files = [child for child in children if child.entry.stored >= 0]
        outside = [child for child in files if not child.entry.inside]
        if held:
            self._hash(self._put(held), outside, on_some, held)
        elif any(child.entry.size for child in outside):
            kept = self._adopt(folder / pack.NAME)
            self._hash(Extent(kept, 0, kept.stat().st_size), outside, on_some)
        else:
            self._hash(Extent(container.path, 0, 0), outside, on_some)
        self._hash(container, [child for child in files if child.entry.inside], on_some)

    @contextmanager
    def opened(self, sha256: str) -> Iterator[bytes | mmap]:
        """The bytes of an artefact; KeyError when they are not here."""
        extent = self._extents[sha256]
        with extent.path.open("rb") as file:
            if extent.size < pack.MAPPED:
                yield os.pread(file.fileno(), extent.size, extent.at)
                return
            with mmap(file.fileno(), extent.size, access=ACCESS_READ, offset=extent.at) as mapping:
                yield mapping

    @property
    def free(self) -> int:
        """Bytes that are left on the disk of the folder."""
        return shutil.disk_usage(self._folder).free

    def size(self, sha256: str) -> int:
        """In bytes; KeyError when it is not here."""
        return self._extents[sha256].size

    def copy(self, sha256: str, target: Path) -> int:
        """Write an artefact to a new file at `target`; holes stay holes. Returns its size in bytes.

        Call it when the processes have ended: a file that is nothing but the artefact is not copied, but given away.
        """
        extent = self._extents[sha256]
        if extent.size >= LARGE and extent.path.parent == self._folder and _given(extent, target):
            return extent.size
        with _descriptor(extent.path, os.O_RDONLY) as source, _descriptor(target, NEW) as file:
            for island, end in _islands(source, extent):
                start = island
                while start < end:
                    copied = _copy(source, file, start, end, start - extent.at)
                    if not copied:
                        raise OSError(errno.EIO, "the bytes have become fewer", str(target))
                    start += copied
            if extent.size >= pack.MAPPED:
                # There may be a hole at the end.
                os.ftruncate(file, extent.size)
        return extent.size

    def _adopt(self, path: Path) -> Path:
        """Move a regular file here; never a link to something else, never a pipe that blocks."""
        try:
            found = path.lstat()
        except FileNotFoundError as error:
            raise Malformed("what came out is not there") from error
        if not stat.S_ISREG(found.st_mode):
            raise Malformed("what came out is not a regular file")
        target = self._folder / str(next(self._numbers))
        shutil.move(path, target)
        self.written += found.st_blocks * 512
        return target

    def _put(self, held: bytes) -> Extent:
        """Keep few bytes, behind those that came before in one file."""
        if len(held) > pack.MOST_HELD:
            raise Malformed(f"{len(held):,} bytes were sent, which ought to be in a file")
        at = -(-self._end // pack.PAGE) * pack.PAGE if len(held) >= pack.MAPPED else self._end
        path = self._folder / "held"
        with _descriptor(path, os.O_WRONLY | os.O_CREAT) as file:
            pack.write(file, (held,), at)
        self._end = at + len(held)
        self.written += len(held)
        return Extent(path, at, len(held))

    def _hash(
        self,
        whole: Extent,
        children: Sequence[Child],
        on_some: Callable[[Sequence[Child]], None] | None,
        held: bytes = b"",
    ) -> None:
        """Hash what lies in `whole`, each byte once; `held` is all of it where it is at hand."""
        if not children:
            return
        for child in children:
            at, size = child.entry.stored, child.entry.size
            if at < 0 or size < 0 or at + size > whole.size or not pack.Pack.addressable(at, size):
                raise Malformed(f"an entry of {size:,} bytes at {at:,} lies outside of what came out")
        told = read = 0
        with nullcontext(-1) if held else _descriptor(whole.path, os.O_RDONLY) as descriptor:
            for number, child in enumerate(children, 1):
                at, size = child.entry.stored, child.entry.size
                extent = Extent(whole.path, whole.at + at, size)
                child.sha256 = hashlib.sha256(held[at : at + size]).hexdigest() if held else _sha256(descriptor, extent)
                self._extents.setdefault(child.sha256, extent)
                read += size
                if on_some and read > SOME:
                    on_some(children[told:number])
                    told, read = number, 0


def _given(extent: Extent, target: Path) -> bool:
    """Whether `target` has become a name of the file that is the extent and nothing else, as if it were a new one."""
    found = extent.path.lstat()
    if found.st_size != extent.size or found.st_nlink != 1:
        return False
    try:
        os.link(extent.path, target)
    except OSError as error:
        if error.errno in NO_LINKS:
            return False
        raise
    mask = os.umask(0o077)
    os.umask(mask)
    os.chown(target, os.geteuid(), os.getegid())
    target.chmod(0o666 & ~mask)
    return True


@contextmanager
def _descriptor(path: Path, flags: int) -> Iterator[int]:
    """An open file without what Python's own files do beside: there are many, and most of them are small."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sha256(descriptor: int, extent: Extent) -> str:
    """SHA-256, in hex; holes are not read."""
    if extent.size <= PIECE:
        return hashlib.sha256(os.pread(descriptor, extent.size, extent.at)).hexdigest()
    digest = hashlib.sha256()
    done = extent.at
    # One that is used again is in the processor's cache: fresh memory for each piece costs more than reading does.
    buffer = memoryview(bytearray(PIECE))
    for start, end in (*_islands(descriptor, extent), (extent.at + extent.size, extent.at + extent.size)):
        for hole in zeros(start - done):
            digest.update(hole)
        for at in range(start, end, PIECE):
            piece = buffer[: min(PIECE, end - at)]
            digest.update(piece[: os.preadv(descriptor, (piece,), at)])
        done = end
    return digest.hexdigest()


def _copy(source: int, target: int, start: int, end: int, at: int) -> int:
    """Some bytes from `start`, not beyond `end`, to `at`: by reference where the file system can; how many."""
    if end - start < pack.MAPPED:
        return os.pwrite(target, os.pread(source, end - start, start), at)
    try:
        return os.copy_file_range(source, target, end - start, start, at)
    except OSError as error:
        if error.errno not in NO_RANGES:
            raise
    os.lseek(target, at, os.SEEK_SET)
    return os.sendfile(target, source, start, end - start)


def _islands(descriptor: int, extent: Extent) -> Iterator[tuple[int, int]]:
    """Where there is data in an extent."""
    end = extent.at + extent.size
    if extent.size < pack.MAPPED:
        yield extent.at, end
        return
    at = extent.at
    while at < end:
        try:
            start = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            raise
        if start >= end:
            return
        at = min(os.lseek(descriptor, start, os.SEEK_HOLE), end)
        yield start, at
