"""UDF discs (ECMA-167; OSTA, "Universal Disk Format Specification")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.span import Data
from pellucid.formats.udf import tree, volume


def measure(data: Data, start: int) -> int:
    """The partitions, and the last anchor behind them."""
    return volume.read(data, start).length


@extractor(name="udf", version=2, signatures=(Signature(volume.MAGIC, at=volume.MAGIC_AT),), measure=measure)
def udf(artefact: Artefact, output: Output) -> None:
    """Take a UDF disc apart. What is deleted is not listed; streams beside files are left out."""
    disc = volume.read(artefact.data)
    output.fact("label", disc.label)
    output.fact("revision", disc.revision)
    output.fact("blockSize", disc.block)
    put(output, tree.members(artefact.data, disc))
