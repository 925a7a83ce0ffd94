"""Downloads: one file as it is, several as one zip archive that is made while it is sent."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from fastapi.responses import FileResponse, Response, StreamingResponse

from pellucid.blobs.local import LocalBlobs
from pellucid.domain.file import File
from pellucid.errors import NotFound

BLOCK = 1 << 20
MEDIA_TYPE = "application/octet-stream"
NOT_PLAIN = re.compile(r"[^A-Za-z0-9._+-]+")
ENCODING = {"Content-Transfer-Encoding": "binary"}


def one(blobs: LocalBlobs, file: File) -> Response:
    """The bytes of one file; parts of it, too, when ranges are asked for. NotFound when they are gone."""
    path = blobs.path(file.blob.sha256)
    if not path.is_file():
        raise NotFound("The bytes of this file are not in the store any more.")
    return _Whole(path, media_type=MEDIA_TYPE, filename=file.filename, headers=ENCODING)


def several(blobs: LocalBlobs, files: Sequence[File], name: str) -> Response:
    """A zip archive of stored (not compressed) entries. Nothing of it is on disk, and one block in memory."""
    missing = [file.filename for file in files if not blobs.exists(file.blob.sha256)]
    if missing:
        raise NotFound(f"The bytes of these files are not in the store any more: {', '.join(missing)[:500]}.")
    headers = ENCODING | {"Content-Disposition": saved_as(name)}
    return StreamingResponse(archive(blobs, files), media_type=MEDIA_TYPE, headers=headers)


def saved_as(name: str) -> str:
    """The header that makes clients save a file of this name; those that read no UTF-8 (RFC 6266) get it in ASCII."""
    plain = NOT_PLAIN.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def archive(blobs: LocalBlobs, files: Sequence[File]) -> Iterator[bytes]:
    """The archive's bytes (APPNOTE 6.3.10), with zip64 records: no size is known when an entry begins."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as target:
        for name, file in zip(entry_names(files), files, strict=True):
            entry = zipfile.ZipInfo(name, file.create_time.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            with blobs.open(file.blob.sha256) as source, target.open(entry, "w", force_zip64=True) as written:
                while block := source.read(BLOCK):
                    written.write(block)
                    yield sink.take()
    yield sink.take()


def entry_names(files: Sequence[File]) -> list[str]:
    """Names without folders, each once: a second "a.bin" becomes "a (2).bin"."""
    taken: dict[str, None] = {}
    for file in files:
        wanted = PurePosixPath(file.filename.replace("\\", "/")).name or file.id
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{PurePosixPath(wanted).stem} ({number}){PurePosixPath(wanted).suffix}"
        taken[name] = None
    return list(taken)


class _Whole(FileResponse):
    chunk_size = BLOCK


class _Sink:
    """What a zip archive writes to; it cannot seek, so sizes follow the bytes."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._blocks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken, self._blocks = b"".join(self._blocks), []
        return taken
