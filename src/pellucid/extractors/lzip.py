"""lzip members (Internet draft "Lzip Compressed Format and the 'application/lzip' Media Type")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put_stream
from pellucid.analysis.output import Output
from pellucid.formats import lzip as members
from pellucid.formats.span import Data
from pellucid.formats.streams import measured


def measure(data: Data, start: int) -> int:
    """Found by unpacking, with every member's checksum and sizes verified."""
    return measured(members.unpacked(data, start), data, start)


@extractor(
    name="lzip",
    version=1,
    signatures=(Signature(members.MAGIC),),
    measure=measure,
    stream=True,
    suffix="lz",
)
def lzip(artefact: Artefact, output: Output) -> None:
    """Unpack lzip, all members as one."""
    output.fact("dictionarySize", members.dictionary(artefact.data, 0))
    put_stream(output, "content", members.unpacked(artefact.data, 0))
