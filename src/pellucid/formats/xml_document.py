"""XML documents that package managers write, as elements without namespaces (XML 1.0; Namespaces in XML 1.0).

Entities of a document's own are refused: nothing here expands, and nothing is fetched.
"""

from collections.abc import Iterator
from xml.parsers import expat

import msgspec

from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats.span import Data

LARGEST = 24 << 20
LONGEST = 4096
MOST_ELEMENTS, DEEPEST = 400_000, 64


class Element(msgspec.Struct, kw_only=True):
    """`text` is what stands directly in it, `offset` where it begins in the document."""

    name: str
    offset: int
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = msgspec.field(default_factory=list)

    def all(self, *path: str) -> Iterator["Element"]:
        """The elements that lie on this path of names below it."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> str:
        """The text of the first element on this path, "" when there is none."""
        found = next(self.all(*path), None)
        return found.text.strip() if found else ""


class _Builder:
    """Makes elements of what the parser tells."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._open: list[Element] = []
        self._count = 0
        self.root: Element | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= DEEPEST:
            raise BudgetExceeded("an XML document with too many elements, or too deep ones")
        own = {_local(key): value[:LONGEST] for key, value in attributes.items()}
        element = Element(name=_local(name), offset=self._parser.CurrentByteIndex, attributes=own)
        if self._open:
            self._open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        if self._open and len(self._open[-1].text) < LONGEST:
            self._open[-1].text += text[:LONGEST]


def read(data: Data) -> Element:
    """The root of the document.

    Raises Malformed, also for a document that declares entities, and BudgetExceeded for more than 24 MiB.
    """
    if len(data) > LARGEST:
        raise BudgetExceeded(f"an XML document of {len(data)} bytes is not read, at most {LARGEST} are")
    parser = expat.ParserCreate(namespace_separator=" ")
    builder = _Builder(parser)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = _refuse
    parser.buffer_text = True
    try:
        parser.Parse(bytes(data[:]), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Malformed(f"not an XML document: {str(error)[:120]}") from error
    if builder.root is None:
        raise Malformed("an XML document without elements")
    return builder.root


def _refuse(*_declaration: object) -> None:
    raise Malformed("an XML document that declares entities")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
