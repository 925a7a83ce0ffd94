"""+CONTENTS of packages of NetBSD, OpenBSD and of FreeBSD until 9: the packing list (pkg_create(1) of each)."""

import re
from mmap import mmap
from posixpath import join

import msgspec

from pellucid.formats.owned_paths import Room

LARGEST = 32 << 20
LONGEST_PATH = 4096
LONGEST_NAME = 256
HEAD = 4096
NAME = b"\n@name "
# Where the version, or the pattern for it, begins in what a package needs.
PATTERN = re.compile(r"[<>=\[{*]")
DEPENDENCIES = ("@pkgdep", "@depend")
TYPED = frozenset(("@bin", "@lib", "@so", "@static-lib", "@man", "@sample", "@info", "@shell", "@rcscript"))
MARKS = {
    "openbsd": b"\n@comment pkgpath=",
    "freebsd": b"\n@comment ORIGIN:",
    "netbsd": b"\n@comment PKG_FORMAT_REVISION",
}


class PackingList(msgspec.Struct):
    """`system` is empty where the list does not tell; `name` has no version; `paths` are absolute."""

    name: str
    version: str
    system: str
    needs: list[str] = msgspec.field(default_factory=list)
    paths: list[str] = msgspec.field(default_factory=list)


def is_packing_list(data: bytes | mmap) -> bool:
    """Whether it begins with commands, one of which names a package."""
    return data[:1] == b"@" and NAME in b"\n" + data[:HEAD]


def read(data: bytes | mmap) -> PackingList | None:
    """The package; None when its name has no version."""
    text = b"\n" + bytes(data[:LARGEST])
    full = text.partition(NAME)[2].partition(b"\n")[0].decode("utf-8", "replace").strip()
    name, version = split(full)
    if not name or not version or len(full) > LONGEST_NAME:
        return None
    system = next((system for system, mark in MARKS.items() if mark in text[: 64 << 10]), "")
    found = PackingList(name=name, version=version, system=system)
    _fill(found, text)
    return found


def _fill(found: PackingList, text: bytes) -> None:
    """The lines: files, which a command before them may rule out, and commands."""
    folder, skipped, room = "/", False, Room()
    for line in text.split(b"\n"):
        if not line or len(line) > LONGEST_PATH:
            continue
        word, _, rest = line.decode("utf-8", "backslashreplace").partition(" ")
        if not word.startswith("@"):
            path = f"{word} {rest}" if rest else word
            if not skipped and not path.startswith("+"):
                found.paths += room.take([join(folder, path)])
            skipped = False
        elif word in ("@cwd", "@cd"):
            folder = join("/", rest)
        elif word == "@ignore":
            skipped = True
        elif word in DEPENDENCIES:
            # OpenBSD writes path:pattern:default; the others write the package itself, or a pattern.
            need = PATTERN.split(rest.rpartition(":")[2])[0].rstrip("-")
            found.needs.append(split(need)[0] or need)
        elif word in TYPED and rest:
            found.paths += room.take([join(folder, rest)])


def split(full: str) -> tuple[str, str]:
    """ "py-curl-7.43p0-no_x11" as ("py-curl", "7.43p0"): the version is the first part that begins with a digit."""
    parts = full.split("-")
    for number, part in enumerate(parts[1:], 1):
        if part[:1].isdigit():
            return "-".join(parts[:number]), part
    return "", ""
