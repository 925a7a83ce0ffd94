"""What pacman keeps of a package: desc and files, sections of lines under %NAME% (libalpm's local database)."""

import re
from collections.abc import Mapping
from mmap import mmap

LARGEST = 32 << 20
LONGEST_LINE = 4096
HEADING = re.compile(rb"%([A-Z0-9_]{1,32})%")


def sections(data: bytes | mmap) -> Mapping[str, tuple[str, ...]]:
    """The lines of each section until an empty one; the first of a name counts."""
    found: dict[str, tuple[str, ...]] = {}
    for block in bytes(data[:LARGEST]).split(b"\n\n"):
        first, _, rest = block.strip(b"\n").partition(b"\n")
        if heading := HEADING.fullmatch(first):
            lines = (line[:LONGEST_LINE].decode("utf-8", "backslashreplace") for line in rest.split(b"\n") if line)
            found.setdefault(heading[1].decode("ascii"), tuple(lines))
    return found
