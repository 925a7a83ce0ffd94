"""YAFFS 1 and 2 with the spare areas of their pages (Aleph One, yaffs_guts.h)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.yaffs import layout as layouts
from pellucid.formats.yaffs.tree import Yaffs

# An image begins with the header of an object: its type, the root as its folder, and a checksum that is no longer used.
SIGNATURES = tuple(
    Signature(number.pack(kind) + number.pack(layouts.ROOT) + b"\xff\xff")
    for number in layouts.NUMBERS.values()
    for kind in (layouts.FOLDER, layouts.FILE, layouts.SYMLINK, layouts.HARDLINK, layouts.SPECIAL)
)


@extractor(name="yaffs", version=1, signatures=SIGNATURES, measure=layouts.length)
def yaffs(artefact: Artefact, output: Output) -> None:
    """Take a YAFFS apart: of every object and page the latest version, nothing that was deleted.

    The sizes of pages and spare areas, the place of the tags and the byte order are found by trying. The checksums in
    the spare areas are not used to mend what they protect.
    """
    layout = layouts.find(artefact.data, 0)
    tree = Yaffs(artefact.data, layout)
    output.fact("version", layout.version)
    output.fact("byteOrder", "little endian" if layout.order == "<" else "big endian")
    output.fact("page", layout.page)
    output.fact("spare", layout.spare)
    output.fact("tagsAt", layout.tags_at)
    output.fact("objects", tree.count)
    put(output, tree.everything())
