"""Hash trees through a whole scan: behind a file system that is taken out, and in another partition of a disk."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import pellucid
from tests.support.small_discs import SECTOR, partitioned
from tests.support.squashfs_images import Image
from tests.support.verity_images import Verity, changed

VERITY = Verity()
BROKEN, OTHER = "mitigation/boot/verity-broken", "mitigation/boot/verity-other-root"


@pytest.fixture(scope="module")
def system() -> bytes:
    """A file system in whole blocks."""
    image = Image(files={"one": bytes(range(256)) * 40, "two": b"second file"}).build()
    return image + bytes(-len(image) % 4096)


def scanned(image: bytes, folder: Path) -> tuple[dict[str, dict[str, str]], set[str]]:
    """Verdicts by artefact and check, and classes of findings about hash trees."""
    path = folder / "image.bin"
    path.write_bytes(image)
    ended = pellucid("scan", path, "--format", "json")
    document: dict[str, Any] = json.loads(ended.stdout)
    verdicts = {
        fact["artefact"]: {check["name"]: check["verdict"] for check in fact["checks"]}
        for fact in document["hardening"]
        if fact["subject"] == "dmVerity"
    }
    return verdicts, {item["class"] for item in document["findings"]} & {BROKEN, OTHER}


def delivered(image: bytes, root: bytes) -> bytes:
    """A file system with its tree, and the entry of a boot loader that asks for a root hash."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as made:
        entry = f"title Acme\noptions ro quiet roothash={root.hex()}\n".encode()
        for name, body in {"root.img": image, "loader/entries/acme.conf": entry}.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            made.addfile(info, io.BytesIO(body))
    return sink.getvalue()


def test_a_tree_behind_a_file_system_is_compared_with_it(system: bytes, tmp_path: Path) -> None:
    image, root = VERITY.behind(system)
    verdicts, classes = scanned(delivered(image, root), tmp_path)
    assert verdicts["image.bin!root.img"]["treeData"] == "pass"
    assert not classes


@pytest.mark.parametrize(("at", "other", "expected"), [(200, False, {BROKEN}), (None, True, {OTHER})])
def test_what_is_asked_for_and_not_there_is_a_finding(
    system: bytes, tmp_path: Path, at: int | None, *, other: bool, expected: set[str]
) -> None:
    image, root = VERITY.behind(system)
    image = image if at is None else changed(image, at)
    assert scanned(delivered(image, bytes(32) if other else root), tmp_path)[1] == expected


def test_a_tree_that_nobody_asks_for_is_no_finding(system: bytes, tmp_path: Path) -> None:
    image, _ = VERITY.behind(system)
    verdicts, classes = scanned(changed(image, 200), tmp_path)
    assert verdicts["image.bin"]["treeData"] == "fail"
    assert not classes


def test_data_and_tree_in_partitions_of_a_disk(system: bytes, tmp_path: Path) -> None:
    image, _ = VERITY.behind(system)
    first, tree = 64, image[len(system) :]
    second = first + len(system) // SECTOR + 8
    path = tmp_path / "disk"
    path.write_bytes(bytes((second + len(tree) // SECTOR + 64) * SECTOR))
    sizes = f"start={first}, size={len(system) // SECTOR}\nstart={second}, size={len(tree) // SECTOR}\n"
    partitioned(path, f"label: gpt\nfirst-lba: 34\n{sizes}")
    with path.open("r+b") as disk:
        for sector, content in ((first, system), (second, tree)):
            disk.seek(sector * SECTOR)
            disk.write(content)
    verdicts, classes = scanned(path.read_bytes(), tmp_path)
    assert verdicts["image.bin"] == dict.fromkeys(("hashTree", "treeHashes", "treeData"), "pass") | {
        "rootHash": "unknown"
    }
    assert not classes


def test_a_partition_of_android_with_its_footer(system: bytes, tmp_path: Path) -> None:
    verdicts, classes = scanned(VERITY.android(system), tmp_path)
    assert set(verdicts["image.bin"].values()) == {"pass"}
    assert not classes
    verdicts, classes = scanned(changed(VERITY.android(system), 300), tmp_path)
    assert verdicts["image.bin"]["treeData"] == "fail"
    assert classes == {BROKEN}
