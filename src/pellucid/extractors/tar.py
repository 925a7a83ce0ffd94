"""tar archives: ustar and pax (POSIX.1-2017), GNU (GNU tar manual)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import tar as archives
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All headers with right checksums, and the empty blocks at the end."""
    return archives.length(data, start)


@extractor(
    name="tar",
    version=1,
    signatures=(Signature(archives.MAGIC, at=archives.MAGIC_AT),),
    measure=measure,
)
def tar(artefact: Artefact, output: Output) -> None:
    """Take a tar apart: files with their holes, links, devices, long names, with modes, owners and times."""
    put(output, archives.members(artefact.data))
