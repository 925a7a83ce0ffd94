"""Any bytes are a pack, a difference, a commit, a tree, or refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import git_packs
from tests.support.git_packs import COMMIT, TREE, identity, tree

from pellucid.errors import Malformed
from pellucid.formats.git import delta, history, pack

VALID = git_packs.pack(git_packs.history())
MOST = 1 << 20


def read(data: bytes) -> None:
    """All of a pack."""
    with suppress(Malformed):
        pack.length(data, 0)
    with suppress(Malformed):
        found = pack.read(data)
        objects = list(found.objects(*pack.TYPES.values()))
        assert len(objects) + found.left <= pack.MOST_OBJECTS
        assert found.end <= len(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_pack_or_malformed(data: bytes) -> None:
    for content in (data, b"PACK\0\0\0\2\0\0\0\5" + data):
        read(content)


@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), max_size=6))
def test_a_changed_pack_is_one_or_malformed(changes: list[tuple[int, int]]) -> None:
    data = bytearray(VALID)
    for at, byte in changes:
        data[at] = byte
    read(bytes(data))


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_any_bytes_are_a_difference_or_malformed(base: bytes, data: bytes) -> None:
    for content in (data, git_packs.varint(len(base)) + data):
        with suppress(Malformed):
            assert len(delta.applied(base, content, MOST)) <= MOST


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_a_difference_makes_what_it_was_made_for(base: bytes, target: bytes) -> None:
    assert delta.applied(base, git_packs.difference(base, target), MOST) == target


def test_a_difference_of_more_instructions_than_honest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "MOST_STEPS", 10)
    assert delta.applied(b"", git_packs.varint(0) + git_packs.varint(10) + b"\1x" * 10, MOST) == b"x" * 10
    with pytest.raises(Malformed):
        delta.applied(b"", git_packs.varint(0) + git_packs.varint(11) + b"\1x" * 11, MOST)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_and_a_commit_or_not(data: bytes) -> None:
    list(history.entries(data, 20))
    history.commit(bytes(20), data)
    known = history.commit(bytes(20), git_packs.commit(bytes(20), 7) + data)
    assert known == history.Commit(bytes(20), bytes(20), 7)


def test_trees_that_hold_each_other_are_read_once() -> None:
    one, other = b"\1" * 20, b"\2" * 20
    found = history.History(
        [history.Commit(b"", one, 1), history.Commit(b"", other, 2)],
        {
            one: tree(("40000", "b", other), ("100644", "file", b"\3" * 20), ("160000", "module", b"\4" * 20)),
            other: tree(("40000", "a", one), ("40000", "a", one)),
        },
    )
    assert {blob: name.path for blob, name in found.names().items()} == {b"\3" * 20: b"a/file"}


def test_paths_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    leaf = tree(("100644", "f", b"\3" * 20))
    trees, root = {identity(TREE, leaf): leaf}, identity(TREE, leaf)
    for _ in range(100):
        content = tree(("40000", "n" * 100, root))
        root = identity(TREE, content)
        trees[root] = content
    commit = history.Commit(identity(COMMIT, b""), root, 1)
    assert history.History([commit], dict(trees)).names() == {}
    monkeypatch.setattr(history, "LONGEST_PATH", 1 << 20)
    assert len(history.History([commit], dict(trees)).names()) == 1
    monkeypatch.setattr(history, "MOST_NAMES", 1000)
    assert history.History([commit], dict(trees)).names() == {}
