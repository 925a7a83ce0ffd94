"""Loose objects as git writes them, at each of its levels of compression; and streams of zlib that are none."""

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.trees import extract, run

from pellucid.errors import Malformed
from pellucid.extractors.git_object import git_object
from pellucid.formats import git_object as objects

TEXT = b"#!/bin/sh\nTOKEN=something\n" + bytes(range(256)) * 200


def repository(folder: Path, level: int) -> Path:
    """With one commit."""
    run("git", "init", "-q", folder)
    (folder / "script.sh").write_bytes(TEXT)
    options = ("-c", "user.name=a", "-c", "user.email=a@acme.io", "-c", f"core.looseCompression={level}")
    run("git", "-C", folder, *options, "add", "script.sh")
    run("git", "-C", folder, *options, "commit", "-q", "-m", "first")
    return folder / ".git" / "objects"


@pytest.mark.parametrize("level", [1, 6, 9])
def test_every_object_of_a_repository_comes_out(tmp_path: Path, level: int) -> None:
    files = [path for path in repository(tmp_path / "r", level).glob("??/*") if path.is_file()]
    assert len(files) == 3
    types = {}
    for number, path in enumerate(files):
        data = path.read_bytes()
        assert any(data.startswith(item.literal) for item in git_object.signatures)
        assert git_object.measure(data, 0) == len(data)
        found = extract(git_object, data, tmp_path / f"out{number}")
        types[found.metadata["type"]] = found.contents
    assert types["blob"] == {"blob": TEXT}
    assert set(types) == {"blob", "tree", "commit"}
    assert b"first" in types["commit"]["commit"]


@pytest.mark.parametrize(
    "content", [b"", b"blob", b"blob 3\0", b"blob 3\0four", b"blob x\0abc", b"blub 3\0abc", b"just some text" * 9]
)
def test_another_stream_is_none(content: bytes) -> None:
    with pytest.raises(Malformed):
        git_object.measure(zlib.compress(content), 0)


def test_one_that_is_cut_off_is_none() -> None:
    data = zlib.compress(b"blob 4000\0" + bytes(range(250)) * 16)
    for length in range(0, len(data), 7):
        with pytest.raises(Malformed):
            git_object.measure(data[:length], 0)


@given(st.binary(max_size=300))
def test_any_bytes_are_one_or_malformed(data: bytes) -> None:
    for content in (data, b"\x78\x01" + data, zlib.compress(data), zlib.compress(b"blob 9\0" + data)):
        try:
            objects.content(content, 0)
        except Malformed:
            continue
