"""Android sparse images, as img2simg makes them, and chunks that it does not write."""

import struct
from pathlib import Path

import pytest
from tests.support.disk_images import sample_disk
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.android_sparse import android_sparse

RAW, FILL, SKIP, CHECKSUM = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4


def built(*chunks: tuple[int, int, bytes], blocks: int = 0, block: int = 4096) -> bytes:
    total = blocks or sum(count for _, count, _ in chunks)
    header = struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 28, 12, block, total, len(chunks), 0)
    return header + b"".join(
        struct.pack("<HHII", kind, 0, count, 12 + len(body)) + body for kind, count, body in chunks
    )


def test_the_image_comes_out(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(sample_disk())
    run("img2simg", tmp_path / "raw", tmp_path / "x")
    data = (tmp_path / "x").read_bytes()
    found = extract(android_sparse, data, tmp_path / "out")
    assert found.contents == {"image.img": sample_disk()}
    assert found.metadata == {"version": "1.0", "blockSize": "4096", "unpackedSize": str(len(sample_disk()))}
    assert not found.problems
    assert android_sparse.measure(b"x" * 9 + data + b"behind", 9) == len(data)


def test_every_kind_of_chunk(tmp_path: Path) -> None:
    data = built(
        (FILL, 300, b"abcd"), (SKIP, 2, b""), (CHECKSUM, 0, b"1234"), (RAW, 1, b"r" * 4096), (FILL, 2, bytes(4))
    )
    found = extract(android_sparse, data, tmp_path)
    assert found.contents["image.img"] == b"abcd" * 307_200 + bytes(8192) + b"r" * 4096 + bytes(8192)
    assert not found.problems


def test_an_image_without_content_costs_nothing(tmp_path: Path) -> None:
    found = extract(android_sparse, built((SKIP, 0xFFFFFFFF, b"")), tmp_path)
    assert found.contents == {"image.img": b""}
    assert found.metadata["unpackedSize"] == str(0xFFFFFFFF * 4096)


def test_fills_without_end_are_stopped_by_the_budget(tmp_path: Path) -> None:
    found = extract(android_sparse, built((FILL, 0xFFFFFFFF, b"bomb")), tmp_path)
    assert found.stopped


def test_a_cut_image_keeps_what_is_there(tmp_path: Path) -> None:
    data = built((RAW, 2, b"r" * 8192), (FILL, 1, b"abcd"), (RAW, 1, b"s" * 4096))
    for end in (len(data) - 100, len(data) - 4100):
        cut = data[:end]
        assert android_sparse.measure(cut, 0) > len(cut)
        found = extract(android_sparse, cut, tmp_path)
        assert found.contents["image.img"].startswith(b"r" * 8192 + b"abcd" * 1024)
        assert found.kinds == {ProblemKind.TRUNCATED}


@pytest.mark.parametrize(
    "data",
    [
        built((RAW, 2, b"r" * 4096)),
        built((0xCAC9, 1, b"")),
        built((RAW, 2, b"r" * 8192), blocks=1),
        built((SKIP, 1, b""), block=6),
        built((SKIP, 1, b""))[:30],
        built((SKIP, 1, b"")).replace(b"\x1c\0", b"\1\0", 1),
    ],
    ids=["size", "type", "too many blocks", "block size", "no chunk", "header size"],
)
def test_a_magic_by_chance_is_no_image(data: bytes) -> None:
    with pytest.raises(Malformed):
        android_sparse.measure(data, 0)
