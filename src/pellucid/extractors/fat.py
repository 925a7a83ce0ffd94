"""FAT12, FAT16 and FAT32 with long names (Microsoft, "FAT: General Overview of On-Disk Format", 1.03)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import fat as volumes
from pellucid.formats.span import Data

# The format's own magic has two bytes; nearly every formatter writes the type as text, too.
TYPES = ((b"FAT12   ", 54), (b"FAT16   ", 54), (b"FAT     ", 54), (b"FAT32   ", 82))


def measure(data: Data, start: int) -> int:
    """All sectors of the volume."""
    return volumes.read(data, start).length


@extractor(
    name="fat",
    version=2,
    signatures=tuple(Signature(text, at=at) for text, at in TYPES),
    measure=measure,
)
def fat(artefact: Artefact, output: Output) -> None:
    """Take a FAT volume apart. It knows no owners and no modes; times are taken as UTC."""
    volume = volumes.read(artefact.data)
    output.fact("type", f"FAT{volume.bits}")
    output.fact("clusterSize", volume.cluster)
    if label := volumes.label(artefact.data, volume):
        output.fact("label", label)
    put(output, volumes.members(artefact.data, volume))
