"""Code signatures of Mach-O files: what they cover, and what they allow (Apple, kern/cs_blobs.h)."""

import hashlib
import re
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, let_go, take, unpack

WHOLE, DIRECTORY, ENTITLEMENTS, MESSAGE = 0xFADE0CC0, 0xFADE0C02, 0xFADE7171, 0xFADE0B01
AD_HOC, RESTRICT, RUNTIME = 0x2, 0x800, 0x10000
HEADER, PLACE = Struct(">III"), Struct(">II")
FIELDS = Struct(">9IBBBB4x")
# Number of the digest -> its name; the third is the second one, cut to 20 bytes.
DIGESTS = {1: "sha1", 2: "sha256", 3: "sha256", 4: "sha384"}
MOST_PARTS, MOST_PAGES = 64, 1 << 20
LARGEST_ENTITLEMENTS = 1 << 20
GRANTED = re.compile(rb"<key>([^<]{1,256})</key>\s{0,64}<true\s?/>")
SMALLEST_PAGE, LARGEST_PAGE = 12, 24


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature covers: the digests of pages up to `limit`, from the beginning of the program.

    `page` is their size, 0 for one page of everything; digests of `width` bytes begin at `at` in the file. `encoded`
    is what a message signs, where there is one.
    """

    flags: int
    identifier: str
    algorithm: str
    width: int
    page: int
    limit: int
    count: int
    at: int


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """`directory` is the best one of several; `is_signed`: by a certificate, and not only summed up.

    `entitlements` are the names of those that are granted.
    """

    directory: Directory
    entitlements: frozenset[str]
    is_signed: bool


def read(data: Data, start: int, size: int) -> Signature:
    """The signature at `start`, which has `size` bytes. Raises Malformed."""
    magic, length, count = unpack(HEADER, data, start)
    if magic != WHOLE or length > size or count > MOST_PARTS:
        raise Malformed("no code signature")
    directories, entitlements, is_signed = list[Directory](), frozenset[str](), False
    for number in range(count):
        _, offset = unpack(PLACE, data, start + HEADER.size + number * PLACE.size)
        kind, part = unpack(PLACE, data, start + offset)
        if offset + part > length:
            raise Truncated("a part of a code signature is cut off")
        if kind == DIRECTORY:
            directories.append(_directory(data, start + offset, part))
        elif kind == ENTITLEMENTS:
            text = take(data, start + offset, min(part, LARGEST_ENTITLEMENTS))
            entitlements = frozenset(name.decode("utf-8", "replace") for name in GRANTED.findall(text))
        elif kind == MESSAGE:
            is_signed = part > PLACE.size
    if not directories:
        raise Malformed("a code signature of nothing")
    best = max(directories, key=lambda item: list(DIGESTS.values()).index(item.algorithm))
    return Signature(directory=best, entitlements=entitlements, is_signed=is_signed)


def changed_page(data: Data, start: int, directory: Directory) -> int | None:
    """The first page of the program at `start` that is not what was signed; None when all are. Raises Truncated."""
    page = directory.page or max(directory.limit, 1)
    if start + directory.limit > len(data):
        raise Truncated("a program is shorter than what was signed")
    for number in range(directory.count):
        begin = start + number * page
        end = min(begin + page, start + directory.limit)
        if begin >= end:
            break
        digest = hashlib.new(directory.algorithm, data[begin:end], usedforsecurity=False).digest()
        at = directory.at + number * directory.width
        if digest[: directory.width] != data[at : at + directory.width]:
            return number
        let_go(data, begin, end)
    return None


def _directory(data: Data, at: int, size: int) -> Directory:
    fields = unpack(FIELDS, data, at)
    _, _, _, flags, digests, identifier, _, count, limit, width, kind, _, page = fields
    if kind not in DIGESTS or (page and not SMALLEST_PAGE <= page <= LARGEST_PAGE) or count > MOST_PAGES:
        raise Malformed("a directory of code of an unknown kind")
    # Each page has a digest: a directory with fewer would leave some out.
    pages = -(-limit // (1 << page)) if page else 1
    if not width or digests + count * width > size or count < pages:
        raise Malformed("a directory of code with too few digests")
    name = bytes(data[at + identifier : at + min(identifier + 256, size)]).partition(b"\0")[0]
    return Directory(
        flags=flags,
        identifier=name.decode("utf-8", "replace"),
        algorithm=DIGESTS[kind],
        width=width,
        page=1 << page if page else 0,
        limit=limit,
        count=count,
        at=at + digests,
    )
