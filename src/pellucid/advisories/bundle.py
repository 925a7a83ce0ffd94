"""Bundles: the advisories of an installation in one signed and dated file, to be carried to another.

A tar (POSIX.1-1988, ustar) of regular files, in this order: `manifest.json`; `manifest.sig`, one line "ed25519:KEY
SIGNATURE" in base64, the signature being over CONTEXT and the manifest; then each source's records as the manifest
lists them, with size and SHA-256. Records are a Zstandard stream (RFC 8878) of: lengths of id (2 bytes), modified (2)
and raw record (4), big-endian, and these three. Nothing but what stands in the manifest, in its order, is accepted.
"""

import base64
import hashlib
import json
import struct
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pellucid import __version__
from pellucid.advisories.feed import Feed
from pellucid.advisories.fetching.protocol import AdvisoryStore, SourceStatus, Watcher
from pellucid.advisories.signing import SIGNATURE_BYTES, is_signed, public_text
from pellucid.errors import Malformed

FORMAT = 1
CONTEXT = b"pellucid advisories bundle 1\n"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
BLOCK = 512
LARGEST_MANIFEST = 16 << 20
LARGEST_SIGNATURE = 512
LARGEST_MEMBER = 8 << 30
LARGEST_RECORD = 128 << 20
LARGEST_WINDOW = 1 << 27
MOST_SOURCES = 2_000
MOST_RECORDS = 20_000_000
PIECE = 1 << 20
LENGTHS = struct.Struct(">HHI")
LEVEL = 10


@dataclass(frozen=True, kw_only=True)
class Member:
    """The records of one source: where they lie in the bundle, and how it was with them when it was made."""

    name: str
    size: int
    sha256: str
    source: str
    feed: str
    records: int
    licence: str
    notice: str
    newest: datetime | None
    checked: datetime | None
    updated: datetime | None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a bundle says of itself: `created` in UTC, by which version of the program."""

    format: int
    created: datetime
    program: str
    sources: tuple[Member, ...]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A bundle whose every byte has been verified against its manifest; `key` is who signed that, "" for nobody."""

    path: Path
    manifest: Manifest
    key: str
    starts: tuple[int, ...]

    def records(self, number: int) -> Iterator[tuple[str, str, bytes]]:
        """(id, modified, raw) of the member of this number. Raises Malformed."""
        member = self.manifest.sources[number]
        with self.path.open("rb") as file:
            file.seek(self.starts[number])
            yield from _records(_Within(file, member.size), member)


def is_bundle(path: Path) -> bool:
    """Whether the file begins like one."""
    with path.open("rb") as file:
        head = file.read(BLOCK)
    return len(head) == BLOCK and head[:100].rstrip(b"\0") == MANIFEST.encode() and head[257:262] == b"ustar"


def write(
    path: Path, store: AdvisoryStore, feeds: Sequence[Feed], key: Ed25519PrivateKey, watcher: Watcher
) -> Manifest:
    """Make a bundle of all sources; `path` is the old file, or the new one, and never something between."""
    by_name = {feed.name: feed for feed in feeds}
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=path.absolute().parent) as place:
        folder = Path(place)
        members = tuple(
            _packed(folder, number, status, store=store, feeds=by_name, watcher=watcher)
            for number, status in enumerate(store.sources())
        )
        manifest = Manifest(format=FORMAT, created=datetime.now(UTC), program=__version__, sources=members)
        content = json.dumps(msgspec.to_builtins(asdict(manifest)), indent=1).encode()
        signature = base64.b64encode(key.sign(CONTEXT + content)).decode()
        (folder / MANIFEST).write_bytes(content)
        (folder / SIGNATURE).write_text(f"{public_text(key)} {signature}\n")
        whole = folder / "whole"
        with tarfile.open(whole, "w", format=tarfile.USTAR_FORMAT) as archive:
            for name in (MANIFEST, SIGNATURE, *(item.name for item in members)):
                part = folder / name.replace("/", "-")
                with part.open("rb") as file:
                    archive.addfile(_member(name, part.stat().st_size), file)
                part.unlink()
        whole.chmod(0o644)
        whole.replace(path)
    return manifest


def read(path: Path) -> Bundle:
    """A bundle, all of it verified. Raises Malformed when a byte of it is not as it was made."""
    with path.open("rb") as file:
        content = file.read(_header(file, MANIFEST, LARGEST_MANIFEST))
        _padding(file, len(content))
        line = file.read(_header(file, SIGNATURE, LARGEST_SIGNATURE))
        _padding(file, len(line))
        key = _signer(line, content)
        manifest = _understood(content)
        starts = []
        for member in manifest.sources:
            if _header(file, member.name, LARGEST_MEMBER) != member.size:
                raise Malformed(f"the bundle is altered: {member.name} has another size than its manifest says")
            starts.append(file.tell())
            if _sha256(file, member.size) != member.sha256:
                raise Malformed(f"the bundle is altered: {member.name} is not what its manifest says")
            _padding(file, member.size)
        end = file.read(20 * BLOCK)
        if len(end) < 2 * BLOCK or any(end) or file.read(1):
            raise Malformed("the bundle is cut off, or something stands behind its end")
    return Bundle(path=path, manifest=manifest, key=key, starts=tuple(starts))


