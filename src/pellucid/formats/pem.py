"""PEM text (RFC 7468, with the headers of RFC 1421 that encrypted keys carry).

Firmware holds PEM in many disguises: with CRLF, indented in a script, or as a string of a program or of JSON in which
line ends are written as backslash and n.
"""

import base64
import binascii
import re
from mmap import mmap

import msgspec

from pellucid.errors import Malformed

LONGEST = 96 << 10
BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 .#/+]{0,62})-----")
_LINE_END = re.compile(rb"(?:\r|\n|\\r|\\n)+[ \t\"']*")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,40}:")
_BODY = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One PEM block at `start`:`end`. A truncated one has no END line: `content` is what could be decoded."""

    label: str
    content: bytes
    headers: tuple[str, ...]
    start: int
    end: int
    truncated: bool = False


def read(data: bytes | mmap, offset: int) -> Block:
    """The block whose "-----BEGIN" stands at `offset`. Raises Malformed when there is no Base64 body below it."""
    text = bytes(data[offset : offset + LONGEST])
    begin = BEGIN.match(text)
    if begin is None:
        raise Malformed("no PEM BEGIN line")
    label = begin[1]
    closing = text.find(b"-----END " + label + b"-----", begin.end())
    another = text.find(b"-----BEGIN ", begin.end())
    whole = closing >= 0 and not 0 <= another < closing
    inner = text[begin.end() : closing] if whole else _until_unprintable(text[begin.end() : _or_end(another, text)])
    headers, body = _split(inner, tolerant=not whole)
    if len(body) < 16:
        raise Malformed("PEM block without a body")
    try:
        content = base64.b64decode(body[: len(body) // 4 * 4] if not whole else body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"PEM body is not Base64: {error}") from error
    end = closing + len(label) + 14 if whole else begin.end() + len(inner)
    return Block(
        label=label.decode("ascii"),
        content=content,
        headers=headers,
        start=offset,
        end=offset + end,
        truncated=not whole,
    )


def _split(inner: bytes, *, tolerant: bool) -> tuple[tuple[str, ...], bytes]:
    """Header lines and the joined Base64 lines; a tolerant reading stops at the first line that is neither."""
    headers: list[str] = []
    body: list[bytes] = []
    for raw in _LINE_END.split(inner):
        line = raw.strip(b" \t\"',;\\")
        if not line:
            continue
        if not body and _HEADER.match(line) and len(headers) < 16:
            headers.append(line[:200].decode("latin-1"))
        elif _BODY.fullmatch(line):
            body.append(line)
        elif tolerant:
            break
        else:
            raise Malformed("PEM body is not Base64")
    return tuple(headers), b"".join(body)


def _until_unprintable(text: bytes) -> bytes:
    found = re.search(rb"[^\t\r\n -~]", text)
    return text[: found.start()] if found else text


def _or_end(position: int, text: bytes) -> int:
    return position if position >= 0 else len(text)
