"""cpio archives: newc and crc (kernel documentation, "initramfs buffer format"), odc (POSIX.1-2001, pax)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import cpio as archives
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All entries up to the trailer."""
    return archives.length(data, start)


@extractor(
    name="cpio",
    version=2,
    signatures=tuple(Signature(magic) for magic in (archives.NEWC, archives.CRC, archives.ODC)),
    measure=measure,
)
def cpio(artefact: Artefact, output: Output) -> None:
    """Take a cpio apart: files, links, devices, with modes, owners and times."""
    put(output, archives.members(artefact.data))
