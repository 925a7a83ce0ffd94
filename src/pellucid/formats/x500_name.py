"""Distinguished names (X.501; RFC 5280, 4.1.2.4): their attributes, as they stand there."""

from mmap import mmap

from pellucid.errors import Malformed
from pellucid.formats import der

UTF8, UTF16, LATIN = {0x0C}, {0x1E}, {0x12, 0x13, 0x14, 0x16, 0x1A}
MOST_ATTRIBUTES = 64


def attributes(data: bytes | mmap, offset: int = 0) -> list[list[tuple[str, str]]]:
    """(object identifier, text) of each attribute of each relative name, in their order. Raises Malformed."""
    found = list[list[tuple[str, str]]]()
    for relative in der.children(data, der.element(data, offset), most=MOST_ATTRIBUTES):
        pairs = list[tuple[str, str]]()
        for pair in der.children(data, relative, most=MOST_ATTRIBUTES):
            fields = list(der.children(data, pair, most=2))
            if len(fields) != 2:
                raise Malformed("no attribute of a name")
            pairs.append((der.oid(data, fields[0]), _text(data, fields[1])))
        found.append(pairs)
    return found


def _text(data: bytes | mmap, element: der.Element) -> str:
    raw = bytes(data[element.content : element.end])
    if element.tag in UTF8:
        return raw.decode("utf-8", "replace")
    if element.tag in UTF16:
        return raw.decode("utf-16-be", "replace")
    if element.tag in LATIN:
        return raw.decode("latin-1")
    raise Malformed("an attribute of a name that is no text")
