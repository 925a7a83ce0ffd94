"""RAR archives, versions 4 (1.5 to 4.x) and 5 (TechNote of RAR 4; "RAR 5.0 archive format")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Encrypted, Unsupported
from pellucid.formats import libarchive
from pellucid.formats import rar as archives
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Up to the end block, by the headers of all blocks."""
    return archives.read(data, start).end - start


@extractor(
    name="rar",
    version=1,
    signatures=(Signature(archives.MAGIC4), Signature(archives.MAGIC5)),
    measure=measure,
)
def rar(artefact: Artefact, output: Output) -> None:
    """Take a RAR archive apart, by libarchive: names, modes, links, times. Nothing is read when it is not installed.

    Encrypted archives are reported, and so are those in several volumes, of which this can be only one.
    """
    found = archives.read(artefact.data)
    output.fact("version", found.version)
    output.fact("files", found.files)
    if found.solid:
        output.fact("solid", "true")
    if found.volume:
        output.failure(Unsupported("the archive is one of several volumes: files that go on in another are cut off"))
    if found.locked:
        output.failure(Encrypted("the headers of the archive are encrypted"))
        return
    put(output, libarchive.members(artefact.data, "rar5" if found.version == 5 else "rar"))
