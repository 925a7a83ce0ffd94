"""gzip members (RFC 1952)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put_stream
from pellucid.analysis.output import Output
from pellucid.formats import gzip as members
from pellucid.formats.span import Data
from pellucid.formats.streams import measured


def measure(data: Data, start: int) -> int:
    """Found by unpacking, with every member's checksum verified."""
    return measured(members.unpacked(data, start), data, start)


@extractor(
    name="gzip",
    version=1,
    signatures=(Signature(members.MAGIC),),
    measure=measure,
    stream=True,
    suffix="gz",
)
def gzip(artefact: Artefact, output: Output) -> None:
    """Unpack gzip, all members as one; the child has the name that the first header keeps, or "content"."""
    header = members.header(artefact.data, 0)
    put_stream(output, header.name or "content", members.unpacked(artefact.data, 0), mtime=header.mtime or None)
