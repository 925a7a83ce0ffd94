"""Build information that Go's linker writes into programs (Go, debug/buildinfo and runtime/debug.BuildInfo).

Behind a magic and the size of a pointer stand the version of Go and a text of lines: since Go 1.18 in place, each with
its length in front as a varint; before that as pointers to the headers of two Go strings.
"""

import re
from collections.abc import Iterator
from struct import Struct

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats import address_map
from pellucid.formats.span import Data, take

MAGIC = b"\xff Go buildinf:"
HEADER = 32
BIG_ENDIAN, INLINE = 1, 2
LARGEST_TEXT, LONGEST_VERSION = 8 << 20, 512
MOST_LINES, LONGEST_LINE = 20_000, 8192
# The text of modules stands between two marks of 16 bytes each, so that it can be found in other places too.
MARK = 16
LONGEST_VARINT = 5
ESCAPED = re.compile(r"\\(.)")
BLANKS = {"t": " ", "n": " ", "r": " "}


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A module as it was built in: where a `replace` directive put another in its place, that one.

    `original` is the path of the one that was asked for, when it was replaced. `line` says it, and stands at `at`.
    """

    path: str
    version: str
    line: str
    at: int
    original: str = ""


class BuildInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`go` is "go1.21.5", with the experiments it was built with; `settings` are those of the build, in order.

    `text_at` is the offset at which the lines of modules stand.
    """

    go: str
    go_at: int
    path: str
    main: Module | None
    modules: tuple[Module, ...]
    settings: dict[str, str]
    text_at: int


def read(data: Data, at: int, program: int = 0) -> BuildInfo:
    """What the build information at `at` says of the program that begins at `program`; raises Malformed."""
    head = take(data, at, HEADER)
    if head[: len(MAGIC)] != MAGIC:
        raise Malformed("no build information of Go")
    if head[15] & INLINE:
        (version_at, version), (text_at, text) = _inline(data, at + HEADER)
    else:
        (version_at, version), (text_at, text) = _pointed(data, head, program)
    go = version.decode("utf-8", "replace")
    if not go.startswith(("go1", "go2", "devel")) or not go.isprintable():
        raise Malformed("build information without a version of Go")
    marked = len(text) >= 2 * MARK + 1 and text[-MARK - 1 : -MARK] == b"\n"
    lines = text[MARK:-MARK] if marked else b""
    return _parsed(lines, go, version_at, text_at + MARK)


def _inline(data: Data, at: int) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    size, start = _varint(data, at)
    if size > LONGEST_VERSION:
        raise Malformed("a version of Go that is too long")
    version = take(data, start, size)
    length, behind = _varint(data, start + size)
    if length > LARGEST_TEXT:
        raise Malformed("build information of an impossible size")
    return (start, version), (behind, take(data, behind, length))


def _pointed(data: Data, head: bytes, program: int) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    word = head[14]
    if word not in (4, 8):
        raise Malformed("build information with pointers of an impossible size")
    places = address_map.of(data, program)
    order = ">" if head[15] & BIG_ENDIAN else "<"
    version, text = Struct(f"{order}2{'Q' if word == 8 else 'I'}").unpack_from(head, 16)
    return _string(data, places, version, word, order), _string(data, places, text, word, order)


def _string(data: Data, places: address_map.AddressMap, address: int, word: int, order: str) -> tuple[int, bytes]:
    """(offset, bytes) of the Go string whose header lies at `address`; nothing for a null pointer."""
    if not address:
        return 0, b""
    header = Struct(f"{order}2{'Q' if word == 8 else 'I'}")
    pointer, length = header.unpack(take(data, places.offset(address), header.size))
    if not length:
        return 0, b""
    if length > LARGEST_TEXT:
        raise Malformed("build information of an impossible size")
    at = places.offset(pointer)
    return at, take(data, at, length)


def _varint(data: Data, at: int) -> tuple[int, int]:
    value = 0
    for number in range(LONGEST_VARINT):
        byte = take(data, at + number, 1)[0]
        value |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            return value, at + number + 1
    raise Malformed("a length that is too long")


def _parsed(text: bytes, go: str, go_at: int, text_at: int) -> BuildInfo:
    path, main = "", None
    modules: list[Module] = []
    settings: dict[str, str] = {}
    for kind, fields, line, at in _lines(text, text_at):
        if kind == "path":
            path = fields[0]
        elif kind == "mod":
            main = _module(fields, line, at)
        elif kind == "dep":
            modules.append(_module(fields, line, at))
        elif kind == "=>":
            if modules:
                modules[-1] = structs.replace(_module(fields, line, at), original=modules[-1].path)
            elif main:
                main = structs.replace(_module(fields, line, at), original=main.path)
        elif kind == "build":
            name, _, value = fields[0].partition("=")
            settings[_unquoted(name)] = _unquoted(value)
    return BuildInfo(
        go=go, go_at=go_at, path=path, main=main, modules=tuple(modules), settings=settings, text_at=text_at
    )


def _lines(text: bytes, at: int) -> Iterator[tuple[str, list[str], str, int]]:
    """(kind, fields, line, offset) of each line that has at least one field; `at` is where the text stands."""
    for raw in text.split(b"\n", MOST_LINES)[:MOST_LINES]:
        line = raw[:LONGEST_LINE].decode("utf-8", "replace")
        kind, *fields = line.split("\t")
        if fields:
            yield kind, fields, line, at
        at += len(raw) + 1


def _unquoted(text: str) -> str:
    """A key or value that was written as a literal of Go because of spaces or quotes; blanks become spaces."""
    if text[:1] == '"':
        return ESCAPED.sub(lambda found: BLANKS.get(found[1], found[1]), text[1:].removesuffix('"'))
    return text.strip("`")


def _module(fields: list[str], line: str, at: int) -> Module:
    return Module(path=fields[0], version=fields[1] if len(fields) > 1 else "", line=line, at=at)
