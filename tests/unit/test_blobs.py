"""The blob store on the local disk."""

import errno
import hashlib
import os
import subprocess
import sys
import threading
from collections import namedtuple
from pathlib import Path

import pytest

from pellucid.blobs import writer as writing
from pellucid.blobs.incoming import create_incoming
from pellucid.blobs.local import LocalBlobs
from pellucid.domain.file import StoredBlob
from pellucid.errors import NotFound, PayloadTooLarge, StorageFull

MIB = 1 << 20
Room = namedtuple("Room", "f_bavail f_frsize")
HALF_WRITTEN = """
import sys
from pathlib import Path
from pellucid.blobs.local import LocalBlobs
writer = LocalBlobs(Path(sys.argv[1])).writer()
writer.write(bytes(3 << 20))
print("written", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path)


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file() and path.name != ".lock")


def put(blobs: LocalBlobs, content: bytes) -> StoredBlob:
    with blobs.writer() as writer:
        writer.write(content)
        return writer.commit()


@pytest.mark.parametrize("sizes", [[], [0], [1], [MIB], [MIB - 1, 2], [5, 3 * MIB, 7], [100_000] * 40])
def test_what_is_written_can_be_read(blobs: LocalBlobs, tmp_path: Path, sizes: list[int]) -> None:
    parts = [os.urandom(size) for size in sizes]
    content = b"".join(parts)
    with blobs.writer() as writer:
        for part in parts:
            writer.write(part)
        blob = writer.commit()
    assert blob == StoredBlob(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    with blobs.open(blob.sha256) as file:
        assert file.read() == content
    assert files(tmp_path) == [blob.sha256]
    assert blobs.path(blob.sha256).stat().st_mode & 0o777 == 0o600


def test_the_caller_may_use_its_buffer_again(blobs: LocalBlobs) -> None:
    buffer = bytearray(b"a" * 2 * MIB)
    with blobs.writer() as writer:
        writer.write(buffer)
        buffer[:] = b"b" * len(buffer)
        writer.write(memoryview(buffer))
        buffer[:] = bytes(len(buffer))
        blob = writer.commit()
    with blobs.open(blob.sha256) as file:
        assert file.read() == b"a" * 2 * MIB + b"b" * 2 * MIB


def test_equal_bytes_are_kept_once(blobs: LocalBlobs, tmp_path: Path) -> None:
    assert put(blobs, b"same") == put(blobs, b"same")
    assert len(files(tmp_path)) == 1


def test_writers_beside_each_other(blobs: LocalBlobs, tmp_path: Path) -> None:
    content = os.urandom(2 * MIB)
    results: list[StoredBlob] = []
    threads = [threading.Thread(target=lambda: results.append(put(blobs, content))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert files(tmp_path) == [results[0].sha256]


def test_nothing_stays_of_what_is_not_committed(blobs: LocalBlobs, tmp_path: Path) -> None:
    before = threading.active_count()
    with blobs.writer() as writer:
        writer.write(bytes(3 * MIB))
        assert len(files(tmp_path)) == 1
    writer.abort()
    assert files(tmp_path) == []
    assert threading.active_count() == before


def test_beyond_the_limit(blobs: LocalBlobs, tmp_path: Path) -> None:
    with blobs.writer(limit=10) as writer:
        writer.write(bytes(10))
        with pytest.raises(PayloadTooLarge, match="10 bytes"):
            writer.write(b"x")
    with pytest.raises(PayloadTooLarge):
        blobs.writer(limit=10, expected=11)
    assert files(tmp_path) == []


def test_the_reserve_stays_free(blobs: LocalBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(100, MIB)
    monkeypatch.setattr(writing, "ROOM_INTERVAL", 2 * MIB)
    monkeypatch.setattr(os, "statvfs", lambda _: room)
    with pytest.raises(StorageFull):
        blobs.writer(reserve=101 * MIB)
    with pytest.raises(StorageFull):
        blobs.writer(reserve=60 * MIB, expected=41 * MIB)
    with pytest.raises(StorageFull):
        blobs.require_room(41 * MIB, 60 * MIB)
    blobs.require_room(40 * MIB, 60 * MIB)
    with blobs.writer(reserve=60 * MIB) as writer:
        writer.write(bytes(MIB))
        room = Room(50, MIB)
        writer.write(bytes(MIB))
        with pytest.raises(StorageFull):
            writer.commit()
    assert files(tmp_path) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(blobs: LocalBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def write(descriptor: int, data: memoryview) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", write)
    with blobs.writer() as writer:
        writer.write(bytes(MIB))
        with pytest.raises(StorageFull, match="free some space"):
            writer.write(bytes(MIB))
    assert files(tmp_path) == []


def test_a_disk_that_is_full_at_the_very_end(
    blobs: LocalBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "")

    writer = blobs.writer()
    writer.write(b"x")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageFull):
        writer.commit()
    assert files(tmp_path) == []


def test_the_kernel_may_take_less_than_it_is_given(blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    content, write = os.urandom(3 * MIB), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:300_000]))
    blob = put(blobs, content)
    with blobs.open(blob.sha256) as file:
        assert file.read() == content


def test_a_sweep_removes_what_dead_processes_left(blobs: LocalBlobs, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HALF_WRITTEN, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    assert blobs.sweep() == 0
    assert len(files(tmp_path)) == 1
    process.kill()
    process.communicate()
    with blobs.writer() as writer:
        writer.write(b"alive")
        assert blobs.sweep() == 1
        blob = writer.commit()
    assert files(tmp_path) == [blob.sha256]


def test_a_file_that_is_swept_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    real = os.open

    def swept(path: Path, *arguments: int) -> int:
        descriptor = real(path, *arguments)
        if not opened:
            path.unlink()
        opened.append(path)
        return descriptor

    monkeypatch.setattr(os, "open", swept)
    descriptor, path = create_incoming(tmp_path)
    os.close(descriptor)
    assert len(opened) == 2
    assert path.exists()


def test_adopting_takes_a_file_over(blobs: LocalBlobs, tmp_path: Path) -> None:
    source = tmp_path / "work" / "1"
    source.parent.mkdir()
    for _ in range(2):  # the second time the bytes are there already
        source.write_bytes(b"artefact")
        blob = blobs.adopt(source)
        assert blob == StoredBlob(sha256=hashlib.sha256(b"artefact").hexdigest(), size=8)
        assert not source.exists()
    assert blobs.path(blob.sha256).read_bytes() == b"artefact"


def test_adopting_repairs_what_a_power_cut_left(blobs: LocalBlobs, tmp_path: Path) -> None:
    blob = put(blobs, b"artefact")
    blobs.path(blob.sha256).write_bytes(b"")
    source = tmp_path / "1"
    source.write_bytes(b"artefact")
    assert blobs.adopt(source) == blob
    assert blobs.path(blob.sha256).read_bytes() == b"artefact"


def test_adopting_from_another_file_system_copies(
    blobs: LocalBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, rename = tmp_path / "1", Path.rename
    source.write_bytes(b"artefact" * MIB)

    def refuse(path: Path, target: Path) -> Path:
        if path == source:
            raise OSError(errno.EXDEV, "")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    blob = blobs.adopt(source)
    assert blobs.path(blob.sha256).read_bytes() == b"artefact" * MIB
    assert not source.exists()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "nothing"])
def test_only_regular_files_are_adopted(blobs: LocalBlobs, tmp_path: Path, kind: str) -> None:
    secret, source = tmp_path / "secret", tmp_path / "1"
    secret.write_bytes(b"not yours")
    match kind:
        case "link":
            source.symlink_to(secret)
        case "pipe":
            os.mkfifo(source)
        case "folder":
            source.mkdir()
    with pytest.raises(FileNotFoundError):
        blobs.adopt(source)
    assert secret.exists()


def test_absent_blobs(blobs: LocalBlobs) -> None:
    absent = "0" * 64
    assert not blobs.exists(absent)
    blobs.delete(absent)
    with pytest.raises(NotFound):
        blobs.open(absent)


def test_deleting_leaves_readers_alone(blobs: LocalBlobs) -> None:
    blob = put(blobs, b"content")
    with blobs.open(blob.sha256) as file:
        blobs.delete(blob.sha256)
        assert not blobs.exists(blob.sha256)
        assert file.read() == b"content"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_name_that_is_no_digest(blobs: LocalBlobs, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        blobs.path(name)
