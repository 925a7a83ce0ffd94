"""What a server of NFS shares: exports(5)."""

import re
from collections.abc import Iterator

import msgspec

MOST_BYTES = 64 << 10
MOST_LINES = 2000
PATH = re.compile(r"(\"/[^\"]*\"|/\S*)(?:\s+(.*))?")
CLIENT = re.compile(r"([^\s()]*)(?:\(([^()]*)\))?")


class Export(msgspec.Struct, frozen=True):
    """`path` for `client`, "*" for everybody; `options` as they are written, with defaults of the line."""

    path: str
    client: str
    options: frozenset[str]
    at: int
    text: str


def read(data: bytes) -> Iterator[Export]:
    """Each folder with each client, in the order of the lines."""
    at = 0
    for raw in data[:MOST_BYTES].replace(b"\\\n", b"  ").split(b"\n")[:MOST_LINES]:
        start, at = at, at + len(raw) + 1
        line = re.sub(r"#.*$", "", raw.decode("utf-8", "replace")).strip()
        if not (found := PATH.fullmatch(line)):
            continue
        default: frozenset[str] = frozenset()
        clients = [each for each in CLIENT.findall(found[2] or "") if any(each)] or [("*", "")]
        for name, options in clients[:200]:
            stated = frozenset(word.strip() for word in options.split(",") if word.strip())
            if name.startswith("-"):
                default = frozenset(name[1:].split(","))
            else:
                yield Export(found[1].strip('"'), name or "*", default | stated, start, line)
