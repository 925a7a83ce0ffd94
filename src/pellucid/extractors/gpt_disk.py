"""Disks with a GUID partition table (UEFI specification 2.10, chapter 5.3)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import gpt, partitions
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Up to the backup at the end of the disk, and at the start of an artefact all of it; carved only when sound."""
    table = gpt.read(data, start)
    if start and table.damage:
        raise Malformed(table.damage[0])
    return max(table.length, len(data)) if not start else table.length


@extractor(
    name="gpt_disk",
    version=1,
    signatures=tuple(Signature(gpt.MAGIC, at=sector) for sector in gpt.SECTORS),
    measure=measure,
    suffix="gpt",
)
def gpt_disk(artefact: Artefact, output: Output) -> None:
    """Take the partitions of a disk apart, with their names and types, and what lies outside of them."""
    data = artefact.data
    table = gpt.read(data)
    output.fact("diskGuid", table.guid)
    output.fact("sectorSize", table.sector)
    for message in table.damage:
        output.problem(ProblemKind.MALFORMED, message)
    for region in partitions.regions(data, table.partitions, table.used, len(data)):
        if isinstance(region, Malformed):
            output.failure(region)
        else:
            output.part(region.name, data, region.offset, region.size, facts=region.facts)
