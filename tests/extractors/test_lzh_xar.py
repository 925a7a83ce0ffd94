"""LHA and xar archives as jlha and bsdtar write them, read by libarchive; damage."""

from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.lzh import lzh
from pellucid.extractors.xar import xar


@pytest.mark.parametrize(("level", "method"), [(0, 5), (1, 6), (2, 7)])
def test_lha_methods_and_header_levels(tmp_path: Path, level: int, method: int) -> None:
    files = {"a": b"text of a file " * 9000, "b": bytes(range(256)) * 50, "c": b"short"}
    (tmp_path / "t").mkdir()
    for name, content in files.items():
        (tmp_path / "t" / name).write_bytes(content)
    run("jlha", f"a{level}qo{method}", "x.lzh", *(f"t/{name}" for name in files), cwd=tmp_path)
    data = (tmp_path / "x.lzh").read_bytes()
    found = extract(lzh, data, tmp_path / "out")
    assert not found.problems
    assert found.contents == {f"t/{name}": content for name, content in files.items()}
    assert lzh.measure(b"before" + data + b"behind", 6) == len(data)
    assert found.metadata["headerLevel"] == str(level)


def test_lha_damage(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text of a file " * 9000 + bytes(range(256)) * 99)
    run("jlha", "aqo5", "x.lzh", "a", cwd=tmp_path)
    data = bytearray((tmp_path / "x.lzh").read_bytes())
    cut = data[: len(data) // 2]
    assert lzh.measure(bytes(cut), 0) > len(cut)
    assert extract(lzh, bytes(cut), tmp_path / "cut").problems
    data[1] ^= 1
    with pytest.raises(Malformed):
        lzh.measure(bytes(data), 0)


@pytest.mark.parametrize("compression", ["gzip", "xz", "none"])
def test_a_xar_tree(tree: Path, tmp_path: Path, compression: str) -> None:
    run(
        "bsdtar",
        "--format",
        "xar",
        "--options",
        f"compression={compression}",
        "-cf",
        tmp_path / "x.xar",
        "-C",
        tree,
        ".",
    )
    data = (tmp_path / "x.xar").read_bytes()
    found = extract(xar, data, tmp_path / "out")
    assert not found.problems
    seen = {name: this for name, this in found.seen().items() if name != "unnamed"}
    # bsdtar writes no set-id bits.
    assert seen.pop("bin/setuid").mode == 0o755
    assert seen == trees.facts(tree, leave_out=["bin/setuid"])
    assert len(data) - 64 <= xar.measure(b"before" + data + b"behind", 6) <= len(data)
    assert all(entry.uid == tree.stat().st_uid for entry in found.entries)


def test_xar_damage(tree: Path, tmp_path: Path) -> None:
    run("bsdtar", "--format", "xar", "-cf", tmp_path / "x.xar", "-C", tree, "block", "bin")
    data = bytearray((tmp_path / "x.xar").read_bytes())
    cut = bytes(data[: len(data) // 2])
    assert xar.measure(cut, 0) > len(cut)
    found = extract(xar, cut, tmp_path / "cut")
    assert found.problems
    assert not found.kinds & {ProblemKind.CRASH}
    data[60] ^= 0xFF
    with pytest.raises(Malformed):
        xar.measure(bytes(data), 0)
