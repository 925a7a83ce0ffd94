"""UBI, volumes over the erase blocks of flash (Linux, drivers/mtd/ubi/ubi-media.h)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import ubi as images
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All erase blocks of one image, up to the last that has a header; two or more must have equal ones."""
    layout = images.layout(data, start)
    return layout.block * layout.blocks


@extractor(name="ubi", version=1, signatures=(Signature(images.MAGIC),), measure=measure)
def ubi(artefact: Artefact, output: Output) -> None:
    """Take the volumes out of a UBI image: one file each, under the name that the volume table gives it.

    Of every logical block the latest version counts. Static volumes end after their used bytes, dynamic ones after the
    last block that was written. Damaged blocks are reported; volumes that were removed are left out. From a dump that
    has the spare areas of its pages, the pages alone come out, as an image of their own.
    """
    data = artefact.data
    layout = images.layout(data)
    if spare := images.spare_areas(data, layout):
        output.fact("page", spare[0])
        output.fact("spare", spare[1])
        output.file("without-spare-areas.ubi", images.without_spare_areas(data, layout, *spare))
        return
    attached = images.attach(data, layout)
    for error in attached.problems:
        output.failure(error)
    output.fact("imageSequence", layout.sequence)
    output.fact("eraseBlock", layout.block)
    output.fact("logicalBlock", layout.usable)
    output.fact("volumeHeaderOffset", layout.volume_header)
    output.fact("dataOffset", layout.data)
    output.fact("freeBlocks", attached.free)
    output.fact("damagedBlocks", attached.damaged)
    names: set[str] = set()
    for volume in attached.volumes:
        name = volume.name.replace("/", "_") or f"volume-{volume.number}"
        name = f"{name}.{volume.number}" if name in names else name
        names.add(name)
        if volume.updating:
            output.failure(Malformed("an update of this volume was interrupted"), name)
        if volume.type not in images.TYPES:
            output.problem(ProblemKind.MALFORMED, f"{name}: type {volume.type} of a volume is not known")
        output.file(name, images.content(data, layout, volume), facts=_facts(layout, volume))


def _facts(layout: images.Layout, volume: images.Volume) -> dict[str, str]:
    facts = {
        "volumeId": str(volume.number),
        "type": images.TYPES.get(volume.type, str(volume.type)),
        "alignment": str(volume.alignment),
        "reservedBlocks": str(volume.reserved),
        "usedBytes": str(images.used_bytes(layout, volume)),
    }
    return facts | ({"flags": " ".join(volume.flags)} if volume.flags else {})
