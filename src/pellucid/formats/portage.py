"""What Portage keeps of an installed package in var/db/pkg/CATEGORY/NAME-VERSION (portage(5), "/var/db/pkg").

`environment` is what bash knew when the package was built: variables as `declare -p` prints them, and functions.
CONTENTS lists what was installed: "dir PATH", "obj PATH MD5 TIME", "sym PATH -> TARGET TIME", "fif PATH", "dev PATH".
"""

import re
from collections.abc import Iterator, Mapping
from mmap import mmap

LARGEST = 32 << 20
LONGEST_PATH = 4096
VARIABLE = re.compile(
    rb'^(?:declare -\S+ )?([A-Z_]{2,16})=(?:"([^"\n]{0,1024})"|\'([^\'\n]{0,1024})\'|(\S{0,256}))', re.M
)
WANTED = frozenset({"CATEGORY", "PN", "PV", "PR", "PF", "SLOT", "LICENSE", "ARCH"})


def variables(data: bytes | mmap) -> Mapping[str, str]:
    """Those variables that name the package; the first assignment of each counts."""
    found: dict[str, str] = {}
    for match in VARIABLE.finditer(bytes(data[:LARGEST])):
        name = match[1].decode("ascii")
        if name in WANTED:
            value = next((group for group in match.groups()[1:] if group is not None), b"")
            found.setdefault(name, " ".join(value.decode("utf-8", "replace").split()))
    return found


def is_contents(data: bytes | mmap) -> bool:
    """Whether the first line is one of CONTENTS."""
    return _entry(bytes(data[: 2 * LONGEST_PATH]).partition(b"\n")[0]) is not None


def contents(data: bytes | mmap) -> Iterator[str]:
    """The paths of files and links, absolute; none when a line is of another kind."""
    lines = [line for line in bytes(data[:LARGEST]).split(b"\n") if line]
    entries = [_entry(line) for line in lines]
    if all(entry is not None for entry in entries):
        yield from (path for path, line in zip(entries, lines, strict=True) if path and not line.startswith(b"dir "))


def _entry(line: bytes) -> str | None:
    """The path of a line; None when it is no line of CONTENTS."""
    kind, _, rest = line.partition(b" ")
    match kind:
        case b"obj":
            path, _, numbers = rest.rpartition(b" ")
            path, _, digest = path.rpartition(b" ")
            believed = numbers.isdigit() and len(digest) == 32
        case b"sym":
            path, arrow, rest = rest.partition(b" -> ")
            believed = bool(arrow) and rest.rpartition(b" ")[2].isdigit()
        case b"dir" | b"fif" | b"dev":
            path, believed = rest, True
        case _:
            return None
    if not believed or not path.startswith(b"/") or len(path) > LONGEST_PATH:
        return None
    return path.decode("utf-8", "backslashreplace")
