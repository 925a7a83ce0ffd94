"""RPM packages: by rpmbuild from a tree, and by hand where rpmbuild would need files of more than 4 GiB."""

import gzip
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.trees import run

SPEC = """
Name: sample
Version: 1.2
Release: 3
Epoch: 4
Summary: A sample
License: MIT
Vendor: Nobody
URL: https://example.org/
AutoReqProv: no
%description
x
%install
mkdir -p %{{buildroot}}
cp -a {tree} %{{buildroot}}/opt
%files
%defattr(-,root,root,-)
/opt
{files}
"""
QUIET = ("__os_install_post", "__spec_install_pre", "_build_id_links", "debug_package")


def built(tree: Path, payload: str = "w6.gzdio", *, files: str = "", kind: str = "-bb") -> bytes:
    """A package of everything in `tree`, under /opt. `payload` is rpm's name of a compressor with its level."""
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "sample.spec"
        spec.write_text(SPEC.format(tree=tree, files=files))
        undefined = [part for name in QUIET for part in ("--define", f"{name} %{{nil}}")]
        defined = ["--define", f"_topdir {folder}", "--define", f"_binary_payload {payload}"]
        run("rpmbuild", "--quiet", kind, *undefined, *defined, "--define", f"_source_payload {payload}", spec)
        (package,) = Path(folder).rglob("*.rpm")
        return package.read_bytes()


def header(values: Sequence[tuple[int, int, int, bytes]]) -> bytes:
    """A header of (tag, type, count, value) records."""
    store = index = b""
    for tag, kind, count, value in values:
        store += b"\0" * (-len(store) % {3: 2, 4: 4, 5: 8}.get(kind, 1))
        index += struct.pack(">4I", tag, kind, len(store), count)
        store += value
    return b"\x8e\xad\xe8\x01\0\0\0\0" + struct.pack(">2I", len(values), len(store)) + index + store


def stripped(files: Sequence[tuple[bytes, int, bytes, int]]) -> bytes:
    """A package whose archive only numbers its files: (name, mode, content, inode) each."""
    entries = b""
    for number, (_, mode, content, inode) in enumerate(files):
        later = any(other[3] == inode for other in files[number + 1 :])
        body = b"" if later or mode >> 12 == 4 else content
        entries += b"07070X%08x\0\0" % number + body + b"\0" * (-len(body) % 4)
    name = b"TRAILER!!!\0"
    trailer = b"070701" + b"%08x" * 13 % (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name), 0) + name + b"\0" * 3
    payload = gzip.compress(entries + trailer, mtime=0)
    count = len(files)
    main = header(
        [
            (1000, 6, 1, b"large\0"),
            (1124, 6, 1, b"cpio\0"),
            (1125, 6, 1, b"gzip\0"),
            (5008, 5, count, struct.pack(f">{count}Q", *(len(content) for _, _, content, _ in files))),
            (1030, 3, count, struct.pack(f">{count}H", *(mode for _, mode, _, _ in files))),
            (1034, 4, count, struct.pack(f">{count}I", *(1_700_000_000 for _ in files))),
            (1095, 4, count, struct.pack(f">{count}I", *(1 for _ in files))),
            (1096, 4, count, struct.pack(f">{count}I", *(inode for _, _, _, inode in files))),
            (1116, 4, count, struct.pack(f">{count}I", *(0 for _ in files))),
            (1117, 8, count, b"".join(name + b"\0" for name, _, _, _ in files)),
            (1118, 8, 1, b"/usr/\0"),
        ]
    )
    lead = struct.pack(">4s3H66s2H16x", b"\xed\xab\xee\xdb", 0x300, 0, 1, b"large", 1, 5)
    signature = header([(1000, 4, 1, struct.pack(">I", len(main) + len(payload)))])
    return lead + signature + b"\0" * (-len(signature) % 8) + main + payload
