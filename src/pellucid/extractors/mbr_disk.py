"""Disks with a partition table of the PC, "MBR" (Microsoft, "Disk Concepts and Troubleshooting")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import gpt, mbr, partitions
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All that there is: what lies outside of the partitions comes out as well."""
    if start:
        raise Malformed("a table of partitions is believed only at the start")
    mbr.read(data)
    return len(data)


@extractor(
    name="mbr_disk",
    version=1,
    signatures=(Signature(mbr.MAGIC, at=mbr.MAGIC_AT),),
    measure=measure,
    carve=False,
)
def mbr_disk(artefact: Artefact, output: Output) -> None:
    """Take the partitions of a disk apart, logical ones too, and what lies outside of them.

    A disk whose GUID partition table is gone at the start is read by the backup at its end.
    """
    data = artefact.data
    table = mbr.read(data)
    output.fact("diskIdentifier", table.disk)
    for error in table.failures:
        output.failure(error)
    found, used = table.partitions, table.used
    if table.protective:
        try:
            backup = gpt.read(data)
            output.problem(ProblemKind.MALFORMED, "the GUID partition table at the start is gone: its backup is used")
            output.fact("diskGuid", backup.guid)
            found, used = backup.partitions, backup.used
        except Malformed as error:
            output.failure(error)
    for region in partitions.regions(data, found, used, len(data)):
        if isinstance(region, Malformed):
            output.failure(region)
        else:
            output.part(region.name, data, region.offset, region.size, facts=region.facts)
