"""Package managers that keep lists of files: whose list it is, and what its paths are relative to."""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from posixpath import basename, dirname
from urllib.parse import parse_qs, unquote

from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.file_list import FileList
from pellucid.pipeline.inventory.file_tree import Spot

CONDA, PACKLIST, PEAR, WHEEL = "conda", "packlist", "pear", "wheel"
# By the type of the package URL; where that is shared with others, with the namespace.
BY_TYPE = {
    "alpm": "pacman",
    "apk": "apk",
    "bsd": "pkg",
    "conda": CONDA,
    "cpan": PACKLIST,
    "deb": "dpkg",
    "ebuild": "portage",
    "generic/slackware": "slackware",
    "opkg": "opkg",
    "pear": PEAR,
    "pypi": WHEEL,
    "rpm": "rpm",
}
MANAGERS = frozenset(BY_TYPE.values())
# What a language's package manager has installed, the system's may have brought, and then it is the system's.
OF_LANGUAGES = frozenset((PACKLIST, PEAR, WHEEL))
LIST_SUFFIXES = (".list", ".md5sums", ".conffiles")
EGG = re.compile(r"(?P<name>.+?)(?:-[^-]*(?:-py[\d.]+)?)?\.(?:egg|dist)-info")


def manager_of(dependency: Dependency) -> str:
    """The package manager that a dependency's package URL speaks of; empty when none that keeps lists."""
    kind, _, rest = dependency.purl.removeprefix("pkg:").partition("/")
    return BY_TYPE.get(kind) or BY_TYPE.get(f"{kind}/{rest.partition('/')[0]}", "")


def is_system_package(dependency: Dependency) -> bool:
    """Whether the package manager of an operating system, or of an environment as whole as one, installed it."""
    return dependency.witness is Witness.PACKAGE and manager_of(dependency) not in ("", *OF_LANGUAGES)


def home(manager: str, spot: Spot) -> str:
    """The folder that a database at `spot` speaks for: the root of its system, an environment, a folder of wheels."""
    folder = dirname(spot.name)
    if manager == CONDA:
        return dirname(folder)
    if manager == WHEEL:
        return dirname(folder) if folder.endswith("-info") else folder
    return spot.root


def names_of(manager: str, dependency: Dependency) -> Iterator[str]:
    """What lists may call the package, the most exact first."""
    name = dependency.product
    if manager == "dpkg" and (architecture := _architecture(dependency.purl)):
        yield f"{name}:{architecture}"
    if manager == "portage":
        # Several versions of one package can be installed, in slots.
        yield f"{dependency.source_name}-{dependency.version}"
        return
    if manager == CONDA:
        yield name.rpartition("/")[2]
    yield name
    if name.lower() != name:
        yield name.lower()


def names_for(files: FileList, name: str) -> Iterator[str]:
    """Which packages a list that lies at `name` may be of, the likeliest first."""
    if files.package:
        yield files.package
        yield files.package.lower()
        return
    folder = dirname(name)
    match files.manager:
        case "pacman":
            yield basename(folder).rsplit("-", 2)[0]
        case "portage":
            yield f"{basename(dirname(folder))}/{basename(folder)}"
        case "packlist":
            yield folder.rpartition("/auto/")[2].replace("/", "-")
        case "wheel":
            if found := EGG.fullmatch(basename(folder)):
                yield re.sub(r"[-_.]+", "-", found["name"]).lower()
        case _:
            yield from _of_list(name)


def _of_list(name: str) -> Iterator[str]:
    """info/libc6:amd64.list; in status.d the name may be written in Base64, or as in an address."""
    base = basename(name)
    for suffix in LIST_SUFFIXES:
        base = base.removesuffix(suffix)
    yield base
    yield base.partition(":")[0]
    if basename(dirname(name)) == "status.d":
        yield unquote(base)
        try:
            yield b64decode(base + "=" * (-len(base) % 4), altchars=b"-_").decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            return


def _architecture(purl: str) -> str:
    return parse_qs(purl.partition("?")[2]).get("arch", [""])[0]
