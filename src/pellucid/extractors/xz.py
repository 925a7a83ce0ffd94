"""xz streams (The .xz File Format 1.2)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put_stream
from pellucid.analysis.output import Output
from pellucid.formats import xz as streams
from pellucid.formats.span import Data
from pellucid.formats.streams import measured


def measure(data: Data, start: int) -> int:
    """Found by unpacking: a stream says how long it is only at its end."""
    return measured(streams.unpacked(data, start), data, start)


@extractor(
    name="xz",
    version=1,
    signatures=(Signature(streams.MAGIC),),
    measure=measure,
    stream=True,
)
def xz(artefact: Artefact, output: Output) -> None:
    """Unpack xz, all streams as one."""
    put_stream(output, "content", streams.unpacked(artefact.data, 0))
