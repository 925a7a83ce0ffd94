"""The index of the extractors: what their modules declare, known without importing them.

A process that unpacks one image needs a few of many readers, and is started for every image.
"""

from collections.abc import Iterable
from functools import cached_property
from importlib import import_module
from mmap import mmap

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Extractor, Signature
from pellucid.analysis.output import Output


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One extractor: the `attribute` of a `module`, and what it declares; a signature is its bytes in hex and `at`."""

    module: str
    attribute: str
    name: str
    version: int
    signatures: tuple[tuple[str, int], ...]
    stream: bool
    carve: bool
    partial: bool
    suffix: str


class Late(msgspec.Struct, frozen=True, dict=True):
    """The extractor `attribute` of `module`, imported when it is first called."""

    module: str
    attribute: str

    @cached_property
    def unit(self) -> Extractor:
        found: Extractor = getattr(import_module(self.module), self.attribute)
        return found

    def measure(self, data: bytes | mmap, start: int) -> int:
        return self.unit.measure(data, start)

    def run(self, artefact: Artefact, output: Output) -> None:
        self.unit.run(artefact, output)


def read(text: bytes) -> tuple[Extractor, ...]:
    """The extractors of an index, in its order. They do what the declared ones do, but have no documentation."""
    return tuple(_late(row) for row in msgspec.json.decode(text, type=list[Row]))


def write(units: Iterable[tuple[str, str, Extractor]]) -> str:
    """The index of (module, attribute, extractor), one a line."""
    rows = [
        Row(
            module=module,
            attribute=attribute,
            name=unit.name,
            version=unit.version,
            signatures=tuple((signature.literal.hex(), signature.at) for signature in unit.signatures),
            stream=unit.stream,
            carve=unit.carve,
            partial=unit.partial,
            suffix=unit.suffix,
        )
        for module, attribute, unit in units
    ]
    return "[\n" + ",\n".join(msgspec.json.encode(row).decode() for row in rows) + "\n]\n"


def _late(row: Row) -> Extractor:
    late = Late(row.module, row.attribute)
    return Extractor(
        name=row.name,
        version=row.version,
        signatures=tuple(Signature(bytes.fromhex(literal), at) for literal, at in row.signatures),
        measure=late.measure,
        run=late.run,
        stream=row.stream,
        carve=row.carve,
        partial=row.partial,
        suffix=row.suffix,
    )
