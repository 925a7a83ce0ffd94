"""Tables of device trees in Android's dtbo and dtb partitions (AOSP, "DTB/DTBO partitions", dt_table.h)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats.android import avb
from pellucid.formats.android import dtbo as tables
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """The size that the header states; all that there is when the partition ends with the footer of verified boot."""
    length = tables.read(data, start).length
    return len(data) if not start and avb.footer(data) else length


@extractor(name="dtbo", version=1, signatures=(Signature(tables.MAGIC),), measure=measure)
def dtbo(artefact: Artefact, output: Output) -> None:
    """Take the device trees out of a table; the hardware that an entry is for becomes facts of it."""
    data = artefact.data
    table = tables.read(data)
    output.fact("version", table.version)
    output.fact("pageSize", table.page)
    seen = set[int]()
    for number, entry in enumerate(table.entries):
        output.fact(f"entry.{number}", " ".join(f"{name}={value}" for name, value in entry.facts.items()))
        if entry.at not in seen:
            seen.add(entry.at)
            output.part(f"{number:03}.dtb", data, entry.at, entry.size, facts=entry.facts)
    if found := avb.footer(data):
        _, at, size = found
        output.part("vbmeta", data, at, size)
