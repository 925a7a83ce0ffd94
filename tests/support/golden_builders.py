"""Golden inputs of Conan, vcpkg and builders of firmware."""

import json
from collections.abc import Iterator

from tests.support.golden_case import Case

REVISION = "0123456789abcdef0123456789abcdef"
LOCK_1 = {
    "graph_lock": {
        "nodes": {
            "0": {"ref": "app/1.0", "requires": ["1"], "path": "conanfile.txt"},
            "1": {"ref": f"openssl/1.1.1k@_/_#{REVISION}", "requires": ["2"], "context": "host"},
            "2": {"ref": "zlib/1.2.11@acme/stable", "context": "host"},
            "3": {"ref": "cmake/3.20.4", "context": "build"},
        }
    },
    "version": "0.4",
}
LOCK_2 = {
    "version": "0.5",
    "requires": [f"zlib/1.3.1#{REVISION}%1708593606.497", "fmt/[>=9 <11]"],
    "build_requires": ["cmake/3.28.1"],
    "python_requires": [],
}
CONANFILE = b"[requires]\npoco/1.9.4\nzlib/[>1.2.11]\n\n[generators]\ncmake/1.0\n"
CONANINFO = b"""\
[settings]
    os=Linux
[requires]
    zlib/1.Y.Z
[full_requires]
    zlib/1.2.11:6af9cc7cb931c5ad942174fd7838eb655717c709
"""
STATUS = b"""\
Package: zlib
Version: 1.3.1
Port-Version: 1
Depends: vcpkg-cmake:x64-linux
Architecture: x64-linux
Multi-Arch: same
Abi: 00aa
Description: A compression library
Status: install ok installed

Package: curl
Feature: ssl
Depends: openssl
Architecture: x64-linux
Abi: 00ab
Status: install ok installed

Package: gone
Version: 1
Architecture: x64-linux
Abi: 00ac
Status: purge ok not-installed
"""
PORT = {
    "spdxVersion": "SPDX-2.2",
    "creationInfo": {"creators": ["Tool: vcpkg-2024-01-11-unknownhash"]},
    "packages": [
        {"name": "zlib", "SPDXID": "SPDXRef-port", "versionInfo": "1.3.1#1", "licenseConcluded": "Zlib"},
        {"name": "zlib:arm64-linux", "SPDXID": "SPDXRef-binary", "versionInfo": "00aa"},
    ],
}
YOCTO = b"base-files qemuarm 3.0.14-r0\nbusybox cortexa15t2hf-neon 1.36.1-r0\nlinux-firmware all 1:20240115-r0\n"
OPENWRT = b"base-files - 1563-r24106-10cc5fcd00\nbusybox - 1.36.1-1\nlibc - 1.2.4-4\n"
LICENCES = b"""\
PACKAGE NAME: libcrypto3
PACKAGE VERSION: 3.2.1
RECIPE NAME: openssl
LICENSE: Apache-2.0

PACKAGE NAME: busybox
PACKAGE VERSION: 1.36.1
RECIPE NAME: busybox
LICENSE: GPL-2.0-only & bzip2-1.0.4
"""
BUILD = b"""\
-----------------------
Build Configuration:  |
-----------------------
DISTRO = poky
DISTRO_VERSION = 4.0.15
-----------------------
Layer Revisions:      |
-----------------------
meta              = HEAD:1a2b3c4d
meta-acme         = main:99aabbcc -- modified
"""
LEGAL = b"""\
"PACKAGE","VERSION","LICENSE","LICENSE FILES","SOURCE ARCHIVE","SOURCE SITE","DEPENDENCIES WITH LICENSES"
"busybox","1.36.1","GPL-2.0, bzip2-1.0.4","LICENSE","busybox-1.36.1.tar.bz2","https://example.org","skeleton [unknown] "
"dropbear","2022.83","MIT","LICENSE","dropbear.tar.bz2","https://example.org","zlib [Zlib] busybox [GPL-2.0]"
"skeleton","","unknown","not saved","not saved","not saved",""
"""


def cases() -> Iterator[Case]:
    name = "components/conan_locks"
    yield Case(f"{name}/first", _json(LOCK_1), "a lock file of Conan 1")
    yield Case(f"{name}/second", _json(LOCK_2), "a lock file of Conan 2")
    yield Case(f"{name}/other", b'{"build_requires": ["a/1"]}\n', "a lock file of another tool")
    name = "components/conan_files"
    yield Case(f"{name}/wanted", CONANFILE, "a conanfile.txt")
    yield Case(f"{name}/linked", CONANINFO, "a conaninfo.txt")
    yield Case(f"{name}/ranges", b"[requires]\nzlib/[~1.2]\n", "a conanfile.txt with ranges alone")
    name = "components/vcpkg_ports"
    yield Case(f"{name}/status", STATUS, "a status database")
    yield Case(f"{name}/port", _json(PORT), "the document of a port")
    yield Case(f"{name}/dpkg", b"Package: a\nAbi: \nVersion: 1\nStatus: install ok installed\n", "one of another tool")
    name = "components/image_manifests"
    yield Case(f"{name}/yocto", YOCTO, "the manifest of an image of Yocto")
    yield Case(f"{name}/openwrt", OPENWRT, "the manifest of an image of OpenWrt")
    yield Case(f"{name}/prose", b"busybox armv7 1.36\nis what this manifest is about\n", "prose")
    yield Case("components/yocto_licences/image", LICENCES, "the licences of an image")
    yield Case("components/yocto_licences/prose", b"The line RECIPE NAME: names a recipe\n", "prose")
    yield Case("components/yocto_builds/poky", BUILD, "the file /etc/build")
    yield Case("components/yocto_builds/bare", b"Layer Revisions:\nmeta = 1\n", "a file without a distribution")
    yield Case("components/buildroot_manifests/target", LEGAL, "the table of an image")
    yield Case("components/buildroot_manifests/empty", LEGAL.partition(b"\n")[0] + b"\n", "a table without rows")


def _json(document: object) -> bytes:
    return json.dumps(document, indent=1).encode() + b"\n"
