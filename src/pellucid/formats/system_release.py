"""What a system says it is: os-release(5), lsb-release and OpenWrt's openwrt_release.

All are assignments as a shell reads them: NAME=value, quoted or not, one a line.
"""

import re
from collections.abc import Mapping
from mmap import mmap

LARGEST = 64 << 10
MOST_FIELDS = 100
ASSIGNMENT = re.compile(rb"^[ \t]*([A-Z][A-Z0-9_]{1,40})=([^\n]{0,1024})$", re.MULTILINE)
ESCAPED = re.compile(r"\\([\\$\"'`])")


def assignments(data: bytes | mmap) -> Mapping[str, tuple[str, int]]:
    """Name -> (value, offset of the line); the last of a name counts, as for a shell."""
    found: dict[str, tuple[str, int]] = {}
    for match in ASSIGNMENT.finditer(bytes(data[:LARGEST])):
        if len(found) < MOST_FIELDS:
            found[match[1].decode("ascii")] = (_unquoted(match[2].decode("utf-8", "replace").strip()), match.start())
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1] if value[0] == "'" else ESCAPED.sub(r"\1", value[1:-1])
    return value.strip()
