"""VMware's virtual disks (VMware, "Virtual Disk Format 5.0")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Unsupported
from pellucid.formats import vmdk as disks
from pellucid.formats.span import Data
from pellucid.formats.virtual_disk import content


def measure(data: Data, start: int) -> int:
    """All that there is: grains lie where they were needed."""
    rest = data[start:] if start else data
    if rest[: len(disks.DESCRIPTOR)] != disks.DESCRIPTOR:
        disks.read(rest)
    return len(rest)


@extractor(
    name="vmdk",
    version=1,
    signatures=(Signature(disks.DESCRIPTOR), Signature(disks.MAGIC)),
    measure=measure,
    carve=False,
)
def vmdk(artefact: Artefact, output: Output) -> None:
    """Take the raw disk out of a sparse or stream-optimised VMDK, up to the last grain that is allocated.

    What lies in other files, the extents of a split disk or the parent of a snapshot, is missing, and is a problem.
    """
    data = artefact.data
    disk = None
    if data[: len(disks.MAGIC)] == disks.MAGIC:
        disk = disks.read(data)
        output.fact("virtualSize", disk.size)
        output.fact("grainSize", disk.grain)
    text = disk.descriptor if disk else bytes(data[: disks.LARGEST_DESCRIPTOR]).decode("utf-8", "backslashreplace")
    settings = disks.settings(text)
    for name in ("createType", "ddb.adapterType", "ddb.virtualHWVersion", "ddb.uuid", "ddb.comment"):
        if name in settings:
            output.fact(name.removeprefix("ddb."), settings[name])
    if settings.get("parentCID", disks.NO_PARENT).lower() != disks.NO_PARENT:
        parent = settings.get("parentFileNameHint", "")
        output.problem(ProblemKind.UNSUPPORTED, f"what it has not changed lies in another file: {parent}")
    files = disks.files(text)
    if not disk:
        raise Unsupported("its content lies in other files: " + ", ".join(files[:10]))
    if len(files) > 1:
        output.problem(ProblemKind.UNSUPPORTED, "parts of it lie in other files: " + ", ".join(files[:10]))
    output.file("disk.img", content(disks.extents(data, disk), disk.size))
