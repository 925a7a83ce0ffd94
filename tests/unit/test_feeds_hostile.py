"""No file of any feed costs more than it should, or does anything but give records, or Malformed."""

import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.support.hostile_feeds import JSON, NAMED, PLACE, TEXT, file_of, plain

from pellucid.advisories.feed import Feed, RawRecord
from pellucid.advisories.feeds import KEY_LISTS, MODULES, feed, feeds
from pellucid.errors import Malformed

MIB = 1 << 20
# Of processor time, on a machine that has other things to do, with memory being traced.
MOST_SECONDS, MOST_MEMORY = 12, 120 * MIB
VALUES = {
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and closed": b"[" * 5000 + b"]" * 5000,
    "digits": b"9" * 100_000,
    "a number that is too large": b"1e999",
    "no number": b"NaN",
    "half a surrogate": rb'"\ud800"',
    "surrogates the wrong way round": rb'"\udc00\ud800"',
    "NUL": b'"1\\u0000"',
    "NUL itself": b'"1\0"',
    "bytes that are no text": b'"\xff\xfe\xc0\x80"',
    "an enormous text": b'"' + b"a" * (20 * MIB) + b'"',
    "backslashes without end": b'"' + b'\\"' * (10 * MIB),
    "a long text": b'"' + b"1." * (4 * MIB) + b'"',
    "many values": b"[" + b"1," * (2 * MIB) + b"1]",
    "many members": b'{"a":"1"' + b',"a":"1"' * MIB + b"}",
    "nothing": b"",
    "a bracket": b"]",
}
LINES = {name: content.strip(b'"') for name, content in VALUES.items()}
LINES |= {
    "quotes": b'"' * 300_000,
    "commas": b"," * 300_000,
    "no ends of lines": b"CVE-2031-1000 " * MIB,
    "colons": b"a: " * 200_000,
    "braces": b"{" * 200_000,
    "spaces": b" " * 4 * MIB + b"x",
    "CVEs in disguise": b"CVE-" * MIB,
    "returns": b"\r" * 200_000,
}


def _records(feed_: Feed, path: Path) -> list[RawRecord]:
    """All that it gives, each understood again as it was; [] where it is Malformed, which names the file."""
    found: list[RawRecord] = []
    with suppress(Malformed):
        with path.open("rb") as file:
            source = feed_.recognise(path, file.read(64 << 10)) or feed_.files[0].source
        for item in feed_.read(path):
            found.append(item)
            assert item.id
            assert item.record or item.fault or item.raw
            if item.record:
                assert feed_.normalise(source, item.raw) == item.record
    return found


def _bounded(name: str, path: Path) -> list[RawRecord]:
    tracemalloc.start()
    started = time.process_time()
    try:
        found = _records(feed(name), path)
        seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seconds < MOST_SECONDS
    assert peak < MOST_MEMORY
    return found


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", JSON)
def test_values(tmp_path: Path, name: str, value: str) -> None:
    member, content = JSON[name]
    path = tmp_path / "file"
    path.write_bytes(file_of(name, member, content.replace(PLACE, VALUES[value])))
    _bounded(name, path)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", NAMED)
def test_names(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(NAMED[name].replace(PLACE, VALUES[value]))
    _bounded(name, path)


@pytest.mark.parametrize("value", LINES)
@pytest.mark.parametrize("name", TEXT)
def test_lines(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(TEXT[name].replace(PLACE, LINES[value]))
    _bounded(name, path)


def test_a_broken_record_spoils_no_other(tmp_path: Path) -> None:
    """Where records are parts of one document."""
    for name in ("nvd", "alpine", "curl", "debian"):
        path = tmp_path / name
        path.write_bytes(JSON[name][1].replace(PLACE, rb'"\ud800"'))
        broken, *others = _records(feed(name), path)
        assert broken.fault.startswith("not JSON")
        assert [item.fault for item in others] == [""]


def test_every_feed_is_there(tmp_path: Path) -> None:
    """Nothing is wrong with the files that the wrong things are put into."""
    assert {*JSON, *TEXT, *KEY_LISTS} == set(MODULES), "lists of keys have tests of their own"
    for name, content in plain():
        path = tmp_path / "file"
        path.write_bytes(content)
        found = _records(feed(name), path)
        assert found
        assert found[0].record


@given(data=some.data())
@settings(max_examples=300)
def test_whatever_the_bytes_are(data: some.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated"
    content = bytearray(data.draw(some.sampled_from([content for _, content in plain()]) | some.binary(max_size=200)))
    for _ in range(data.draw(some.integers(0, 4))):
        if content:
            content[data.draw(some.integers(0, len(content) - 1))] = data.draw(some.integers(0, 255))
    path.write_bytes(content[: data.draw(some.integers(0, len(content)))] if data.draw(some.booleans()) else content)
    for item in feeds():
        if not item.lists_keys:
            _records(item, path)
