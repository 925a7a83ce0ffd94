"""The elements of one long list in a JSON document (RFC 8259), one after the other, as the bytes that they are.

Only brackets and strings are looked at: whoever takes an element decodes it, and one that is no JSON spoils no other.
How long and how deep elements are is bounded; a parser that says of everything where it stands needs memory for the
square of the depth.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pellucid.advisories.feeds.publications import HEAD, Publication, decoded, opened
from pellucid.errors import Malformed

CHUNK = 1 << 20
LARGEST = 16 << 20
DEEPEST = 100
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# Whatever stands between two brackets, then the second one.
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|' + _STRING + rb")*+([{}\[\]])", re.DOTALL)
_BETWEEN = re.compile(rb"[\s,]*")
_SCALAR = re.compile(_STRING + rb'|[^\s,"{}\[\]]+(?=[\s,\]])', re.DOTALL)


def elements(path: Path, name: str = "") -> Iterator[bytes]:
    """Those of the list that is the value of `name`, before which only scalars may stand, or the document itself.

    Raises Malformed for what is no such document, at the latest behind the last element.
    """
    named = rb'\{[^{}\[\]]*"' + re.escape(name.encode()) + rb'"\s*:\s*' if name else b""
    before = re.compile(rb"\s*" + named + rb"\[")
    with opened(path) as stream:
        window = _Window(stream)
        while not (found := before.match(window.data, 0, HEAD)):
            if len(window.data) > HEAD or not window.more():
                raise Malformed(f"no list {name}".rstrip())
        window.drop(found.end())
        while (end := window.element()) >= 0:
            stream.next_record()
            yield window.drop(end)
        window.drop(1)
        while len(window.data) <= HEAD and window.more():
            continue
        if len(window.data) > HEAD:
            raise Malformed(f"more than {HEAD:,} bytes behind the list")
        # The document with nothing in place of the list: it has to end, and nothing may follow.
        decoded((b'{"":0' if name else b"0") + bytes(window.data))


class _Window:
    """What has been read and not been given away."""

    def __init__(self, stream: Publication) -> None:
        self._stream, self.data = stream, bytearray()

    def more(self) -> bool:
        """Whether there was any; an element has to end before it gets too long."""
        if len(self.data) > LARGEST:
            raise Malformed(f"a record of more than {LARGEST:,} bytes")
        chunk = self._stream.read(CHUNK)
        self.data += chunk or b""
        return bool(chunk)

    def drop(self, end: int) -> bytes:
        taken = bytes(self.data[:end])
        del self.data[:end]
        return taken

    def element(self) -> int:
        """Where the next element ends, which then begins the window; -1 at the end of the list."""
        while True:
            self.drop(_BETWEEN.match(self.data).end())  # type: ignore[union-attr]  # it matches nothing, too
            if self.data:
                break
            self._need()
        if self.data.startswith(b"]"):
            return -1
        return self._container() if self.data.startswith((b"{", b"[")) else self._scalar()

    def _scalar(self) -> int:
        while not (found := _SCALAR.match(self.data)):
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
            raise Malformed("it ends within its list")
