"""What Slackware keeps of an installed package: fields, a description and the list of its files (pkgtools)."""

import re
from collections.abc import Iterator
from mmap import mmap

LARGEST = 32 << 20
LONGEST_PATH = 4096
FULL_NAME = re.compile(rb"PACKAGE NAME: +(\S{1,256})\.?\n")
FILES = b"\nFILE LIST:\n"
ARCHIVE = re.compile(r"\.t[gblx]z$")


def full_name(data: bytes | mmap) -> tuple[str, str, str, str] | None:
    """(name, version, architecture, build); None when the first line does not name a package."""
    found = FULL_NAME.match(data)
    if found is None:
        return None
    parts = ARCHIVE.sub("", found[1].decode("utf-8", "replace")).rsplit("-", 3)
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 and all(parts) else None


def files(data: bytes | mmap) -> Iterator[str]:
    """The paths of files, relative to the root; folders and what the installer itself reads are left out."""
    text = bytes(data[:LARGEST])
    start = text.find(FILES)
    for line in text[start + len(FILES) :].split(b"\n") if start >= 0 else ():
        if line and len(line) <= LONGEST_PATH and not line.endswith(b"/") and not line.startswith(b"install/"):
            yield line.decode("utf-8", "backslashreplace")
