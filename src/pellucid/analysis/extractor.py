"""Extractors: artefact -> artefacts, declared by a decorator."""

from collections.abc import Callable
from mmap import mmap

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.output import Output

Measure = Callable[[bytes | mmap, int], int]
"""(data, offset) -> length in bytes of the chunk that starts at `offset`.

Raises Malformed when there is no such chunk: this is what turns a chance occurrence of a magic into nothing, so
check all that the header lets you check. May be longer than the data when the chunk is truncated.
"""


class Signature(msgspec.Struct, frozen=True):
    """Bytes that stand `at` bytes after the start of a format. 3 bytes or more."""

    literal: bytes
    at: int = 0


class Extractor(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of extraction for the format `name`, which is also the kind of the artefacts it reads.

    With `stream`, the length is only known by unpacking: `measure` then unpacks into nothing, and is not called for
    an artefact that begins with the signature; `run` says where the stream ended with `output.end(offset)`.
    `carve` is False for formats that are only believed at the start of an artefact. With `partial`, what comes out is
    only a part of it, such as the resources of a program: the artefact is analysed as well, under the kind that the
    table of leaf formats gives it, else under the name of the unit.
    """

    name: str
    version: int
    signatures: tuple[Signature, ...]
    measure: Measure
    run: Callable[[Artefact, Output], None]
    stream: bool
    carve: bool
    partial: bool
    suffix: str

    @property
    def documentation(self) -> str:
        return self.run.__doc__ or ""


def extractor(
    *,
    name: str,
    version: int,
    signatures: tuple[Signature, ...],
    measure: Measure,
    stream: bool = False,
    carve: bool = True,
    partial: bool = False,
    suffix: str = "",
) -> Callable[[Callable[[Artefact, Output], None]], Extractor]:
    """Declare `run(artefact, output)` as the extractor of a format."""

    def declare(run: Callable[[Artefact, Output], None]) -> Extractor:
        return Extractor(
            name=name,
            version=version,
            signatures=signatures,
            measure=measure,
            run=run,
            stream=stream,
            carve=carve,
            partial=partial,
            suffix=suffix or name,
        )

    return declare