def _packed(
    folder: Path, number: int, status: SourceStatus, *, store: AdvisoryStore, feeds: dict[str, Feed], watcher: Watcher
) -> Member:
    watcher.begin(status.name)
    name, count = f"records/{number:04d}.zst", 0
    path = folder / name.replace("/", "-")
    with path.open("wb") as file, zstandard.ZstdCompressor(level=LEVEL).stream_writer(file, closefd=False) as packed:
        for count, (id_, modified, raw) in enumerate(store.raw(status.name), 1):
            texts = id_.encode(), modified.encode()
            packed.write(LENGTHS.pack(len(texts[0]), len(texts[1]), len(raw)) + texts[0] + texts[1] + raw)
            if count % 1000 == 0:
                watcher.read(count)
    watcher.read(count)
    feed = feeds.get(status.feed)
    return Member(
        name=name,
        size=path.stat().st_size,
        sha256=_sha256_of(path),
        source=status.name,
        feed=status.feed,
        records=count,
        licence=feed.licence if feed else "",
        notice=feed.notice if feed else "",
        newest=status.newest,
        checked=status.checked,
        updated=status.updated,
    )


def _member(name: str, size: int) -> tarfile.TarInfo:
    """Without names and times of the machine that it was made on: there is but one header for a name and a size."""
    member = tarfile.TarInfo(name)
    member.size = size
    return member


def _header(file: BinaryIO, name: str, largest: int) -> int:
    """The size of the member whose header comes next, which has to be this one."""
    block = file.read(BLOCK)
    try:
        size = tarfile.TarInfo.frombuf(block, "utf-8", "strict").size
        is_ours = 0 <= size <= largest and block == _member(name, size).tobuf(tarfile.USTAR_FORMAT)
    except (tarfile.HeaderError, UnicodeError, ValueError):
        is_ours = False
    if not is_ours:
        raise Malformed(f"not a bundle, or an altered one: {name} is missing")
    return size


def _padding(file: BinaryIO, size: int) -> None:
    if any(file.read(-size % BLOCK)):
        raise Malformed("the bundle is altered: something stands between its members")


def _signer(line: bytes, content: bytes) -> str:
    """The public key whose owner signed; "" when the signature is not one."""
    key, _, text = line.decode("ascii", "replace").strip().partition(" ")
    try:
        signature = base64.b64decode(text, validate=True)
    except ValueError:
        signature = b""
    if len(signature) != SIGNATURE_BYTES:
        return ""
    return key if is_signed(key, signature, CONTEXT + content) else ""


def _understood(content: bytes) -> Manifest:
    try:
        stated = msgspec.json.decode(content)
        if isinstance(stated, dict) and stated.get("format") != FORMAT:
            raise Malformed(f"the bundle is of format {stated.get('format')!r}: a newer program made it")
        manifest = msgspec.convert(stated, Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise Malformed(f"the manifest of the bundle is not one: {error}") from None
    names = [member.source for member in manifest.sources]
    moments = [manifest.created, *(when for item in manifest.sources for when in (item.newest, item.checked) if when)]
    if len(names) > MOST_SOURCES or len(set(names)) != len(names) or any(not 0 < len(name) <= 200 for name in names):
        raise Malformed("the manifest of the bundle is not one: names of sources")
    if any(when.tzinfo is None for when in moments):
        raise Malformed("the manifest of the bundle is not one: a time without a zone")
    return manifest


class _Within:
    """The next `size` bytes of a file, and no more."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


def _records(stream: _Within, member: Member) -> Iterator[tuple[str, str, bytes]]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
    count = 0
    try:
        with decompressor.stream_reader(stream, read_across_frames=False) as packed:  # type: ignore[arg-type]  # read() is all it needs
            while head := _exactly(packed, LENGTHS.size, may_end=True):
                lengths = LENGTHS.unpack(head)
                count += 1
                if lengths[2] > LARGEST_RECORD or count > min(member.records, MOST_RECORDS):
                    raise Malformed(f"{member.source}: more in the bundle than its manifest says")
                id_, modified, raw = (_exactly(packed, length) for length in lengths)
                yield id_.decode(), modified.decode(), raw
    except (zstandard.ZstdError, UnicodeError) as error:
        raise Malformed(f"{member.source}: its records in the bundle cannot be read: {error}") from None
    if count != member.records:
        raise Malformed(f"{member.source}: {count:,} records in the bundle, {member.records:,} in its manifest")


def _exactly(stream: zstandard.ZstdDecompressionReader, size: int, *, may_end: bool = False) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = stream.read(min(size - len(found), PIECE))
        if not piece:
            if may_end and not found:
                return b""
            raise Malformed("the records of the bundle end too early")
        found += piece
    return bytes(found)


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return _sha256(file, path.stat().st_size)


def _sha256(file: BinaryIO, size: int) -> str:
    found = hashlib.sha256()
    while size and (piece := file.read(min(size, PIECE))):
        found.update(piece)
        size -= len(piece)
    return found.hexdigest()
