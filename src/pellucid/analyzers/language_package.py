"""Packages of languages as dependencies: what is the same for all that pip, npm, gem and the like install or lock."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats.purl import package_url

LONGEST_NAME, LONGEST_VERSION = 214, 128
MOST_REQUIRED = 500
NAME = re.compile(r"[^\s\"'<>|;{}\\^`?#\x00-\x1f]+")
# A version begins with a digit, but for a few that begin with a letter (v1.0, r66, dev-main).
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_~!:-]*")

plain = Selector(lambda artefact: artefact.kind not in ("elf", "pe", "png", "sqlite"))
"""What may be text, in whatever encoding."""

json_object = kind("text") & Selector(
    lambda artefact: artefact.window(0, 64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
)
"""Text that begins as a JSON object does."""


class Universe(msgspec.Struct, frozen=True, kw_only=True):
    """A registry of packages: OSV's name of it ("" where OSV has none) and the type of its package URLs."""

    ecosystem: str
    purl_type: str


PYPI = Universe(ecosystem="PyPI", purl_type="pypi")
NPM = Universe(ecosystem="npm", purl_type="npm")
RUBYGEMS = Universe(ecosystem="RubyGems", purl_type="gem")
PACKAGIST = Universe(ecosystem="Packagist", purl_type="composer")
CRAN = Universe(ecosystem="CRAN", purl_type="cran")
CPAN = Universe(ecosystem="", purl_type="cpan")
HEX = Universe(ecosystem="Hex", purl_type="hex")
LUAROCKS = Universe(ecosystem="", purl_type="luarocks")


def canonical(name: str) -> str:
    """A name of PyPI as its index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_sound(name: str, version: str) -> bool:
    """Whether these can be a name and a version at all; an empty version can."""
    named = len(name) <= LONGEST_NAME and NAME.fullmatch(name) is not None
    return named and len(version) <= LONGEST_VERSION and (not version or VERSION.fullmatch(version) is not None)


def language_package(
    artefact: Artefact,
    universe: Universe,
    name: str,
    version: str,
    *,
    offset: int,
    seen: str = "",
    witness: Witness = Witness.PACKAGE,
    confidence: float = 1.0,
    linkage: Linkage = Linkage.DIRECT,
    licence: str = "",
    cpe: str = "",
    requires: Iterable[str] = (),
    qualifiers: Mapping[str, str] | None = None,
) -> Dependency:
    """A package of `universe`; what stands before the last "/" of its name becomes the namespace of its package URL."""
    namespace, _, last = name.rpartition("/")
    place = "/".join([universe.purl_type, *(quote(part, safe="") for part in namespace.split("/") if part)])
    return Dependency(
        vendor="",
        product=name,
        version=version,
        purl=package_url(place, last, version, qualifiers),
        confidence=confidence,
        evidence=(artefact.evidence(offset, seen or f"{name} {version}".strip()),),
        cpe=cpe,
        licence=licence,
        linkage=linkage,
        ecosystem=universe.ecosystem,
        witness=witness,
        requires=tuple(dict.fromkeys(requires))[:MOST_REQUIRED],
    )
