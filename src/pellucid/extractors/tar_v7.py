"""tar archives of the seventh edition of Unix (tar(5)), which have no magic."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats import tar as archives
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All headers with right checksums; the first must name a file."""
    if data[start : start + 1] < b"!" or data[start + 156 : start + 157] not in (b"\0", b"0", b"1", b"2", b"5"):
        raise Malformed("no tar header")
    return archives.length(data, start)


@extractor(
    name="tar_v7",
    version=1,
    signatures=(Signature(bytes(8), at=archives.MAGIC_AT),),
    measure=measure,
    carve=False,
    suffix="tar",
)
def tar_v7(artefact: Artefact, output: Output) -> None:
    """Take a tar without magic apart, known by the checksum of its first header."""
    put(output, archives.members(artefact.data))
