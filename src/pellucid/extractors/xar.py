"""xar archives (xar's wiki, "xarformat"), and so packages of macOS."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import libarchive
from pellucid.formats import xar as archives
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Up to the last byte that the table of contents names."""
    return archives.length(data, start)


@extractor(
    name="xar",
    version=1,
    signatures=(Signature(archives.MAGIC),),
    measure=measure,
)
def xar(artefact: Artefact, output: Output) -> None:
    """Take a xar archive apart, by libarchive: modes, owners, links. Nothing is read when it is not installed."""
    output.fact("checksum", archives.header(artefact.data).checksum)
    put(output, libarchive.members(artefact.data, "xar", owners=True))
