"""Semantic versioning 2.0.0, and the orders made of it: Dart's, Go's and NuGet's.

`semver`: npm, crates.io, Hex, Swift, GitHub Actions, Julia. A leading "v" does not count, missing numbers are zero, and
numbers after the third are read as if they were build metadata. `pub`: build metadata counts (pub_semver).
`nuget`: four numbers, and text without regard to case. `go`: Go modules, and the toolchain's own "go1.21rc2".
"""

import re

from pellucid.formats.version_keys import Flat, Order

_VERSION = re.compile(r"[vV]?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.[0-9]+)*(?![0-9])")
_TOOLCHAIN = re.compile(r"(?:.*\s)?go([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:(alpha|beta|rc)([0-9]+))?")
_END, _NUMBER, _TEXT = 0, 1, 2
_NO_VERSION = -1


def semver_key(version: str) -> Flat:
    """Three numbers, then what is before the release."""
    return _key(version, 3)


def _key(version: str, count: int) -> Flat:
    text = version.strip()
    found = _VERSION.match(text)
    if found is None:
        return (_NO_VERSION, text)
    rest = text[found.end() :].partition("+")[0]
    # Not strictly a version, but written: 1.2.3beta, 1.2.3.beta.
    stage = rest.removeprefix("-").removeprefix(".")
    numbers = (int(found[number] or 0) for number in range(1, count + 1))
    return (*numbers, *((0, *_identifiers(stage)) if stage else (1,)))


def _identifiers(text: str) -> Flat:
    parts: list[int | str] = []
    for word in text.split("."):
        number = word.isascii() and word.isdigit()
        parts += (_NUMBER, int(word)) if number else (_TEXT, word)
    return (*parts, _END)


def _pub(version: str) -> Flat:
    build = version.strip().partition("+")[2]
    return (*_key(version, 3), *(_identifiers(build) if build else (_END,)))


def _nuget(version: str) -> Flat:
    return _key(version.lower(), 4)


def _go(version: str) -> Flat:
    found = _TOOLCHAIN.match(version.strip())
    if found is None:
        return _key(version, 3)
    numbers = (int(found[number] or 0) for number in range(1, 4))
    return (*numbers, *((0, _TEXT, found[4], _NUMBER, int(found[5]), _END) if found[4] else (1,)))


semver = Order("semver", semver_key)
pub = Order("pub", _pub)
nuget = Order("nuget", _nuget)
go = Order("go", _go)
