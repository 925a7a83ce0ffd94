"""Cabinets: stored and MSZIP as gcab writes them, LZX by hand, sets, Quantum, damage."""

import struct
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.cabinets import LZX, QUANTUM, cabinet, lzx_stored
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.cab import cab

CONTENT = b"content of a file, said more than once " * 5000


@pytest.mark.parametrize("compress", [True, False])
def test_a_tree(tree: Path, tmp_path: Path, compress: bool) -> None:
    files = sorted(
        path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file() and not path.is_symlink()
    )
    run("gcab", "-cz" if compress else "-c", tmp_path / "x.cab", *files, cwd=tree)
    data = (tmp_path / "x.cab").read_bytes()
    found = extract(cab, data, tmp_path / "out")
    expected = trees.facts(tree, modes=False)
    assert not found.problems
    assert found.seen(modes=False) == {name: expected[name] for name in files}
    assert found.metadata["methods"] == ("MSZIP" if compress else "none")
    assert cab.measure(b"before" + data + b"behind", 6) == len(data)


def test_lzx_goes_through_libarchive(tmp_path: Path) -> None:
    data = cabinet([("a", CONTENT[:20_000])], LZX | 15 << 8, [(lzx_stored(CONTENT[:20_000]), 20_000)])
    found = extract(cab, data, tmp_path)
    assert not found.problems
    assert found.contents == {"a": CONTENT[:20_000]}
    assert found.metadata["methods"] == "LZX"


def test_quantum_is_unsupported(tmp_path: Path) -> None:
    data = cabinet([("a", b"x"), ("b", b"y")], QUANTUM, [(b"??", 2)])
    found = extract(cab, data, tmp_path)
    assert found.problems == [(ProblemKind.UNSUPPORTED, "2 files of folder 0: the method Quantum cannot be read")]


def test_one_of_a_set_names_its_neighbours(tmp_path: Path) -> None:
    data = cabinet([("a", b"whole"), ("b", b"part")], 0, [(b"wholepart", 9)], following="next.cab", parts={"b": 0xFFFE})
    found = extract(cab, data, tmp_path)
    assert found.contents == {"a": b"whole"}
    assert found.problems == [(ProblemKind.UNSUPPORTED, "1 files lie partly in another cabinet of the set")]
    assert found.metadata["nextCabinet"] == "next.cab"


def test_a_damaged_block_and_a_cut(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    (tmp_path / "b").write_bytes(b"second")
    run("gcab", "-c", "x.cab", "a", "b", cwd=tmp_path)
    data = bytearray((tmp_path / "x.cab").read_bytes())
    cut = extract(cab, bytes(data[: len(data) // 2]), tmp_path / "cut")
    assert cut.kinds == {ProblemKind.TRUNCATED}
    assert len(cut.contents["a"]) >= 65536
    data[-1000] ^= 1
    found = extract(cab, bytes(data), tmp_path / "changed")
    assert CONTENT.startswith(found.contents["a"])
    assert found.kinds == {ProblemKind.MALFORMED}


def test_names_in_old_code_pages_and_folders(tmp_path: Path) -> None:
    data = cabinet([("sub\\größe", b"x")], 0, [(b"x", 1)], encoding="cp1252")
    assert extract(cab, data, tmp_path).contents == {"sub/größe": b"x"}


@pytest.mark.parametrize(("at", "value"), [(24, 7), (26, 0), (16, 1), (30, 0xFFFF)])
def test_what_is_no_cabinet(at: int, value: int) -> None:
    data = bytearray(cabinet([("a", b"x")], 0, [(b"x", 1)]))
    struct.pack_into("<H", data, at, value)
    with pytest.raises(Malformed):
        cab.measure(bytes(data), 0)
