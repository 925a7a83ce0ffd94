"""The engine for deflate beside zlib: the same bytes, the same end, the same refusals."""

import random
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pellucid.formats import deflate

FORMS = (deflate.RAW, deflate.ZLIB)
TEXTS = (b"", b"a", b"hello world " * 4000, bytes(70_000), random.Random(7).randbytes(50_000))


def packed(text: bytes, form: int, level: int = 6) -> bytes:
    engine = zlib.compressobj(level, zlib.DEFLATED, form)
    return engine.compress(text) + engine.flush()


def unpacked(
    make: Callable[[int], Any], failures: tuple[type[Exception], ...], data: bytes, form: int, sizes: Sequence[int]
) -> tuple[str, bytes, int]:
    """How it ended, what came out, and where the stream ended, when it is fed and asked for so many bytes at a time."""
    fed, most = sizes
    engine, out, at, pending = make(form), b"", 0, b""
    try:
        while not engine.eof:
            if not pending:
                pending = data[at : at + fed]
                at += len(pending)
            last = not pending
            piece = engine.decompress(pending, most)
            pending = engine.unconsumed_tail
            out += piece
            if last and not piece and not engine.eof:
                return "cut off", out, at
    except failures:
        return "damaged", b"", 0
    return "whole", out, at - len(engine.unused_data)


def both(data: bytes, form: int, sizes: Sequence[int]) -> list[tuple[str, bytes, int]]:
    ours = unpacked(deflate.engine, deflate.FAILURES, data, form, sizes)
    return [ours, unpacked(zlib.decompressobj, (zlib.error,), data, form, sizes)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sizes", [(1 << 18, 1 << 20), (100, 4096), (4096, 1000)])
def test_whole_streams_come_out_and_end_where_zlib_says(form: int, sizes: tuple[int, int]) -> None:
    for text in TEXTS:
        for level in (0, 1, 9):
            ours, theirs = both(packed(text, form, level) + b"what follows", form, sizes)
            assert ours == theirs
            assert ours[:2] == ("whole", text)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_damaged_or_cut_off_is_refused_as_by_zlib(form: int) -> None:
    chance = random.Random(form)
    ends: set[str] = set()
    for _ in range(300):
        data = bytearray(packed(chance.choice(TEXTS[1:]), form))
        if chance.random() < 0.5:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.randrange(3)):
            if data:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        ours, theirs = both(bytes(data), form, (4096, 1 << 20))
        ends.add(ours[0])
        assert (ours[0] == "whole") == (theirs[0] == "whole")
        if ours[0] == "whole":
            assert ours == theirs
        if ours[0] == "damaged":
            # Where both have happened, either may be met first.
            continue
        # Of a stream that is cut off, the last symbols may be missing.
        assert theirs[1].startswith(ours[1])
        assert len(theirs[1]) - len(ours[1]) < 600
    assert ends == {"whole", "damaged", "cut off"}


def test_checksums_go_on_from_one_another() -> None:
    assert deflate.crc32(b"world", deflate.crc32(b"hello ")) == zlib.crc32(b"hello world")
