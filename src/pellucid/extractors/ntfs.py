"""NTFS, versions 1.2 to 3.1 (Linux-NTFS project, "NTFS Documentation"; Microsoft, [MS-FSCC])."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats.ntfs import volume
from pellucid.formats.ntfs.record import MAGIC
from pellucid.formats.ntfs.tree import NtfsTree
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All sectors of the volume, with the copy of the first one behind them."""
    found = volume.read(data, start)
    table = start + found.table * found.cluster
    if table + found.record <= len(data) and data[table : table + 4] != MAGIC:
        raise Malformed("there is no file table of NTFS where it should be")
    return found.length


@extractor(
    name="ntfs",
    version=1,
    signatures=(Signature(volume.MAGIC, at=volume.MAGIC_AT),),
    measure=measure,
)
def ntfs(artefact: Artefact, output: Output) -> None:
    """Take an NTFS apart: plain, sparse and compressed files, links, alternate streams as "file:stream", times.

    Owners and access lists are not read; the volume's own files, such as its journal, are left out.
    """
    found = volume.read(artefact.data)
    output.fact("serial", f"{found.serial:016x}")
    output.fact("clusterSize", found.cluster)
    tree = NtfsTree(artefact.data, found)
    for name, text in tree.facts().items():
        output.fact(name, text)
    put(output, tree.all_members())
