"""payload.bin, the partitions of an Android update (AOSP, system/update_engine, update_metadata.proto)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.errors import Malformed, Unsupported
from pellucid.formats.android import payload as payloads
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Header, manifest, and the data that operations and signatures name."""
    return payloads.read(data, start).length


@extractor(name="android_ota", version=1, signatures=(Signature(payloads.MAGIC),), measure=measure, suffix="payload")
def android_ota(artefact: Artefact, output: Output) -> None:
    """Write the partitions of a full update as they are after it, with their digests verified.

    A partition of an incremental update needs the old one: it is reported, not written.
    """
    data = artefact.data
    payload = payloads.read(data)
    output.fact("blockSize", payload.block_size)
    output.fact("minorVersion", payload.manifest.number(12))
    if level := payload.manifest.text(18):
        output.fact("patchLevel", level)
    for partition in payloads.partitions(payload):
        if isinstance(partition, Malformed):
            output.failure(partition)
            continue
        output.fact(f"partition.{partition.name}", f"size {partition.size} sha256 {partition.sha256.hex()}")
        if needed := partition.differences:
            message = f"{', '.join(needed)} need the partition as it was before"
            output.failure(Unsupported(message), partition.name)
            continue
        facts = {"version": partition.version} if partition.version else {}
        if partition.verity:
            facts["verity"] = "hash tree and error correction are left out"
        output.file(f"{partition.name}.img", payloads.content(data, payload, partition), facts=facts)
