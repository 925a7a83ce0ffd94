"""BER, the basic encoding of ASN.1 (ITU-T X.690), rewritten as DER: what streaming writers of CMS and PKCS#12 make.

Lengths become definite and as short as can be, strings of octets in segments become one. The order of a SET stays.
"""

from collections.abc import Iterator
from contextlib import suppress
from mmap import mmap

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import der

CONSTRUCTED, INDEFINITE = 0x20, 0x80
SEGMENTED, IMPLICIT_0 = der.OCTET_STRING | CONSTRUCTED, 0x80
DEEPEST = 48
LONGEST = 16 << 20
LONGEST_LENGTH = 4
# Bytes that are copied in the time that an element takes.
PIECE = 256
# Before the encrypted bytes of an EncryptedContentInfo (RFC 5652, 6.1), which may be a string in segments, too.
ENCRYPTED = [der.OID, der.SEQUENCE]


class Work(msgspec.Struct):
    """What is left to spend on conversions: elements, about a million of them in two seconds."""

    elements: int = 1_000_000

    def spend(self, size: int) -> None:
        """Raises Malformed when an element of `size` bytes is too much."""
        self.elements -= 1 + size // PIECE
        if self.elements < 0:
            raise Malformed("too many BER elements")


class Converted(msgspec.Struct, frozen=True):
    """An element in DER, and the offset behind it in the data that it was read from."""

    encoded: bytes
    end: int


class Enclosed(msgspec.Struct, frozen=True):
    """What stands from `start` to `end` in the data, in DER; `rewritten` when it is no DER there."""

    encoded: bytes
    start: int
    end: int
    rewritten: bool = False


class _Open(msgspec.Struct):
    """A constructed element that is being read; without an `end`, it is closed by an end of contents."""

    tag: int
    end: int | None
    limit: int
    tags: list[int] = msgspec.field(default_factory=list)
    contents: list[bytes] = msgspec.field(default_factory=list)

    def add(self, tag: int, content: bytes) -> None:
        self.tags.append(tag)
        self.contents.append(content)

    def closed(self, before: list[int]) -> tuple[int, bytes]:
        """Tag and content in DER, standing behind elements with the tags `before`. Raises Malformed."""
        segments = all(tag == der.OCTET_STRING for tag in self.tags)
        if self.tag == SEGMENTED and not segments:
            raise Malformed("a string of octets in segments that are none")
        if self.tag == SEGMENTED:
            return der.OCTET_STRING, b"".join(self.contents)
        if self.tag == der.CONTEXT_0 and segments and before == ENCRYPTED:
            return IMPLICIT_0, b"".join(self.contents)
        parts = zip(self.tags, self.contents, strict=True)
        return self.tag, b"".join(piece for tag, content in parts for piece in (_header(tag, len(content)), content))


def enclosing(data: bytes | mmap, content: int, work: Work, longest: int = LONGEST) -> Iterator[Enclosed]:
    """Sequences whose content begins exactly at `content`: those in DER first, then those that have to be rewritten."""
    for whole in der.enclosing(data, content, longest=longest):
        yield Enclosed(bytes(data[whole.start : whole.end]), whole.start, whole.end)
    for octets in range(LONGEST_LENGTH + 1):
        start = content - 2 - octets
        if start < 0 or data[start : start + 2] != bytes((der.SEQUENCE, INDEFINITE | octets)):
            continue
        with suppress(Malformed):
            found = convert(data, start, work, longest)
            yield Enclosed(found.encoded, start, found.end, rewritten=True)


def convert(data: bytes | mmap, start: int, work: Work, longest: int = LONGEST) -> Converted:
    """The constructed element at `start`, of `longest` bytes at most, in DER.

    Takes time linear in its length. Raises Malformed; so do tags above 30, and elements too deep inside each other.
    """
    top = _Open(0, None, min(len(data), start + longest))
    waiting = [top]
    at = _next(data, start, waiting, work)
    if len(waiting) == 1:
        raise Malformed("a BER element without elements")
    while len(waiting) > 1:
        inside = waiting[-1]
        if inside.end is None and data[at : min(at + 2, inside.limit)] == b"\0\0":
            at += 2
        elif inside.end is None or at != inside.end:
            at = _next(data, at, waiting, work)
            continue
        waiting.pop()
        waiting[-1].add(*inside.closed(waiting[-1].tags if waiting[-1].tag == der.SEQUENCE else []))
    return Converted(_header(top.tags[0], len(top.contents[0])) + top.contents[0], at)


def in_der(encoded: bytes, work: Work) -> bytes:
    """What `encoded` begins with, in DER; as it is when it is no BER, for its reader to refuse."""
    try:
        return convert(encoded, 0, work).encoded
    except Malformed:
        return encoded


def _next(data: bytes | mmap, at: int, waiting: list[_Open], work: Work) -> int:
    """Take the header at `at`, and what is behind it unless that is constructed; the offset behind."""
    inside = waiting[-1]
    tag, content, end = _element(data, at, inside)
    if tag & CONSTRUCTED:
        if len(waiting) > DEEPEST:
            raise Malformed("BER elements too deep inside each other")
        work.spend(0)
        waiting.append(_Open(tag, end, inside.limit if end is None else end))
        return content
    if end is None or not tag:
        raise Malformed("a BER element without an end")
    work.spend(end - content)
    inside.add(tag, bytes(data[content:end]))
    return end


def _element(data: bytes | mmap, at: int, inside: _Open) -> tuple[int, int, int | None]:
    """(tag, offset of the content, offset behind it or None where that is not said) of the element at `at`."""
    if at < 0 or at + 2 > inside.limit:
        raise Malformed("BER element outside the data")
    tag, length = data[at], data[at + 1]
    content = at + 2
    if tag & 0x1F == 0x1F:
        raise Malformed("BER tag above 30")
    if length == INDEFINITE:
        return tag, content, None
    if length & INDEFINITE:
        octets = length & 0x7F
        if octets > LONGEST_LENGTH or content + octets > inside.limit:
            raise Malformed("BER length is too large")
        length = int.from_bytes(data[content : content + octets], "big")
        content += octets
    if length > inside.limit - content:
        raise Malformed("BER element reaches past the end")
    return tag, content, content + length


def _header(tag: int, length: int) -> bytes:
    if length < INDEFINITE:
        return bytes((tag, length))
    octets = length.to_bytes(-(-length.bit_length() // 8), "big")
    return bytes((tag, INDEFINITE | len(octets))) + octets
