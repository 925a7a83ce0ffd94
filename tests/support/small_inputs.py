"""One small valid input for every extractor, and for some readers without one, to be mutated."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import lz4.frame
import zstandard
from tests.support import (
    apk_archives,
    rpm_databases,
    small_archives,
    small_boot,
    small_discs,
    small_disk,
    small_flash,
    small_readonly,
    small_uefi,
)
from tests.support.squashfs_images import Image
from tests.support.trees import run

CONTENT = b"a little content, " * 60 + bytes(range(256))


@cache
def small_inputs() -> dict[str, bytes]:
    """By the name of the extractor, or of the reader."""
    return {
        "gzip": gzip.compress(CONTENT, mtime=1) + gzip.compress(b"second", mtime=1),
        "xz": lzma.compress(CONTENT),
        "bzip2": bz2.compress(CONTENT),
        "zstd": zstandard.compress(CONTENT) + zstandard.compress(b"second"),
        "lz4": lz4.frame.compress(CONTENT, content_checksum=True),
        "lzma": _alone(CONTENT),
        "zip": _zip(),
        "tar": _tar(tarfile.GNU_FORMAT) + _tar(tarfile.PAX_FORMAT),
        "tar_v7": _v7(),
        "cpio": _cpio("newc"),
        "cpio_binary": _cpio("bin"),
        "ar": _ar(),
        "squashfs": Image().build(),
        "uimage": _uimage(),
        "fit": _fit(),
        "ext": _ext(),
        "fat": _fat(),
        **small_readonly.inputs(),
        **small_archives.inputs(),
        **small_uefi.inputs(),
        **small_boot.inputs(),
        **small_disk.inputs(),
        **small_discs.inputs(),
        **small_flash.inputs(),
        **rpm_databases.inputs(),
        "apk-v3": apk_archives.deflated(apk_archives.package("dropbear", "2024.86-r1", needs=["libc"])),
    }


def _alone(content: bytes) -> bytes:
    packed = lzma.compress(content, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}])
    return packed[:5] + struct.pack("<Q", len(content)) + packed[13:]


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            archive.writestr(f"folder/{method}", CONTENT, method)
    return file.getvalue()


def _tar(form: int) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name in ("short", "l" * 130):
            info = tarfile.TarInfo(name)
            info.size = len(CONTENT)
            archive.addfile(info, io.BytesIO(CONTENT))
    return file.getvalue()


def _v7() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "file").write_bytes(CONTENT)
        return run("tar", "-C", folder, "--format=v7", "-cf", "-", "file")


def _cpio(form: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "file").write_bytes(CONTENT)
        (Path(folder) / "linked").hardlink_to(Path(folder) / "file")
        (Path(folder) / "symbolic").symlink_to("file")
        return run("cpio", "-o", "-H", form, "--quiet", cwd=Path(folder), feed=b"file\nlinked\nsymbolic\n")


def _ar() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("short", "a-name-of-more-than-sixteen"):
            (Path(folder) / name).write_bytes(CONTENT)
        run("ar", "rcS", "x.a", "short", "a-name-of-more-than-sixteen", cwd=Path(folder))
        return (Path(folder) / "x.a").read_bytes()


def _uimage() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kernel").write_bytes(CONTENT)
        run(
            "mkimage", "-A", "arm", "-T", "multi", "-C", "none", "-n", "x", "-d", "kernel:kernel", "x", cwd=Path(folder)
        )
        return (Path(folder) / "x").read_bytes()


def _fit() -> bytes:
    source = (
        '/dts-v1/; / { images { kernel { description = "x"; data = [01 02 03 04]; type = "kernel"; os = "linux"; '
        'arch = "arm"; compression = "none"; hash-1 { algo = "sha1"; value = <1 2 3 4 5>; }; }; '
        "other { data-offset = <0>; data-size = <8>; }; }; "
        'configurations { default = "c"; c { kernel = "kernel"; }; }; };'
    )
    return run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", "-", feed=source.encode()) + bytes(16)


def _ext() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        (tree / "sub/deeper").mkdir(parents=True)
        (tree / "sub/file").write_bytes(CONTENT * 8)
        (tree / "small").write_bytes(b"inline")
        (tree / "link").symlink_to("small")
        options = ("-q", "-F", "-t", "ext4", "-O", "inline_data,^has_journal,^metadata_csum", "-N", "32", "-b", "1024")
        run("mke2fs", *options, "-d", tree, Path(folder) / "x", "128k")
        return (Path(folder) / "x").read_bytes()


def _fat() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        image, file = Path(folder) / "x", Path(folder) / "a long name"
        with image.open("wb") as empty:
            empty.truncate(64 << 10)
        file.write_bytes(CONTENT * 3)
        run("mkfs.vfat", "-F", "12", "-r", "16", image)
        run("mmd", "-i", image, "::FOLDER")
        run("mcopy", "-i", image, file, "::FOLDER")
        run("mcopy", "-i", image, file, "::")
        return image.read_bytes()
