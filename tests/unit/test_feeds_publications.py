"""Published files are read in bounded memory, and whatever bytes they hold, give records or Malformed."""

import gzip
import io
import re
import tarfile
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.support.feed_distro import written

from pellucid.advisories.feeds import feeds
from pellucid.advisories.feeds.bundles import tarred
from pellucid.advisories.feeds.long_json import singles
from pellucid.advisories.feeds.publications import Publication, decoded, encoded, head, opened
from pellucid.errors import Malformed


def test_a_bomb_ends(tmp_path: Path) -> None:
    content = gzip.compress(b'{"a":{"b":"' + b" " * (64 << 20), compresslevel=1)
    path = written(tmp_path, "bomb.json", content)
    tracemalloc.start()
    with pytest.raises(Malformed, match=r"bomb\.json: a record of more than 16,777,216 bytes"):
        list(singles(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


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
def test_long_beginnings_are_told_in_no_time(piece: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x"
    started = time.process_time()
    for beginning in (b"id,file,description,date_published,", b"---", b"", b'{"', b'[{"'):
        for filling in (piece, b"\n"):
            path.write_bytes((beginning + filling * (64 << 10))[: 64 << 10])
            for feed in feeds():
                with suppress(Malformed):
                    feed.recognise(path, path.read_bytes())
    assert time.process_time() - started < 4


def test_members_of_a_tar(tmp_path: Path) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, kind in (("2031/a", tarfile.REGTYPE), ("2031/b", tarfile.SYMTYPE), ("../c", tarfile.REGTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            member.size = 5 if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(b"12345"))
    path = written(tmp_path, "x.tar", content.getvalue())
    found = [(named[0], data) for named, data in tarred(path, re.compile(r"2031/\w"), 3)]
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
