"""Builds a small router image with known contents: Debian's binaries in a squashfs behind a uImage header.

Layout: 64 bytes of legacy uImage header (U-Boot, include/image.h), then a squashfs 4.0 (xz). Packages come through
this machine's own APT sources and are unpacked, never installed; no root is needed. Planted in it are an RSA key of
1024 bits and an expired certificate. Beside the image stands its truth: router-sample.truth.json.
"""

import argparse
import hashlib
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.sample_packages import Package, fetch

EPOCH = 1_700_000_000
UNWANTED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/bash-completion")
ARCHITECTURES = {"amd64": 24, "arm64": 22, "armhf": 2, "armel": 2, "i386": 3, "riscv64": 26}
OPENSSL_CA = """
[ca]
default_ca = own
[own]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical, CA:false
"""


def run(*command: str | Path) -> str:
    """Run a tool; when it fails, end with what it said."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def unpack(packages: list[Package], root: Path) -> list[dict[str, Any]]:
    """Unpack every package into `root`; what each brought, and where its version can be read from the bytes."""
    truth = []
    for package in packages:
        with tempfile.TemporaryDirectory() as folder:
            run("dpkg-deb", "-x", package.path, folder)
            for name in UNWANTED:
                shutil.rmtree(Path(folder, name), ignore_errors=True)
            for gconv in Path(folder).glob("**/gconv"):
                shutil.rmtree(gconv)
            files = sorted(path for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink())
            elves = [path for path in files if path.read_bytes()[:4] == b"\x7fELF"]
            telling = [path for path in elves if package.upstream.encode() in path.read_bytes()]
            truth.append(
                {
                    "package": package.name,
                    "product": package.product,
                    "debian_version": package.version,
                    "version": package.upstream,
                    "elf": [str(path.relative_to(folder)) for path in elves],
                    "version_string_in": [str(path.relative_to(folder)) for path in telling],
                }
            )
            shutil.copytree(folder, root, symlinks=True, dirs_exist_ok=True)
    return truth


def plant(root: Path) -> list[dict[str, str]]:
    """Put a weak key and a certificate that expired in 2012 where a careless vendor would."""
    place = root / "etc" / "ssl" / "router"
    place.mkdir(parents=True)
    key, certificate = place / "server.key", place / "server.pem"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ca.cnf").write_text(OPENSSL_CA.format(folder=folder), encoding="ascii")
        (folder / "index.txt").touch()
        (folder / "serial").write_text("1001\n", encoding="ascii")
        run("openssl", "genrsa", "-traditional", "-out", key, "1024")
        request = ("-subj", "/CN=router.example", "-out", folder / "request")
        run("openssl", "req", "-new", "-config", folder / "ca.cnf", "-key", key, *request)
        dates = ("-startdate", "20100101000000Z", "-enddate", "20120101000000Z")
        signing = ("-selfsign", "-batch", "-notext", "-keyfile", key, "-in", folder / "request", "-out", certificate)
        run("openssl", "ca", "-config", folder / "ca.cnf", *signing, *dates)
    key.chmod(0o600)
    return [
        {"path": str(key.relative_to(root)), "what": "private key", "algorithm": "RSA", "bits": "1024"},
        {"path": str(certificate.relative_to(root)), "what": "certificate", "not_after": "2012-01-01T00:00:00Z"},
    ]


def uimage(payload: bytes, architecture: str, title: str) -> bytes:
    """`payload` behind a legacy uImage header: operating system Linux, type filesystem, not compressed."""
    kind = struct.pack(">4B", 5, ARCHITECTURES.get(architecture, 0), 7, 0)
    rest = struct.pack(">IIII", EPOCH, len(payload), 0, 0) + struct.pack(">I", zlib.crc32(payload))
    rest += kind + title.encode("ascii")[:31].ljust(32, b"\0")
    magic = struct.pack(">I", 0x27051956)
    crc = zlib.crc32(magic + bytes(4) + rest)
    return magic + struct.pack(">I", crc) + rest + payload


def hashes(root: Path) -> dict[str, str]:
    """SHA-256 of every regular file, by path in the root."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def build(output: Path, cache: Path) -> None:
    """Write `output` and its truth; both appear whole or not at all."""
    output.parent.mkdir(parents=True, exist_ok=True)
    packages = fetch(cache)
    with tempfile.TemporaryDirectory(dir=output.parent) as name:
        root = Path(name, "root")
        root.mkdir(mode=0o755)
        contents = unpack(packages, root)
        planted = plant(root)
        squashfs = Path(name, "root.squashfs")
        same = ("-mkfs-time", str(EPOCH), "-all-time", str(EPOCH), "-all-root", "-no-xattrs", "-noappend")
        run("mksquashfs", root, squashfs, "-comp", "xz", *same, "-no-progress", "-quiet")
        architecture = packages[0].architecture
        image = uimage(squashfs.read_bytes(), architecture, "Pellucid sample router")
        files = hashes(root)
        truth = {
            "image": output.name,
            "size": len(image),
            "sha256": hashlib.sha256(image).hexdigest(),
            "architecture": architecture,
            "packages": contents,
            "planted": planted,
            "files": files,
        }
        Path(name, "truth").write_text(json.dumps(truth, indent=2) + "\n", encoding="utf-8")
        Path(name, "image").write_bytes(image)
        Path(name, "truth").replace(output.with_suffix(".truth.json"))
        Path(name, "image").replace(output)
    print(f"{output}: {len(image):,} bytes, {len(files)} files of {len(packages)} packages")


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the sample router image from Debian packages.")
    parser.add_argument("--output", type=Path, default=Path(".work/sample/router-sample.bin"))
    parser.add_argument("--cache", type=Path, default=Path(".work/cache"), help="where downloaded packages are kept")
    arguments = parser.parse_args()
    build(arguments.output.resolve(), arguments.cache.resolve())


if __name__ == "__main__":
    main()
