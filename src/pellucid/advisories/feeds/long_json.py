"""Long JSON documents (RFC 8259) piece by piece: elements of a list, or members of objects, as the bytes that they are.

Only brackets and strings are looked at: whoever takes a piece decodes it, and one that is no JSON spoils no other.
How long and how deep pieces are is bounded; a parser that says of everything where it stands needs memory for the
square of the depth.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pellucid.advisories.feeds.publications import HEAD, Publication, decoded, opened
from pellucid.errors import Malformed

CHUNK = 1 << 20
LARGEST = 16 << 20
DEEPEST = 100
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# Whatever stands between two brackets, then the second one.
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|' + _STRING + rb")*+([{}\[\]])", re.DOTALL)
_BETWEEN = re.compile(rb"[\s,]*+")
_SCALAR = re.compile(_STRING + rb'|[^\s,"{}\[\]]+(?=[\s,}\]])', re.DOTALL)
_FLAT = _STRING + rb'|[^\s,"{}\[\]]++|\[(?:[^"{}\[\]]++|' + _STRING + rb")*+\]"
# The beginning of an object, and members in which nothing is deep, up to the name of another one.
_MEMBERS = rb"\{(?:\s*+" + _STRING + rb"\s*+:\s*+(?:" + _FLAT + rb')\s*+,)*?\s*+"'
_NAME = re.compile(_STRING + rb"(?=\s*+:)", re.DOTALL)
_COLON = re.compile(rb"\s*+:\s*+(?=\S)")


def elements(path: Path, name: str = "") -> Iterator[bytes]:
    """Those of the list that is the value of `name`, before which nothing deep may stand, or the document itself.

    Raises Malformed for what is no such document, at the latest behind the last element.
    """
    with _list(path, name) as (window, _):
        while window.begin() != b"]":
            yield window.take()
        window.drop(1)
        # The document with nothing in place of the list: it has to end, and nothing may follow.
        window.finish(b'{"":0' if name else b"0")


def beside(path: Path, name: str) -> dict[str, Any]:
    """The document without the list that is the value of `name`, which is read to its end. Raises Malformed."""
    with _list(path, name) as (window, before):
        while window.begin() != b"]":
            window.take()
        window.drop(1)
        found = window.finish(before + b"0")
        assert isinstance(found, dict)
        return found


def singles(path: Path, depth: int = 1) -> Iterator[bytes]:
    """The members of an object, or those of its members that are objects, too, as documents of the same shape.

    Each has nothing but that member in it: {"a": {"b": 1, "c": 2}, "d": 3} gives {"a":{"b":1}}, {"a":{"c":2}} and
    {"d":3} where `depth` is 2. Raises Malformed for what is no object, at the latest behind the last member.
    """
    with opened(path) as stream:
        window = _Window(stream)
        if window.begin() != b"{":
            raise Malformed("no JSON object")
        window.drop(1)
        names: list[bytes] = []
        while (first := window.begin()) != b"}" or names:
            if first == b"}":
                names.pop()
                window.drop(1)
                continue
            name = window.name()
            if len(names) + 1 < depth and window.begin() == b"{":
                names.append(name)
                window.drop(1)
                continue
            yield b"{%b:%b%b" % (b":{".join((*names, name)), window.take(), b"}" * (len(names) + 1))
        window.drop(1)
        window.finish(b"0")


@contextmanager
def _list(path: Path, name: str) -> Iterator[tuple["_Window", bytes]]:
    """The document from the first element of its list on, and what is before, without the bracket."""
    named = _MEMBERS + re.escape(name.encode()) + rb'"\s*+:\s*+' if name else b""
    before = re.compile(rb"\s*+" + named + rb"\[", re.DOTALL)
    with opened(path) as stream:
        window = _Window(stream)
        while not (found := before.match(window.data, 0, HEAD)):
            if len(window.data) > HEAD or not window.more():
                raise Malformed(f"no list {name}".rstrip())
        yield window, window.drop(found.end())[:-1]


class _Window:
    """What has been read and not been given away."""

    def __init__(self, stream: Publication) -> None:
        self._stream, self.data = stream, bytearray()

    def more(self) -> bool:
        """Whether there was any; a piece has to end before it gets too long."""
        if len(self.data) > LARGEST:
            raise Malformed(f"a record of more than {LARGEST:,} bytes")
        chunk = self._stream.read(CHUNK)
        self.data += chunk or b""
        return bool(chunk)

    def drop(self, end: int) -> bytes:
        taken = bytes(self.data[:end])
        del self.data[:end]
        return taken

    def begin(self) -> bytes:
        """The first byte of what comes next, which then begins the window."""
        while True:
            self.drop(_BETWEEN.match(self.data).end())  # type: ignore[union-attr]  # it matches nothing, too
            if self.data:
                return bytes(self.data[:1])
            self._need()

    def take(self) -> bytes:
        """The value that the window begins with."""
        end = self._container() if self.data.startswith((b"{", b"[")) else self._matching(_SCALAR)
        self._stream.next_record()
        return self.drop(end)

    def name(self) -> bytes:
        """The name of a member, behind which the window then begins with its value."""
        if not self.data.startswith(b'"'):
            raise Malformed("a member of an object has no name")
        name = self.drop(self._matching(_NAME))
        self.drop(self._matching(_COLON))
        return name

    def finish(self, before: bytes) -> Any:
        """The document with `before` in place of all that was taken; nothing may follow it."""
        while len(self.data) <= HEAD and self.more():
            continue
        if len(self.data) > HEAD:
            raise Malformed(f"more than {HEAD:,} bytes behind the last record")
        return decoded(before + bytes(self.data))

    def _matching(self, wanted: re.Pattern[bytes]) -> int:
        while not (found := wanted.match(self.data)):
            self._need()
        return found.end()

    def _container(self) -> int:
        at = depth = 0
        while True:
            found = _TO_BRACKET.match(self.data, at)
            if not found:
                self._need()
                continue
            at = found.end()
            depth += 1 if found[1] in b"{[" else -1
            if depth == 0:
                return at
            if depth > DEEPEST:
                raise Malformed(f"nested more than {DEEPEST} deep")

    def _need(self) -> None:
        if not self.more():
            raise Malformed("it ends within a record")
