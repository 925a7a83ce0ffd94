"""Trees of places for tests of what is known when a whole image is: files and links by name, facts about them."""

from collections.abc import Mapping
from typing import Any

from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.place import ScannedArtefact, ScannedPlace

IMAGE = "image.bin"


def places(files: Mapping[str, str]) -> list[ScannedPlace]:
    """One container: a name is a file, or with "-> target" a symbolic link, with "=> name" a hard link.

    With "( name" it is a file that was unpacked, and held one of that name.
    """
    found = [ScannedPlace(parent=-1, artefact=artefact(IMAGE))]
    for name, target in files.items():
        if target.startswith("-> "):
            entry = Entry(name=name, kind=EntryKind.SYMLINK, target=target[3:])
            found.append(ScannedPlace(parent=0, entry=entry))
        elif target.startswith("=> "):
            entry = Entry(name=name, kind=EntryKind.HARDLINK, target=target[3:])
            found.append(ScannedPlace(parent=0, entry=entry))
        else:
            entry = Entry(name=name, size=1)
            found.append(ScannedPlace(parent=0, entry=entry, artefact=artefact(at(name))))
            if target.startswith("( "):
                inside = artefact(f"{at(name)}!{target[2:]}")
                held = Entry(name=target[2:], size=1)
                found.append(ScannedPlace(parent=len(found) - 1, entry=held, artefact=inside))
    return found


def artefact(path: str) -> ScannedArtefact:
    return ScannedArtefact(path=path, sha256=path, size=1, kind="elf")


def at(name: str) -> str:
    """The path in the image of a file of the container."""
    return f"{IMAGE}!{name}"


def seen(name: str, text: str = "") -> Evidence:
    return Evidence(artefact=at(name), offset=0, seen=text)


def program(file: str, **values: Any) -> Component:
    """An ARM program at that name, unless `values` say something else."""
    known: dict[str, Any] = {"kind": ComponentKind.EXECUTABLE, "format": "elf", "architecture": "arm", "bits": 32}
    return Component(**known | values, evidence=seen(file))


def library(file: str, **values: Any) -> Component:
    return program(file, kind=ComponentKind.LIBRARY, **values)


def script(file: str, **values: Any) -> Component:
    return program(file, kind=ComponentKind.SCRIPT, format="sh", architecture="", bits=0, **values)


def dependency(product: str, version: str, *names: str, **values: Any) -> Dependency:
    """Recognised by a version string in the files `names`, unless `values` say something else."""
    known: dict[str, Any] = {
        "vendor": "",
        "purl": f"pkg:generic/{product}" + (f"@{version}" if version else ""),
        "confidence": 0.9,
        "witness": Witness.VERSION_STRING,
    }
    return Dependency(product=product, version=version, evidence=tuple(map(seen, names)), **known | values)


def debian(name: str, version: str, *, source: str = "", database: str = "var/lib/dpkg/status") -> Dependency:
    """A package of Debian that its database lists."""
    return dependency(
        name,
        version,
        database,
        vendor="debian",
        purl=f"pkg:deb/debian/{name}@{version}",
        witness=Witness.PACKAGE,
        confidence=1.0,
        source_name=source or name,
        release=version.rpartition("-")[2] if "-" in version else "",
    )


SYSTEM = {
    "lib": "-> usr/lib",
    "usr/lib/libc.so.6": "-> libc-2.36.so",
    "usr/lib/libc-2.36.so": "",
    "usr/lib/ld-linux.so.3": "",
    "usr/bin/busybox": "",
    "bin": "-> usr/bin",
    "sbin/init": "-> ../bin/busybox",
    "usr/bin/sh": "-> busybox",
    "etc/inittab": "",
    "dev/null": "",
}
LIBC = [library("usr/lib/libc-2.36.so", name="libc.so.6"), library("usr/lib/ld-linux.so.3")]
"""A small system with its C library, for tests of what loads and starts what."""
