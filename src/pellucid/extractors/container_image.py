"""Container images: `docker save` archives (Docker Image Specification 1.2) and OCI image layouts (1.1)."""

import hashlib
import re
from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Encrypted, Malformed
from pellucid.formats import bzip2, gzip, tar, xz, zstd
from pellucid.formats.container import archive as archives
from pellucid.formats.container import images
from pellucid.formats.container.archive import Archive
from pellucid.formats.container.images import Image, Layer
from pellucid.formats.container.layers import Merged
from pellucid.formats.span import Data, pieces

COMPRESSED = (
    (gzip.MAGIC, gzip.unpacked),
    (zstd.MAGIC, zstd.unpacked),
    *((magic, zstd.unpacked) for magic in zstd.SKIPPABLE),
    (xz.MAGIC, xz.unpacked),
    (b"BZh", bzip2.unpacked),
)
DIGEST = re.compile(r"blobs/(sha256|sha512)/([0-9a-f]+)")


def measure(data: Data, start: int) -> int:
    """A tar whose names are those of container images, with a manifest; any other is refused at its first name."""
    archives.read(data, start)
    return tar.length(data, start)


@extractor(
    name="container_image",
    version=2,
    signatures=(Signature(tar.MAGIC, at=tar.MAGIC_AT),),
    measure=measure,
    suffix="tar",
)
def container_image(artefact: Artefact, output: Output) -> None:
    """Merge the layers of container images into the file systems that a container would see, under `rootfs/`.

    Files that a later layer deletes or replaces lie under `shadowed/<layer>/`. With several images in the archive,
    each has a folder of its own. Manifests and configurations come out as they are; every file says its layer.
    """
    archive = archives.read(artefact.data)
    found, failures = images.read(archive)
    for failure in failures:
        output.failure(failure)
    layers = {layer.blob for image in found for layer in image.layers}
    for name, (at, size) in archive.blobs.items():
        if name not in layers:
            output.file(name, pieces(archive.data, at, size))
    folders = [f"{name}/" for name in _names(found)] if len(found) > 1 else [""]
    for image, folder in zip(found, folders, strict=False):
        _describe(output, image, folder.replace("/", "."))
        merged = Merged(folder)
        for index, layer in reversed(list(enumerate(image.layers))):
            _unpack(archive, output, merged, layer, index)


def _describe(output: Output, image: Image, prefix: str) -> None:
    output.fact(f"{prefix}tags", " ".join(image.tags))
    for name, value in image.facts.items():
        output.fact(prefix + name, value)
    for index, layer in enumerate(image.layers):
        output.fact(f"{prefix}layer.{index}", f"{layer.digest} {layer.created_by}".rstrip())


def _unpack(archive: Archive, output: Output, merged: Merged, layer: Layer, index: int) -> None:
    """One layer, straight from the archive or from its unpacked copy."""
    output.check_time()
    try:
        at, size = archive.place(layer.blob)
    except Malformed as error:
        output.failure(error)
        return
    data = archive.data
    if (wrong := _altered(data, layer.blob, at, size)) is not None:
        output.problem(ProblemKind.MALFORMED, f"layer {index}: {wrong}")
    if "encrypted" in layer.media_type:
        output.failure(Encrypted(f"layer {index} is encrypted: {layer.media_type}"))
    elif unpacked := _unpacked(data, at):
        copy = output.scratch(_named(unpacked, f"layer {index}"))
        put(output, merged.members(tar.members(copy), layer, index))
    elif _is_tar(data, at, size):
        put(output, merged.members(tar.members(data, at, at + size), layer, index))
    else:
        output.file(layer.blob, pieces(data, at, size), facts={"mediaType": layer.media_type})


def _unpacked(data: Data, at: int) -> Iterator[bytes] | None:
    for magic, unpacked in COMPRESSED:
        if data[at : at + len(magic)] == magic:
            return unpacked(data, at)
    return None


def _named(unpacked: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The same, with what it is in the message of a failure."""
    try:
        yield from unpacked
    except Malformed as error:
        raise type(error)(f"{name}: {error.message}") from None


def _is_tar(data: Data, at: int, size: int) -> bool:
    block = data[at : at + tar.BLOCK]
    if block == tar.EMPTY:
        return True
    try:
        tar.check(block)
    except Malformed:
        return False
    return size >= tar.BLOCK


def _altered(data: Data, blob: str, at: int, size: int) -> str | None:
    """What is wrong when a blob is not the one that its name, a digest, promises."""
    stated = DIGEST.fullmatch(blob)
    if not stated or at + size > len(data):
        return None
    digest = hashlib.new(stated[1], usedforsecurity=False)
    for piece in pieces(data, at, size):
        digest.update(piece)
    return None if digest.hexdigest() == stated[2] else f"the {stated[1]} of {blob} differs"


def _names(found: list[Image]) -> list[str]:
    """A folder for each image: its first tag or platform, or its configuration's digest; each only once."""
    names: list[str] = []
    for image in found:
        platform = "-".join(image.facts[part] for part in ("os", "architecture", "variant") if part in image.facts)
        stated = "-".join(part for part in (*image.tags[:1], platform) if part) or image.key[0][:12] or "image"
        name = re.sub(r"[^\w.+-]+", "_", stated)[:100].strip(".") or "image"
        while name in names:
            name += "_"
        names.append(name)
    return names
