"""Romfs (kernel documentation, "ROMFS - ROM File System")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import romfs as volumes


@extractor(name="romfs", version=1, signatures=(Signature(volumes.MAGIC),), measure=volumes.length)
def romfs(artefact: Artefact, output: Output) -> None:
    """Take a romfs apart. It knows no owners and no times, and of the mode only whether a file can be executed."""
    volume = volumes.read(artefact.data)
    if volume.label:
        output.fact("label", volume.label.decode("utf-8", "backslashreplace"))
    put(output, volumes.members(artefact.data, volume))
