"""CD and DVD images: ISO 9660 with Rock Ridge, Joliet, El Torito (ECMA-119; IEEE P1282)."""

from collections.abc import Iterator
from itertools import chain

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats import gpt, mbr, partitions
from pellucid.formats.iso9660 import boot, tree, volume
from pellucid.formats.member import Member, Members
from pellucid.formats.partitions import Partition, Region
from pellucid.formats.span import Data, pieces
from pellucid.formats.udf import tree as udf_tree
from pellucid.formats.udf import volume as udf_volume

SYSTEM_AREA = volume.FIRST * volume.SECTOR


def measure(data: Data, start: int) -> int:
    """The volume; a hybrid one ends with the partitions appended to it."""
    length = volume.read(data, start).length
    if start:
        return length
    found, used = _tables(data)
    ends = [partition.end for partition in found] + [stop for _, stop in used]
    return max([length, *(end for end in ends if end <= len(data))])


@extractor(name="iso9660", version=2, signatures=(Signature(volume.MAGIC, at=volume.MAGIC_AT),), measure=measure)
def iso9660(artefact: Artefact, output: Output) -> None:
    """Take a disc apart by its Rock Ridge names, else those of UDF, of Joliet, or its own.

    Boot images and partitions that are no files of the disc come out as well, and what stands before it all.
    """
    data = artefact.data
    disc = volume.read(data)
    for name, text in disc.texts.items():
        output.fact(name, text)
    images = list[boot.Image]()
    try:
        images += boot.images(data, disc.catalog) if disc.catalog else ()
    except Malformed as error:
        output.failure(error)
    files = tree.tree(data, disc, {image.at: image.facts for image in images})
    bridge = None if files.names == tree.ROCK_RIDGE else _bridge(data)
    output.fact("names", "UDF" if bridge else files.names)
    put(output, bridge or files.members())
    put(output, _boot_images(data, images, files.starts))
    for region in _outside(data, disc, files.starts | {image.at for image in images}):
        if isinstance(region, Malformed):
            output.failure(region)
        else:
            output.part(region.name, data, region.offset, region.size, facts=region.facts)


def _bridge(data: Data) -> Members | None:
    """What the same disc holds by UDF, where there may be more: some show readers of ISO 9660 only a notice."""
    try:
        if volume.has_udf(data):
            found = udf_tree.members(data, udf_volume.read(data))
            return chain([next(found)], found)
    except (Malformed, StopIteration):
        return None
    return None


def _boot_images(data: Data, images: list[boot.Image], seen: set[int]) -> Members:
    """Those that are not files of the disc."""
    for image in images:
        if image.at not in seen:
            seen.add(image.at)
            name = f"[boot]/{image.number}-{image.platform}.img"
            yield Member(name=name, chunks=pieces(data, image.at, image.size), facts=image.facts)


def _outside(data: Data, disc: volume.Volume, seen: set[int]) -> Iterator[Region | Malformed]:
    """Partitions of a hybrid disc that are neither itself nor files of it, and boot code in front."""
    found, used = _tables(data)
    own = [part for part in found if part.offset >= SYSTEM_AREA and part.offset not in seen]
    own = [part for part in own if part.offset >= disc.length or part.size * 2 < disc.length]
    yield from partitions.regions(data, own, [*used, (SYSTEM_AREA, disc.length)], measure(data, 0))


def _tables(data: Data) -> tuple[list[Partition], list[tuple[int, int]]]:
    """Partitions of a hybrid disc and what their tables take; GPT and MBR say mostly the same."""
    found, used = dict[int, Partition](), list[tuple[int, int]]()
    for parts, taken in _readable(data):
        for part in parts:
            found.setdefault(part.offset, part)
        used += taken
    return list(found.values()), used


def _readable(data: Data) -> Iterator[tuple[tuple[Partition, ...], tuple[tuple[int, int], ...]]]:
    try:
        table = gpt.read(data)
        yield table.partitions, table.used
    except Malformed:
        pass
    try:
        legacy = mbr.read(data, hybrid=True)
        yield legacy.partitions, legacy.used
    except Malformed:
        pass
