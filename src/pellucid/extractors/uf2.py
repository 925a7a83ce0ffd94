"""UF2, firmware for boot loaders that look like USB sticks (Microsoft, "USB Flashing Format")."""

from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.errors import Malformed, Truncated
from pellucid.formats import uf2 as blocks
from pellucid.formats.span import Chunk, Data, zeros


def measure(data: Data, start: int) -> int:
    """All blocks in a row, each with its three magics."""
    return blocks.length(data, start)


@extractor(name="uf2", version=1, signatures=(Signature(blocks.MAGIC),), measure=measure)
def uf2(artefact: Artefact, output: Output) -> None:
    """Turn UF2 blocks into the bytes that they load: for each family of chips, the regions without a gap.

    A file container gives its files.
    """
    for name, content in blocks.read(artefact.data).items():
        if len(content.seen) < content.stated:
            output.failure(Truncated(f"{name}: {len(content.seen):,} of {content.stated:,} blocks are there"))
        regions = list[tuple[int, bytearray]]()
        for region in content.regions.joined():
            if isinstance(region, Malformed):
                output.failure(region, name)
            else:
                regions.append(region)
        if name.startswith("files/"):
            output.file(name, _file(regions))
            continue
        for address, body in regions:
            facts = {"address": f"0x{address:08x}", "family": name}
            output.file(f"{name}/0x{address:08x}.bin", [memoryview(body)], facts=facts)


def _file(regions: list[tuple[int, bytearray]]) -> Iterator[Chunk]:
    """A file from its pieces, with zeros where blocks are missing."""
    at = 0
    for place, content in regions:
        if place > blocks.LARGEST_FILE or place < at:
            raise Malformed("a piece of the file lies at an impossible place")
        yield from zeros(place - at)
        yield memoryview(content)
        at = place + len(content)
