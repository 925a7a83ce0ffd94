"""Packages of Alpine: tars in gzip members, one behind the other; the first two have no end of their own."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from tests.support.trees import extract

from pellucid.extractors.gzip import gzip as gzip_members
from pellucid.extractors.tar import tar

CONTROL = b"pkgname = sample\npkgver = 1.2-r0\n"


def segment(files: dict[str, bytes], *, ended: bool) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        end = archive.offset
    return gzip.compress(file.getvalue()[:end] + (bytes(1024) if ended else b""), mtime=0)


@pytest.mark.parametrize("signed", [True, False])
def test_signature_control_and_files_come_out_together(tmp_path: Path, signed: bool) -> None:
    files = {"usr/bin/tool": b"tool" * 999, "etc/tool.conf": b"x = 1\n"}
    signature = segment({".SIGN.RSA.key.rsa.pub": bytes(256)}, ended=False) if signed else b""
    package = signature + segment({".PKGINFO": CONTROL}, ended=False) + segment(files, ended=True)
    unpacked = extract(gzip_members, package, tmp_path / "gzip")
    assert unpacked.ended_at == len(package)
    found = extract(tar, unpacked.contents["content"], tmp_path / "tar")
    assert not found.problems
    found.contents.pop(".SIGN.RSA.key.rsa.pub", None)
    assert found.contents == {".PKGINFO": CONTROL, **files}
