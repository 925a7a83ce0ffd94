"""zip archives (PKWARE APPNOTE 6.3.10), and so jar, apk and the like."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import zip as archives
from pellucid.formats.span import Data
from pellucid.formats.zip_directory import LOCAL_MAGIC, SPANNED


def measure(data: Data, start: int) -> int:
    """Up to the end of the end record."""
    return archives.length(data, start)


@extractor(
    name="zip",
    version=2,
    signatures=(Signature(LOCAL_MAGIC), *(Signature(mark + LOCAL_MAGIC) for mark in SPANNED)),
    measure=measure,
)
def zip_archive(artefact: Artefact, output: Output) -> None:
    """Take a zip apart: stored, deflate, bzip2, LZMA, xz and Zstandard; modes and links where Unix wrote it.

    Encrypted entries are counted and reported; entries that overlap others are refused. Without a central directory
    the entries are read from their own headers, and so they are in a part of an archive of several.
    """
    put(output, archives.members(artefact.data))
