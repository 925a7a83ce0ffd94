"""Virtual disks around a sample disk, made by qemu-img."""

import random
import tempfile
from functools import cache
from pathlib import Path

from tests.support.trees import Extraction, extract, run

from pellucid.analysis.extractor import Extractor

MIB = 1 << 20


@cache
def sample_disk() -> bytes:
    """What makes readers fail: noise, the same byte, holes between and at the end."""
    noise = random.Random(3)
    parts = (noise.randbytes(90_000), bytes(300_000), b"\xaa" * 200_000, bytes(MIB), b"text on a disk " * 9000)
    return b"".join(parts).ljust(5 * MIB, b"\0")


@cache
def converted(form: str, *options: str, size: int = 5 * MIB) -> bytes:
    """The first `size` bytes of the sample disk in the format `form` of qemu-img."""
    with tempfile.TemporaryDirectory() as folder:
        raw, image = Path(folder) / "raw", Path(folder) / "image"
        raw.write_bytes(sample_disk()[:size])
        run("qemu-img", "convert", "-f", "raw", "-O", form, *options, raw, image)
        return image.read_bytes()


def whole(unit: Extractor, data: bytes, folder: Path) -> Extraction:
    """What comes out of `data`: checked to be the sample disk, and measured to its end."""
    found = extract(unit, data, folder)
    assert found.contents == {"disk.img": sample_disk()}
    assert found.metadata["virtualSize"] == str(len(sample_disk()))
    assert not found.problems
    assert unit.measure(data, 0) == len(data)
    return found
