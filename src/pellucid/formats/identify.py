"""What bytes are, when no extractor claims them: leaf formats, text, or just data."""

import tomllib
from functools import cache
from importlib import resources
from mmap import mmap

DATA = "data"
TEXT = "text"
EMPTY = "empty"
PADDING = "padding"
# Kinds in which other formats are looked for: unknown bytes, and kernels, whose payload is compressed inside.
CARVED = frozenset((DATA, "linux-zimage", "linux-bzimage", "linux-arm64-image"))
SAMPLE = 8192
# Control characters that occur in text: bell to carriage return, escape.
TEXT_CONTROLS = frozenset((*range(7, 14), 27))
NOT_TEXT = bytes(code for code in range(32) if code not in TEXT_CONTROLS) + b"\x7f"


@cache
def leaf_signatures() -> tuple[tuple[str, int, bytes], ...]:
    """(kind, offset, magic) of every leaf format, longest magic first."""
    text = resources.files("pellucid.formats").joinpath("leaf_signatures.toml").read_text(encoding="utf-8")
    rows = [
        (entry["kind"], entry.get("at", 0), bytes.fromhex(magic))
        for entry in tomllib.loads(text)["format"]
        for magic in entry["magic"]
    ]
    return tuple(sorted(rows, key=lambda row: -len(row[2])))


def identify_leaf(data: bytes | mmap) -> str:
    """The kind of a leaf: a format of the table, "text", "padding", "empty" or "data"."""
    if not len(data):
        return EMPTY
    for kind, at, magic in leaf_signatures():
        if data[at : at + len(magic)] == magic:
            return kind
    if is_padding(data, 0, len(data)):
        return PADDING
    head = bytes(data[:SAMPLE])
    if head.translate(None, NOT_TEXT) != head:
        return DATA
    return TEXT if _decodes(head) else DATA


def is_padding(data: bytes | mmap, start: int, end: int) -> bool:
    """Whether the bytes from `start` to `end` are all 0x00 or all 0xFF."""
    if start >= end:
        return True
    first = data[start : start + 1]
    if first not in (b"\x00", b"\xff"):
        return False
    step = 1 << 20
    return all(not bytes(data[at : min(at + step, end)]).strip(first) for at in range(start, end, step))


def _decodes(head: bytes) -> bool:
    """Whether `head` is UTF-8, but for a character cut at its end, or mostly ASCII (Latin-1 and the like)."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3:
            return True
        high = len(head) - len(head.translate(None, bytes(range(128, 256))))
        return high * 4 < len(head)
    return True
