"""LHA archives, .lzh ("header.doc" of LHa for UNIX)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import libarchive
from pellucid.formats import lzh as archives
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All members in a row, by their headers."""
    return archives.length(data, start)


@extractor(
    name="lzh",
    version=1,
    signatures=tuple(Signature(method, at=2) for method in archives.METHODS),
    measure=measure,
)
def lzh(artefact: Artefact, output: Output) -> None:
    """Take an LHA archive apart, by libarchive: methods lh0, lh5, lh6, lh7. It reads nothing when that is missing."""
    first = archives.header(artefact.data, 0)
    output.fact("method", first.method)
    output.fact("headerLevel", first.level)
    put(output, libarchive.members(artefact.data, "lha", owners=True))
