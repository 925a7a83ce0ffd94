"""The part of YAML 1.2 that lock files and manifests use: block mappings and sequences of plain or quoted scalars.

Anchors, tags, documents and block scalars have no meaning here; flow collections stay text.
"""

from collections.abc import Iterator

import msgspec

from pellucid.formats.indented_text import lines, unquoted
from pellucid.formats.span import Data

DEEPEST = 12
MOST_FIELDS = 5000
ITEM = "-"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A key with a value, or an item of a sequence: `path` ends with its key or with "-", `value` may be empty."""

    path: tuple[str, ...]
    value: str
    offset: int


class Section(msgspec.Struct, kw_only=True):
    """A mapping: its scalars are `fields`, the scalars of the mappings in it `nested`, by the key of the mapping.

    The items of a sequence stand in `items` by its key.
    """

    path: tuple[str, ...]
    offset: int
    value: str = ""
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    nested: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    items: dict[str, list[str]] = msgspec.field(default_factory=dict)

    def add(self, inside: tuple[str, ...], value: str) -> None:
        """Take over an entry that lies below this mapping."""
        if len(inside) == 1 and inside != (ITEM,):
            self.fields.setdefault(inside[0], value)
        elif len(inside) == 2 and inside[1] == ITEM:
            self.items.setdefault(inside[0], []).append(value)
        elif len(inside) == 2:
            self.nested.setdefault(inside[0], {}).setdefault(inside[1], value)


def entries(data: Data) -> Iterator[Entry]:
    """All keys and items in their order; what is neither, or lies deeper than twelve levels, is left out."""
    levels: list[tuple[int, str]] = []
    for line in lines(data):
        indent, text = line.indent, line.text
        if text == ":":  # the value of an explicit key, "? key", follows
            continue
        while levels and (levels[-1][0] > indent or (levels[-1][0] == indent and not _item_of(levels[-1], text))):
            levels.pop()
        while text.startswith("- ") or text == ITEM:
            while levels and levels[-1] == (indent, ITEM):
                levels.pop()
            if len(levels) >= DEEPEST:
                return
            levels.append((indent, ITEM))
            rest = text[1:].lstrip()
            indent += len(text) - len(rest)
            text = rest
        pair = (_scalar(text[2:].strip()), "") if text.startswith("? ") else _pair(text)
        if pair is None:
            if levels and levels[-1][1] == ITEM and text:
                yield Entry(path=tuple(key for _, key in levels), value=_scalar(text), offset=line.offset)
            continue
        levels.append((indent, pair[0]))
        if len(levels) > DEEPEST:
            levels.pop()
            continue
        yield Entry(path=tuple(key for _, key in levels), value=_scalar(pair[1]), offset=line.offset)


def sections(data: Data, depth: int) -> Iterator[Section]:
    """The mappings that lie `depth` keys deep, in their order; 0 is the document itself."""
    current = Section(path=(), offset=0) if depth == 0 else None
    count = 0
    for entry in entries(data):
        if len(entry.path) < depth:
            continue
        if current is None or current.path != entry.path[:depth] or len(entry.path) == depth:
            if current is not None:
                yield current
            current, count = Section(path=entry.path[:depth], offset=entry.offset, value=entry.value), 0
            if len(entry.path) == depth:
                continue
        if (count := count + 1) <= MOST_FIELDS:
            current.add(entry.path[depth:], entry.value)
    if current is not None:
        yield current


def flow_fields(text: str) -> dict[str, str]:
    """The scalars of a flow mapping in one line: `{integrity: sha512-x, tarball: y}`."""
    if not (text.startswith("{") and text.endswith("}")):
        return {}
    pairs = (part.partition(":") for part in text[1:-1].split(",")[:MOST_FIELDS])
    return {unquoted(key.strip()): unquoted(value.strip()) for key, colon, value in pairs if colon}


def _item_of(level: tuple[int, str], text: str) -> bool:
    """Whether a sequence stands at the indentation of its own key, which YAML allows."""
    return level[1] != ITEM and (text.startswith("- ") or text == ITEM)


def _pair(text: str) -> tuple[str, str] | None:
    """Key and value of `key: value`; the key may be quoted, the value empty."""
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        rest = text[end + 1 :].lstrip()
        key, found = text[1:end], end > 0 and rest[:1] == ":"
        return (key, rest[1:].strip()) if found else None
    key, colon, rest = text.partition(": ")
    if not colon:
        key, colon = text[:-1], text[-1:]
    return (key.rstrip(), rest.strip()) if colon[:1] == ":" and key and key[0] not in "{[#" else None


def _scalar(text: str) -> str:
    """A scalar without its quotes and without the comment behind it."""
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        return text[1:end] if end > 0 else text[1:]
    return text.partition(" #")[0].strip()
