"""7z archives (7-Zip's DOC/7zFormat.txt)."""

import zlib

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats.sevenzip import archive as archives
from pellucid.formats.span import Data

MOST_CHECKED = 1 << 20


def measure(data: Data, start: int) -> int:
    """Up to the end of the header, which stands behind the packed streams."""
    found = archives.start_at(data, start)
    checked = found.header_size <= MOST_CHECKED and found.end <= len(data)
    if checked and zlib.crc32(data[found.header_at : found.end]) != found.digest:
        raise Malformed("the checksum of the header differs")
    return found.end - start


@extractor(
    name="sevenzip",
    version=1,
    signatures=(Signature(archives.MAGIC),),
    measure=measure,
    suffix="7z",
)
def sevenzip(artefact: Artefact, output: Output) -> None:
    """Take a 7z archive apart: LZMA, LZMA2, BZip2, Deflate, Zstandard and the filters of executables.

    Solid folders are unpacked once. Folders that are encrypted, or packed with PPMd or other rare methods, are
    reported with the number of their files. Entries that only say that a file is to be deleted are counted.
    """
    found = archives.read(artefact.data)
    output.fact("version", archives.start_at(artefact.data, 0).version)
    output.fact("methods", ", ".join(found.methods))
    output.fact("folders", len(found.streams.folders))
    if anti := sum(file.anti for file in found.files):
        output.fact("antiItems", anti)
    put(output, archives.members(artefact.data, found))
