"""Cramfs (kernel documentation, "Cramfs - cram a filesystem onto a small ROM")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats import cramfs as volumes
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """The size that the superblock states."""
    return volumes.read(data, start).length


@extractor(
    name="cramfs",
    version=1,
    signatures=tuple(Signature(magic, at=at) for magic in (volumes.LITTLE, volumes.BIG) for at in (0, 512)),
    measure=measure,
)
def cramfs(artefact: Artefact, output: Output) -> None:
    """Take a cramfs apart, either byte order, also behind 512 bytes of boot code. It knows no times."""
    volume = volumes.read(artefact.data)
    output.fact("byteOrder", "little endian" if volume.order == "<" else "big endian")
    output.fact("edition", volume.edition)
    output.fact("inodes", volume.files)
    if volume.label:
        output.fact("label", volume.label.decode("utf-8", "backslashreplace"))
    if len(artefact.data) >= volume.length and not volumes.is_whole(artefact.data, volume):
        output.failure(Malformed("the checksum does not match: bytes of it have changed"))
    put(output, volumes.members(artefact.data, volume))
