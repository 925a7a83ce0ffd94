"""DER, the distinguished encoding of ASN.1 (ITU-T X.690), read one element at a time.

Only what is needed to find where a structure begins and ends among other bytes; its meaning is checked elsewhere.
"""

from collections.abc import Iterator
from mmap import mmap

import msgspec

from pellucid.errors import Malformed

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, SEQUENCE = 0x02, 0x03, 0x04, 0x05, 0x06, 0x30
SET, CONTEXT_0, CONTEXT_1 = 0x31, 0xA0, 0xA1
LONGEST = 64 << 10
LONGEST_OID = 64


class Element(msgspec.Struct, frozen=True):
    """Offsets into the data: the tag stands at `start`, the content from `content` up to `end`."""

    tag: int
    start: int
    content: int
    end: int


def element(data: bytes | mmap, offset: int, limit: int | None = None, longest: int = LONGEST) -> Element:
    """The element at `offset`, with the shortest possible length as DER asks, ending at or before `limit`.

    Raises Malformed; so do elements of more than `longest` bytes and tags above 30, which no key or certificate has.
    """
    end = len(data) if limit is None else min(limit, len(data))
    if offset < 0 or offset + 2 > end:
        raise Malformed("DER element outside the data")
    tag, first = data[offset], data[offset + 1]
    if tag & 0x1F == 0x1F:
        raise Malformed("DER tag above 30")
    content, length = offset + 2, first
    if first & 0x80:
        octets = first & 0x7F
        if not 1 <= octets <= 3 or content + octets > end:
            raise Malformed("DER length is not definite or too large")
        length = int.from_bytes(data[content : content + octets], "big")
        content += octets
        if length < 0x80 or length < 1 << (8 * (octets - 1)):
            raise Malformed("DER length is not the shortest")
    if length > longest or content + length > end:
        raise Malformed("DER element reaches past the end")
    return Element(tag, offset, content, content + length)


def children(data: bytes | mmap, parent: Element, most: int = 64, longest: int = LONGEST) -> Iterator[Element]:
    """The elements inside a constructed element, which they must fill exactly. Raises Malformed."""
    offset = parent.content
    for _ in range(most):
        if offset == parent.end:
            return
        child = element(data, offset, parent.end, longest)
        yield child
        offset = child.end
    if offset != parent.end:
        raise Malformed("DER element with too many children")


def enclosing(data: bytes | mmap, content: int, tag: int = SEQUENCE, longest: int = LONGEST) -> Iterator[Element]:
    """Elements whose content begins exactly at `content`, found by trying each length of header."""
    for header in (4, 3, 2, 5):
        start = content - header
        if not 0 <= start < len(data) or data[start] != tag:
            continue
        try:
            found = element(data, start, longest=longest)
        except Malformed:
            continue
        if found.content == content:
            yield found


def oid(data: bytes | mmap, element: Element) -> str:
    """The object identifier that `element` is, in dotted form. Raises Malformed; so do those above 64 bytes."""
    content = bytes(data[element.content : element.end])
    if element.tag != OID or not 1 <= len(content) <= LONGEST_OID or content[-1] & 0x80:
        raise Malformed("no object identifier")
    arcs, arc = list[int](), 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - first * 40, *arcs[1:])))


def integer(data: bytes | mmap, element: Element) -> int:
    """The number that `element` is. Raises Malformed."""
    if element.tag != INTEGER or element.content == element.end:
        raise Malformed("no DER INTEGER")
    return int.from_bytes(data[element.content : element.end], "big", signed=True)
