"""Published files are read in bounded memory, and whatever bytes they hold, give records or Malformed."""

import gzip
import io
import re
import tarfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.support.feed_distro import COLUMNS, entry, exploits, module, release, tarball, written
from tests.support.feed_distro import secdb as database

from pellucid.advisories.feeds import (
    alpine_secdb,
    debian,
    debian_notices,
    exploitdb,
    metasploit,
    poc_in_github,
    publications,
)
from pellucid.advisories.feeds.publications import Publication, decoded, encoded, head, members, opened, pairs
from pellucid.errors import Malformed

FEEDS = (debian.FEED, debian_notices.FEED, alpine_secdb.FEED, exploitdb.FEED, metasploit.FEED, poc_in_github.FEED)


def samples(folder: Path) -> list[bytes]:
    contents: list[str | dict[str, Any]] = [
        {"zlib": {"CVE-2031-1000": entry(sid=release("open"))}},
        database({"zlib": {"1-r0": ["CVE-2031-1000"]}}),
        module("exploit/linux/a", "CVE-2031-1000"),
        exploits({"id": "7", "codes": "CVE-2031-1000"}, columns=COLUMNS),
        "[29 Mar 2023] DSA-5380-1 x - y\n\t{CVE-2023-1393}\n\t[bullseye] - x 1\n",
        "zlib:\n  - CVE-2031-1000\n",
    ]
    found = [written(folder, "x", content).read_bytes() for content in contents]
    return [*found, tarball({"2031/CVE-2031-1000.json": b"[]"})]


@given(data=some.data())
@settings(max_examples=150)
def test_whatever_the_bytes_are(data: some.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    content = bytearray(data.draw(some.sampled_from(samples(folder)) | some.binary(max_size=200)))
    for _ in range(data.draw(some.integers(0, 4))):
        if content:
            content[data.draw(some.integers(0, len(content) - 1))] = data.draw(some.integers(0, 255))
    content = content[: data.draw(some.integers(0, len(content)))] if data.draw(some.booleans()) else content
    path = written(folder, data.draw(some.sampled_from(["x", "x.gz"])), bytes(content))
    for feed in FEEDS:
        source = feed.recognise(path, path.read_bytes())
        try:
            for item in feed.read(path):
                assert feed.normalise(source or feed.files[0].source, item.raw) == item.record
        except Malformed:
            continue


def test_a_bomb_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publications, "LONGEST", 8 << 20)
    content = gzip.compress(b'{"a":{"b":"' + b" " * (64 << 20), compresslevel=1)
    path = written(tmp_path, "bomb.json", content)
    tracemalloc.start()
    with pytest.raises(Malformed, match=r"bomb\.json: a record of more than 8,388,608 bytes"):
        list(pairs(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 << 20


def test_records_and_files_are_bounded() -> None:
    stream = Publication(io.BytesIO(bytes(100)), longest=40, largest=90)
    for _ in range(8):
        assert len(stream.read(10)) == 10
        stream.next_record()
    stream.read(10)
    with pytest.raises(Malformed, match="more than 90 bytes come out"):
        stream.read(1)
    stream = Publication(io.BytesIO(bytes(100)), longest=40)
    stream.read(40)
    with pytest.raises(Malformed, match="a record of more than 40 bytes"):
        stream.read(1)


@pytest.mark.parametrize(
    "piece", [b"---\n", b"\n", b"codes ", b'{"', b"#\n", b"zlib:\n- ", b"[29 Mar 2023] DSA-", b" "]
)
def test_long_beginnings_are_told_in_no_time(piece: bytes) -> None:
    beginnings = [b"id,file,description,date_published,", b"---", b""]
    started = time.process_time()
    for beginning in beginnings:
        for feed in FEEDS:
            feed.recognise(Path("x"), (beginning + piece * (64 << 10))[: 64 << 10])
            feed.recognise(Path("x"), (beginning + b"\n" * (64 << 10))[: 64 << 10])
    assert time.process_time() - started < 2


def test_members_of_a_tar(tmp_path: Path) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, kind in (("2031/a", tarfile.REGTYPE), ("2031/b", tarfile.SYMTYPE), ("../c", tarfile.REGTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            member.size = 5 if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(b"12345"))
    path = written(tmp_path, "x.tar", content.getvalue())
    found = [(named[0], data) for named, data in members(path, re.compile(r"2031/\w"), 3)]
    assert found == [("2031/a", b"1234")]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), opened(tmp_path / "none"):
        pass


def test_heads() -> None:
    packed = gzip.compress(b"x" * 1_000_000)
    assert head(packed[:100]).startswith(b"xxx")
    assert head(b"plain") == b"plain"
    assert head(b"\x1f\x8b\x08\xff broken") == b""


def test_what_is_kept() -> None:
    assert decoded(encoded({"a": [1, 2.5, "ä"]})) == {"a": [1, 2.5, "ä"]}
    assert decoded(b"") is None
    with pytest.raises(Malformed):
        decoded(b"{")
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Malformed):
        encoded(deep)
