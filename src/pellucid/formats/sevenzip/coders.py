"""Unpacking a folder of a 7z archive: its coders, one behind the other (7-Zip's DOC/Methods.txt)."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

import zstandard

from pellucid.errors import Encrypted, Malformed, Truncated, Unsupported
from pellucid.formats import branch_filters, lzma_alone
from pellucid.formats.pulled import Pulled
from pellucid.formats.sevenzip.streams import Coder, Folder
from pellucid.formats.span import PIECE, Chunk, Data, pieces
from pellucid.formats.streams import MEMORY_LIMIT, Decompressor, explained
from pellucid.formats.zstd import LARGEST_WINDOW

Chunks = Iterator[bytes]
COPY, LZMA, LZMA2, DELTA = b"\0", b"\3\1\1", b"\x21", b"\3"
BCJ2, ARM64, AES = b"\3\3\1\x1b", b"\x0a", b"\x06\xf1\x07\x01"
DEFLATE, BZIP2, ZSTANDARD = b"\4\1\x08", b"\4\2\2", b"\4\xf7\x11\1"
BRANCHES = {
    b"\3\3\1\3": lzma.FILTER_X86,
    b"\4": lzma.FILTER_X86,
    b"\3\3\2\5": lzma.FILTER_POWERPC,
    b"\5": lzma.FILTER_POWERPC,
    b"\3\3\4\1": lzma.FILTER_IA64,
    b"\6": lzma.FILTER_IA64,
    b"\3\3\5\1": lzma.FILTER_ARM,
    b"\7": lzma.FILTER_ARM,
    b"\3\3\7\1": lzma.FILTER_ARMTHUMB,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\3\3\x08\5": lzma.FILTER_SPARC,
    b"\x09": lzma.FILTER_SPARC,
}
NAMES = {
    COPY: "copy",
    LZMA: "LZMA",
    LZMA2: "LZMA2",
    DELTA: "Delta",
    BCJ2: "BCJ2",
    ARM64: "ARM64",
    AES: "AES-256",
    DEFLATE: "Deflate",
    BZIP2: "BZip2",
    ZSTANDARD: "Zstandard",
    b"\x0b": "RISC-V",
    b"\3\4\1": "PPMd",
    b"\4\1\x09": "Deflate64",
    b"\4\xf7\x11\2": "Brotli",
    b"\4\xf7\x11\4": "LZ4",
    lzma.FILTER_X86: "BCJ x86",
    lzma.FILTER_POWERPC: "PowerPC",
    lzma.FILTER_IA64: "IA-64",
    lzma.FILTER_ARM: "ARM",
    lzma.FILTER_ARMTHUMB: "ARM Thumb",
    lzma.FILTER_SPARC: "SPARC",
}
SMALLEST_DICTIONARY = 1 << 12
INPUT = 1 << 16


def name(method: bytes) -> str:
    """What a method is called; its number when it is not known."""
    return NAMES.get(BRANCHES.get(method, method), method.hex())


def unpacked(data: Data, base: int, folder: Folder) -> Chunks:
    """What comes out of the folder. Raises Unsupported, Encrypted or Malformed before it yields anything."""
    for coder in folder.coders:
        if coder.method == AES:
            raise Encrypted("encrypted with AES-256")
        if coder.method not in (*BRANCHES, *CODERS, BCJ2):
            raise Unsupported(f"the method {name(coder.method)} cannot be read")
        if coder.inputs != (4 if coder.method == BCJ2 else 1):
            raise Malformed("a coder with a wrong number of streams")
    if sum(min(_dictionary(coder), coder.size) for coder in folder.coders) > MEMORY_LIMIT:
        raise Unsupported("its dictionary needs more memory than a reader may have")
    return _output(data, base, folder, folder.last, set())


def _output(data: Data, base: int, folder: Folder, number: int, used: set[int]) -> Chunks:
    """What comes out of one coder; `used` are those on the way, each of which has one reader."""
    if number in used:
        raise Malformed("the coders of a folder are bound in an impossible way")
    used.add(number)
    coder = folder.coders[number]
    inputs: list[Iterable[bytes]] = []
    for place in range(folder.first[number], folder.first[number] + coder.inputs):
        if place in folder.bound:
            inputs.append(_output(data, base, folder, folder.bound[place], used))
        elif place in folder.packed:
            at, size = folder.packed[place]
            inputs.append(pieces(data, base + at, size))
        else:
            raise Malformed("a coder has nothing to unpack")
    if coder.method == BCJ2:
        main, calls, jumps, choices = inputs
        found = branch_filters.bcj2(main, Pulled(calls), Pulled(jumps), Pulled(choices), coder.size)
    elif coder.method in BRANCHES:
        found = branch_filters.by_liblzma(inputs[0], {"id": BRANCHES[coder.method]})
    else:
        found = CODERS[coder.method](inputs[0], coder)
    return _limited(found, coder.size)


def _limited(chunks: Iterable[bytes], size: int) -> Chunks:
    """Exactly `size` bytes."""
    left = size
    if not left:
        return
    for chunk in chunks:
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return
    raise Truncated(f"{left} bytes fewer come out than are stated")


def _copy(chunks: Iterable[bytes], _: Coder) -> Chunks:
    yield from chunks


def _lzma(chunks: Iterable[bytes], coder: Coder) -> Chunks:
    if len(coder.properties) != 5 or coder.properties[0] >= lzma_alone.MOST_PROPERTIES:
        raise Malformed("the properties of LZMA are not right")
    stated = lzma_alone.Header(properties=coder.properties[0], dictionary=_dictionary(coder), size=coder.size)
    engine = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY_LIMIT)
    yield from _fed(engine, _behind(stated.packed, chunks))


def _lzma2(chunks: Iterable[bytes], coder: Coder) -> Chunks:
    if len(coder.properties) != 1 or coder.properties[0] > 40:
        raise Malformed("the properties of LZMA2 are not right")
    size = max(min(_dictionary(coder), coder.size), SMALLEST_DICTIONARY)
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": size}]
    yield from _fed(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), chunks)


def _bzip2(chunks: Iterable[bytes], _: Coder) -> Chunks:
    yield from _fed(bz2.BZ2Decompressor(), chunks)


def _deflate(chunks: Iterable[bytes], _: Coder) -> Chunks:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in chunks:
        pending = chunk
        while pending and not engine.eof:
            try:
                piece = engine.decompress(pending, PIECE)
            except zlib.error as error:
                raise explained(error) from None
            pending = engine.unconsumed_tail
            if piece:
                yield piece
    while not engine.eof and (piece := engine.decompress(b"", PIECE)):
        yield piece


def _zstandard(chunks: Iterable[bytes], _: Coder) -> Chunks:
    engine = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
    source = cast("IO[bytes]", _File(chunks))
    reader = engine.stream_reader(source, read_size=INPUT, read_across_frames=True)
    while True:
        try:
            piece = reader.read(PIECE)
        except zstandard.ZstdError as error:
            raise explained(error) from None
        if not piece:
            return
        yield piece


def _delta(chunks: Iterable[bytes], coder: Coder) -> Chunks:
    if len(coder.properties) != 1:
        raise Malformed("the properties of Delta are not right")
    return branch_filters.by_liblzma(chunks, {"id": lzma.FILTER_DELTA, "dist": coder.properties[0] + 1})


def _arm64(chunks: Iterable[bytes], coder: Coder) -> Chunks:
    return branch_filters.arm64(chunks, int.from_bytes(coder.properties[:4], "little"))


CODERS: dict[bytes, Callable[[Iterable[bytes], Coder], Chunks]] = {
    COPY: _copy,
    LZMA: _lzma,
    LZMA2: _lzma2,
    BZIP2: _bzip2,
    DEFLATE: _deflate,
    ZSTANDARD: _zstandard,
    DELTA: _delta,
    ARM64: _arm64,
}


def _dictionary(coder: Coder) -> int:
    """The dictionary that LZMA or LZMA2 asks for; 0 for others."""
    if coder.method == LZMA:
        return int.from_bytes(coder.properties[1:5], "little")
    if coder.method == LZMA2 and coder.properties:
        bits = coder.properties[0]
        return (2 | bits & 1) << bits // 2 + 11
    return 0


def _fed(engine: Decompressor, chunks: Iterable[bytes]) -> Chunks:
    """Unpack what comes in chunks, to the end of the stream or of what there is.

    They go in by small pieces: what a piece gave before the damage in it is lost.
    """
    try:
        for piece in (chunk[at : at + INPUT] for chunk in chunks for at in range(0, len(chunk), INPUT)):
            pending = piece
            while not engine.eof:
                found = engine.decompress(pending, PIECE)
                pending = b""
                if found:
                    yield found
                if engine.needs_input:
                    break
            if engine.eof:
                return
    except (lzma.LZMAError, OSError, ValueError, EOFError) as error:
        raise explained(error) from None


def _behind(head: bytes, chunks: Iterable[bytes]) -> Chunks:
    yield head
    yield from chunks


class _File:
    """Chunks with as much of a file as the decompressor of Zstandard needs."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            following = next(self._chunks, None)
            if following is None:
                return b""
            self._rest = memoryview(following)
        size = len(self._rest) if size < 0 else size
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)
