"""Names on the disk: unique on every file system, short enough, below their folder, and kept where they can be."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.analysis.output import safe_name
from pellucid.services.disk_names import NAME_BYTES, DiskFolder, safe_part, shortened


def file_path(top: DiskFolder, name: str) -> str:
    """Where a file of this name goes, as the writer of trees asks for it."""
    *folders, last = name.split("/")
    for part in folders:
        top = top.folder(part)
    return top.file(last)


def test_names_that_can_be_are_kept() -> None:
    top = DiskFolder()
    names = ["etc/passwd", "etc/a b\\c", "etc/ä", "etc/-rf", "usr/bin/[", "etc/*", ".hidden", "etc/..."]
    assert [file_path(top, name) for name in names] == names


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a/B", "a/b", "a/b~2"),
        ("a", "a", "a~2"),
        ("ß", "SS", "SS~2"),
        ("\u00e9", "e\u0301", "e\u0301~2"),
        ("a", "a/b", "a~2/b"),
        ("a/b", "a", "a~2"),
        ("A/x", "a/x", "a~2/x"),
        ("a\n", "a\r", "a_~2"),
    ],
)
def test_who_comes_second_gets_a_suffix(first: str, second: str, expected: str) -> None:
    top = DiskFolder()
    file_path(top, first)
    assert file_path(top, second) == expected


def test_suffixes_collide_with_nothing_either() -> None:
    top = DiskFolder()
    assert [file_path(top, name) for name in ("a", "a~2", "a", "A", "a~2")] == ["a", "a~2", "a~3", "A~4", "a~2~2"]


def test_what_is_reserved_is_left_free() -> None:
    top = DiskFolder()
    top.reserve("manifest.json")
    assert file_path(top, "Manifest.JSON") == "Manifest.JSON~2"
    assert file_path(top, "x/manifest.json") == "x/manifest.json"


def test_long_names_are_cut_and_told_apart() -> None:
    top = DiskFolder()
    found = [file_path(top, name) for name in ("ä" * 127, "ä" * 127 + "b", "ä" * 127 + "c", "ä" * 127 + "cd")]
    assert found[:2] == ["ä" * 127, "ä" * 127 + "b"]
    assert len(set(found)) == 4
    assert all(len(name.encode()) <= NAME_BYTES for name in found)
    assert shortened("x" * 300) != shortened("x" * 301)


def test_a_folder_that_lies_too_deep_goes_on_below_the_top() -> None:
    top = DiskFolder(room=100)
    path = file_path(top, "/".join(["d" * 20] * 50) + "/file")
    assert path.startswith("deep")
    assert len(path) < 130
    other = file_path(top, "/".join(["e" * 20] * 50) + "/file")
    assert other != path
    assert file_path(top, "deep/x") not in (path, other)


NAMES = st.text(
    st.sampled_from('aAbß~2./\\\n\x00\u0301\u202e"') | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=300,
).map(safe_name)


@given(st.lists(NAMES | st.sampled_from(["a", "A", "a/b", "a~2", "deep", "deep~2/a"]), max_size=12))
def test_whatever_the_names_are(names: list[str]) -> None:
    top = DiskFolder(room=400)
    paths = [file_path(top, name) for name in names]
    folded = {unicodedata.normalize("NFC", path).casefold() for path in paths}
    assert len(folded) == len(names)
    for path in paths:
        parts = path.split("/")
        assert all(part not in ("", ".", "..") and len(part.encode()) <= NAME_BYTES for part in parts)
        assert not any(unicodedata.category(letter) == "Cc" for letter in path)
        # No file is where a folder has to be.
        assert not any("/".join(parts[:depth]) in paths for depth in range(1, len(parts)))


@pytest.mark.parametrize(
    ("name", "expected"), [("", "unnamed"), ("..", "unnamed"), ("a/b", "a_b"), ("\x1b[2J", "_[2J")]
)
def test_parts_that_cannot_be(name: str, expected: str) -> None:
    assert safe_part(name) == expected
