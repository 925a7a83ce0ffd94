"""Long JSON, piece by piece: every one as its bytes, whatever the chunks; nothing too long, too deep or cut."""

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.feed_nvd import written

from pellucid.advisories.feeds import long_json
from pellucid.advisories.feeds.long_json import beside, elements, singles
from pellucid.advisories.feeds.publications import decoded
from pellucid.errors import Malformed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(['"', "\\", '\\"]}', "[{"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def _all(folder: Path, content: bytes, name: str = "rows") -> list[bytes]:
    return list(elements(written(folder, content, "list.json"), name))


@given(values=st.lists(VALUES, max_size=5), chunk=st.integers(1, 40), indent=st.sampled_from([None, 1]))
def test_elements_are_those_of_the_list(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], chunk: int, indent: int | None
) -> None:
    folder = tmp_path_factory.mktemp("lists")
    named = json.dumps({"count": len(values), "rows": values, "after": "]"}, indent=indent).encode()
    bare = json.dumps(values, indent=indent, ensure_ascii=False).encode()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "CHUNK", chunk)
        assert [json.loads(item) for item in _all(folder, named)] == values
        assert [json.loads(item) for item in _all(folder, bare, "")] == values


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"rows": 7}',
        b'{"other": {}, "rows": []}',
        b'{"other": [[]], "rows": []}',
        b'{"rows": [',
        b'{"rows": [{"a": 1}',
        b'{"rows": [{"a": "1]}',
        b'{"rows": [1',
        b'{"rows": [}]}',
        b'{"rows": []',
        b'{"rows": []}]',
        b'{"rows": [] "a"}',
        b'{"rows": []' + b" " * 100_000 + b"}",
        b" " * 100_000 + b'{"rows": []}',
    ],
)
def test_what_has_no_such_list(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Malformed, match=r"list\.json"):
        _all(tmp_path, content)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"' + b"a" * 1000 + b'":'])
def test_depth_costs_nothing(tmp_path: Path, opening: bytes) -> None:
    path = written(tmp_path, b'{"rows": [' + opening * 5000, "list.json")

    tracemalloc.start()
    with pytest.raises(Malformed, match="deep"):
        list(elements(path, "rows"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 16 << 20


def test_as_deep_as_may_be(tmp_path: Path) -> None:
    deep = b"[" * 100 + b"]" * 100

    assert _all(tmp_path, b'{"rows": [' + deep + b"]}") == [deep]
    with pytest.raises(Malformed):
        _all(tmp_path, b'{"rows": [[' + deep + b"]]}")


@pytest.mark.parametrize("inner", [b'"' + b"a" * 5000 + b'"', b"[" + b"1," * 2500 + b"1]", b"1" * 5000])
def test_an_element_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inner: bytes) -> None:
    monkeypatch.setattr(long_json, "CHUNK", 256)
    monkeypatch.setattr(long_json, "LARGEST", 2000)

    with pytest.raises(Malformed, match=r"more than 2,000 bytes"):
        _all(tmp_path, b'{"rows": [' + inner + b"]}")


def test_one_that_is_no_json_spoils_no_other(tmp_path: Path) -> None:
    assert _all(tmp_path, b'{"rows": [{"a": nonsense}, {"b": 1}]}') == [b'{"a": nonsense}', b'{"b": 1}']


@given(
    value=st.dictionaries(st.text(max_size=4), VALUES, max_size=4),
    depth=st.integers(1, 3),
    chunk=st.integers(1, 40),
    indent=st.sampled_from([None, 1]),
)
def test_members_are_those_of_the_objects(
    tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any], depth: int, chunk: int, indent: int | None
) -> None:
    path = written(tmp_path_factory.mktemp("singles"), json.dumps(value, indent=indent).encode(), "object.json")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "CHUNK", chunk)
        found = [json.loads(item) for item in singles(path, depth)]

    assert found == list(_singles(value, depth))


def _singles(value: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    for name, inner in value.items():
        if depth > 1 and isinstance(inner, dict):
            yield from ({name: single} for single in _singles(inner, depth - 1))
        else:
            yield {name: inner}


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"7", b"{", b'{"a"', b'{"a":', b'{"a":}', b'{"a":1', b'{"a":{}', b"{}}", b"{a:1}", b"{1:1}"),
        *(b'{"a" 1}', b'{"a":1}[]', b'{"a":{"b":1]}', b'{"a":' + b"[" * 101 + b"]" * 101 + b"}"),
    ],
)
@pytest.mark.parametrize("depth", [1, 2])
def test_what_is_no_object(tmp_path: Path, content: bytes, depth: int) -> None:
    path = written(tmp_path, content, "list.json")
    with pytest.raises(Malformed):
        list(map(decoded, singles(path, depth)))


def test_what_stands_beside_a_list(tmp_path: Path) -> None:
    content = b'{"a": ["[", "]"], "b": "{\\"rows\\": [", "c": 1, "rows": [{"d": 2}], "e": 3}'
    path = written(tmp_path, content, "list.json")

    assert beside(path, "rows") == {"a": ["[", "]"], "b": '{"rows": [', "c": 1, "rows": 0, "e": 3}
    assert list(elements(path, "rows")) == [b'{"d": 2}']
