"""What bytes are, when no extractor claims them: leaf formats, text, or just data."""

import tomllib
import zlib
from functools import cache
from mmap import mmap
from pathlib import Path
from typing import Any

from pellucid.formats.leaf_kinds import DATA, EMPTY, PADDING, TEXT
from pellucid.formats.magic_table import MagicTable
from pellucid.formats.span import let_go

SAMPLE = 8192
RANDOM_SAMPLE = 1 << 16
# Control characters that occur in text: bell to carriage return, escape.
TEXT_CONTROLS = frozenset((*range(7, 14), 27))
NOT_TEXT = bytes(code for code in range(32) if code not in TEXT_CONTROLS) + b"\x7f"


@cache
def _table() -> list[dict[str, Any]]:
    text = Path(__file__).with_name("leaf_signatures.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["format"]
    return rows


@cache
def leaf_signatures() -> tuple[tuple[str, int, bytes], ...]:
    """(kind, offset, magic) of every format that no extractor reads, longest magic first."""
    rows = [(row["kind"], row.get("at", 0), bytes.fromhex(magic)) for row in _table() for magic in row["magic"]]
    return tuple(sorted(rows, key=lambda row: -len(row[2])))


@cache
def _leaves() -> MagicTable[str]:
    return MagicTable((at, magic, kind) for kind, at, magic in leaf_signatures())


@cache
def containers() -> frozenset[str]:
    """Kinds that hold files which cannot be taken out yet."""
    return frozenset(row["kind"] for row in _table() if row.get("container"))


@cache
def searched() -> frozenset[str]:
    """Kinds in which other formats are looked for: unknown bytes, and what cannot be taken apart by its own rules."""
    return frozenset((DATA, *(row["kind"] for row in _table() if row.get("searched") or row.get("container"))))


def identify_leaf(data: bytes | mmap) -> str:
    """The kind of a leaf: a format of the table, "text", "padding", "empty" or "data"."""
    if not len(data):
        return EMPTY
    for kind in _leaves().at_start(data):
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
    for at in range(start, end, step):
        if bytes(data[at : min(at + step, end)]).strip(first):
            return False
        let_go(data, at, at + step)
    return True


def looks_random(data: bytes | mmap) -> bool:
    """Whether samples of `data` cannot be compressed: it is encrypted, or compressed in an unknown way."""
    size = len(data)
    if size < RANDOM_SAMPLE:
        return False
    starts = (0, size // 3, 2 * size // 3, size - RANDOM_SAMPLE)
    return all(len(zlib.compress(data[start : start + RANDOM_SAMPLE], level=1)) >= RANDOM_SAMPLE for start in starts)


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
