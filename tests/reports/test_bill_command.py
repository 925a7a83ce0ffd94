"""`pellucid scan --format` with bills: the whole way from bytes to a document."""

import csv
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from tests.support.certificates import certificate
from tests.support.command_line import pellucid
from tests.support.elf_files import EXECUTABLE, Shape, elf_file

STATUS = b"""Package: zlib1g
Status: install ok installed
Priority: required
Section: libs
Installed-Size: 172
Maintainer: Debian Team <team@tracker.debian.example>
Architecture: armhf
Version: 1:1.2.13.dfsg-1
Depends: libc6 (>= 2.17)

Package: libc6
Status: install ok installed
Priority: required
Section: libs
Installed-Size: 172
Maintainer: Debian Team <team@tracker.debian.example>
Architecture: armhf
Version: 2.36-9

"""
LIBRARY = "usr/lib/libz.so.1"
FILES = {
    "etc/os-release": b'ID=debian\nVERSION_ID="12"\n',
    "var/lib/dpkg/status": STATUS,
    "var/lib/dpkg/info/zlib1g.list": f"/.\n/usr\n/usr/lib\n/{LIBRARY}\n".encode(),
    LIBRARY: elf_file(soname="libz.so.1"),
    "usr/bin/router": elf_file(Shape(type=EXECUTABLE), needed=["libz.so.1"], interpreter="/lib/ld-linux.so.3"),
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root file system with a package, its library, a program that loads it, and a private key."""
    folder = tmp_path_factory.mktemp("image")
    _, key = certificate(folder, "router.example")
    path = folder / "rootfs.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in (FILES | {"etc/router.key": key.read_bytes()}).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def scan(image: Path, format_: str, *more: str) -> str:
    ended = pellucid("scan", image, "--format", format_, "--processes", "1", *more)
    assert ended.code == (1 if more else 0), ended.stderr
    return ended.stdout


def test_cyclonedx_has_packages_files_and_who_needs_whom(image: Path) -> None:
    document = json.loads(scan(image, "cyclonedx"))
    refs = {item["name"]: item["bom-ref"] for item in document["components"]}
    graph: dict[str, Any] = {item["ref"]: item.get("dependsOn", []) for item in document["dependencies"]}
    library, program = refs[f"rootfs.tar!{LIBRARY}"], refs["rootfs.tar!usr/bin/router"]
    assert refs["zlib1g"].startswith("pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1")
    assert library in graph[program]
    assert refs["zlib1g"] in graph[library]
    assert refs["libc6"] in graph[refs["zlib1g"]]
    (found,) = [item for item in document["components"] if item["name"] == "zlib1g"]
    seen = [(place["location"], place["offset"]) for place in found["evidence"]["occurrences"]]
    assert ("rootfs.tar!var/lib/dpkg/status", 0) in seen
    assert found["evidence"]["identity"][0]["methods"][0]["value"].startswith("Package: zlib1g")


def test_two_scans_differ_in_serial_and_time_alone(image: Path) -> None:
    first, second = (scan(image, "cyclonedx").splitlines() for _ in range(2))
    different = [line.split('"')[1] for line, other in zip(first, second, strict=True) if line != other]
    assert set(different) <= {"serialNumber", "timestamp"}


def test_every_format_names_the_package(image: Path) -> None:
    xml = Bom.from_xml(io.StringIO(scan(image, "cyclonedx-xml")))  # type: ignore[attr-defined]  # made by a decorator
    assert "zlib1g" in {component.name for component in xml.components}
    assert "zlib1g" in {package["name"] for package in json.loads(scan(image, "spdx"))["packages"]}
    assert "zlib1g" in {element.get("name") for element in json.loads(scan(image, "spdx3"))["@graph"]}
    assert "zlib1g" in {row["name"] for row in csv.DictReader(io.StringIO(scan(image, "csv")))}
    assert "| zlib1g | 1:1.2.13.dfsg-1 |" in scan(image, "md")


def test_a_severe_finding_changes_the_exit_code_not_the_document(image: Path) -> None:
    assert json.loads(scan(image, "cyclonedx-1.6", "--fail-on", "high"))["specVersion"] == "1.6"
