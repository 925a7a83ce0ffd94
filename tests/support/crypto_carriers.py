"""What keys and certificates are planted in: archives, programs, unknown data, firmware."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable

from tests.support import kernels, pe_images, uefi_images


def _zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside", data)
    return buffer.getvalue()


def _tarred(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("etc/inside")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _cpio(data: bytes) -> bytes:
    """The "new ASCII" format (cpio(5))."""

    def entry(name: bytes, content: bytes, mode: int) -> bytes:
        fields = (1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name + b"\0"
        return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)

    return entry(b"inside", data, 0o100644) + entry(b"TRAILER!!!", b"", 0)


def _variable(data: bytes) -> bytes:
    """In an authenticated variable of UEFI, in a volume that has nothing but such."""
    body = uefi_images.store(uefi_images.variable("db", data), size=16384)
    plain = uefi_images.volume(system=uefi_images.NV_DATA, size=72 + len(body))
    return plain[:72] + body + plain[72 + len(body) :]


CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    "file": lambda data: data,
    "unknown": lambda data: random.randbytes(5000) + bytes(64) + data + bytes(64) + random.randbytes(5000),
    "program": lambda data: kernels.elf_program(bytes(16) + data + bytes(16)),
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zip": _zipped,
    "tar": _tarred,
    "cpio": _cpio,
    "initramfs": lambda data: kernels.bzimage(gzip.compress(_cpio(data), mtime=0)),
    "variable": _variable,
    "pe": lambda data: pe_images.image({".data": bytes(16) + data}),
}
