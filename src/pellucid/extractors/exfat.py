"""exFAT (Microsoft, "exFAT file system specification", 1.00)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import exfat as volumes
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All sectors of the volume."""
    return volumes.read(data, start).length


@extractor(
    name="exfat",
    version=2,
    signatures=(Signature(volumes.MAGIC, at=volumes.MAGIC_AT),),
    measure=measure,
)
def exfat(artefact: Artefact, output: Output) -> None:
    """Take an exFAT volume apart. It knows no owners and no modes; times without a zone are taken as UTC."""
    volume = volumes.read(artefact.data)
    output.fact("serial", f"{volume.serial:08x}")
    output.fact("revision", f"{volume.revision >> 8}.{volume.revision & 0xFF:02}")
    output.fact("clusterSize", volume.cluster)
    if label := volumes.label(artefact.data, volume):
        output.fact("label", label)
    if volume.dirty:
        output.fact("state", "was not closed: the latest changes may be missing")
    put(output, volumes.members(artefact.data, volume))
