"""Lists of the files that a package owns, as package managers keep them beside their databases.

dpkg and opkg: info/NAME.list, a path a line; info/NAME.md5sums, md5sum(1)'s lines. The name of the package stands in
the name of the file alone. Later versions of opkg add mode and target of a link behind tabs.
"""

import re
from collections.abc import Iterable
from mmap import mmap

LONGEST_PATH = 4096
MOST_CHARACTERS = 64 << 20
LARGEST = 32 << 20
CHECKSUM = re.compile(rb"[0-9a-f]{32} [ *]")
PLACE = re.compile(rb"/\.?\n|/[^\0\n]+\n|/[^\0\n]+$")


class Room:
    """How much text lists of paths may take up: short records can name long folders again and again."""

    def __init__(self, characters: int = MOST_CHARACTERS) -> None:
        self.left = characters

    @property
    def full(self) -> bool:
        """Whether something was left out."""
        return self.left < 0

    def take(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The paths, in order, as far as there is room."""
        taken = []
        for path in paths:
            if self.left < 0:
                break
            self.left -= len(path) + 1
            if self.left >= 0:
                taken.append(path)
        return tuple(taken)


def is_list(data: bytes | mmap) -> bool:
    """Whether this may be a list of absolute paths."""
    return PLACE.match(data) is not None


def listed(data: bytes | mmap) -> tuple[str, ...]:
    """The paths of a list, none when a line of it is something else. The root, "/." for dpkg, is left out."""
    lines = bytes(data[:LARGEST]).split(b"\n")
    if any(line and (not line.startswith(b"/") or len(line) > LONGEST_PATH or b"\0" in line) for line in lines):
        return ()
    return tuple(_text(line.partition(b"\t")[0]) for line in lines if line not in (b"", b"/", b"/."))


def is_checksums(data: bytes | mmap) -> bool:
    """Whether this may be what md5sum(1) prints."""
    return CHECKSUM.match(data) is not None


def summed(data: bytes | mmap) -> tuple[str, ...]:
    """The paths of a list with checksums, relative to the root; none when a line of it is something else."""
    lines = [line for line in bytes(data[:LARGEST]).split(b"\n") if line]
    if any(CHECKSUM.match(line) is None or len(line) > LONGEST_PATH for line in lines):
        return ()
    return tuple(_text(line[34:]).removeprefix("./") for line in lines)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")
