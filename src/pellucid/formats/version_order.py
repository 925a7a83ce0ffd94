"""Which of two versions is the later one, in the order of those who number them.

`dpkg`: deb-version(7). `apk`: the grammar of apk-package(5), number{.number}{letter}{_suffix{number}}{-r#}.
`rpm_version.compare`: RPM's own. `freebsd`: pkg-version(8), version[_revision][,epoch].
`upstream`: for software taken as its authors release it, where no rule is written down.

Each comparator takes any text and returns a negative number, zero or a positive number.
"""

import re
from collections.abc import Callable
from functools import cmp_to_key
from itertools import zip_longest

from pellucid.formats import rpm_version

Comparator = Callable[[str, str], int]
LONGEST = 512
# OSV's ecosystems whose packages are RPM's.
RPM = frozenset(
    ("AlmaLinux", "Azure Linux", "Mageia", "Photon OS", "Red Hat", "Rocky Linux", "SUSE", "openEuler", "openSUSE")
)


def comparator(ecosystem: str) -> Comparator:
    """The order of an OSV ecosystem ("Debian:12", "Alpine:v3.19"); `upstream` for the empty and the unknown."""
    name = ecosystem.partition(":")[0]
    if name in ("Debian", "Ubuntu"):
        return dpkg
    if name == "FreeBSD":
        return freebsd
    if name in RPM:
        return rpm_version.compare
    return apk if name in ("Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita") else upstream


def latest(versions: list[str], order: Comparator) -> str:
    """The greatest of `versions`, which must not be empty."""
    return max(versions, key=cmp_to_key(order))


def dpkg(left: str, right: str) -> int:
    """Epoch, then upstream version, then revision, each by alternating text and numbers; "~" is before the end."""
    for a, b in zip(_dpkg_parts(left[:LONGEST]), _dpkg_parts(right[:LONGEST]), strict=True):
        if result := _dpkg_order(a, b):
            return result
    return 0


def _dpkg_parts(version: str) -> tuple[str, str, str]:
    epoch, colon, rest = version.strip().partition(":")
    if not colon or not epoch.isascii() or not epoch.isdigit():
        epoch, rest = "0", version.strip()
    upstream_part, hyphen, revision = rest.rpartition("-")
    return (epoch, upstream_part, revision) if hyphen else (epoch, rest, "0")


def _dpkg_order(left: str, right: str) -> int:
    pairs = zip_longest(_runs(left), _runs(right), fillvalue=("", 0))
    for (text_a, number_a), (text_b, number_b) in pairs:
        for a, b in zip_longest(map(_weight, text_a), map(_weight, text_b), fillvalue=0):
            if a != b:
                return a - b
        if number_a != number_b:
            return _sign(number_a, number_b)
    return 0


def _runs(text: str) -> list[tuple[str, int]]:
    """Pairs of non-digits and the number after them."""
    return [(run[1], int(run[2] or 0)) for run in re.finditer(r"([^0-9]*)([0-9]*)", text) if run[0]]


def _weight(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isascii() and character.isalpha() else ord(character) + 256


_APK = re.compile(r"(\d+(?:\.\d+)*)([a-z]?)(\d*)((?:_[a-z]+\d*)*)(~[0-9a-f]+)?(?:-r(\d+))?$")
_APK_SUFFIX = re.compile(r"_([a-z]+)(\d*)")
_APK_BEFORE = ("alpha", "beta", "pre", "rc")
_APK_AFTER = ("cvs", "svn", "git", "hg", "p")


def apk(left: str, right: str) -> int:
    """apk's order; versions outside its grammar are compared as upstream ones.

    Old packages have a number after the letter (5.1p1): it counts, though the grammar has no place for it.
    """
    a, b = _APK.match(left[:LONGEST].strip()), _APK.match(right[:LONGEST].strip())
    if a is None or b is None:
        return upstream(left, right)
    return (
        _apk_numbers(a[1], b[1])
        or _compare(a[2], b[2])
        or _sign(int(a[3] or 0), int(b[3] or 0))
        or _apk_suffixes(a[4], b[4])
        or _compare(a[5] or "", b[5] or "")
        or _sign(int(a[6] or 0), int(b[6] or 0))
    )


def _apk_numbers(left: str, right: str) -> int:
    """The first number by value; a later one with a leading zero is a fraction, so 1.01 is before 1.1."""
    a, b = left.split("."), right.split(".")
    if result := _sign(int(a[0]), int(b[0])):
        return result
    for x, y in zip(a[1:], b[1:], strict=False):
        fraction = x.startswith("0") or y.startswith("0")
        if result := _compare(x, y) if fraction else _sign(int(x), int(y)):
            return result
    return _sign(len(a), len(b))


def _apk_suffixes(left: str, right: str) -> int:
    a, b = _APK_SUFFIX.findall(left), _APK_SUFFIX.findall(right)
    for x, y in zip_longest(a, b, fillvalue=("", "")):
        if result := _sign(_apk_rank(x[0]), _apk_rank(y[0])) or _sign(int(x[1] or 0), int(y[1] or 0)):
            return result
    return 0


def _apk_rank(suffix: str) -> int:
    if suffix in _APK_BEFORE:
        return _APK_BEFORE.index(suffix) - len(_APK_BEFORE)
    return _APK_AFTER.index(suffix) + 1 if suffix in _APK_AFTER else 0


_PORT = re.compile(r"(.*?)(?:_(\d+))?(?:,(\d+))?$", re.DOTALL)


def freebsd(left: str, right: str) -> int:
    """Epoch, then the authors' version, then the revision of the port."""
    (a, a_revision, a_epoch), (b, b_revision, b_epoch) = (_port(text[:LONGEST].strip()) for text in (left, right))
    return _sign(a_epoch, b_epoch) or upstream(a, b) or _sign(a_revision, b_revision)


def _port(text: str) -> tuple[str, int, int]:
    found = _PORT.match(text)
    return (found[1], int(found[2] or 0), int(found[3] or 0)) if found else (text, 0, 0)


_TOKEN = re.compile(r"[0-9]+|[a-z]+")
_EARLIER = {"dev": -5, "snapshot": -5, "a": -4, "alpha": -4, "b": -3, "beta": -3, "pre": -2, "preview": -2, "rc": -1}
_LATER = {"p": 1, "pl": 1, "patch": 1, "post": 1, "sp": 1}


def upstream(left: str, right: str) -> int:
    """Numbers by value, missing ones as zero; rc, beta, alpha, pre before the release; other letters after it.

    OpenSSL's letters count up to z and go on with za (1.0.2z < 1.0.2za < 1.0.2zd); a letter directly after a number
    is such a letter unless a number follows it (2.0b1 is a beta, 1.0.2b is a release). BusyBox calls what comes before
    1.37.0 "1.37.0.git".
    """
    for a, b in zip_longest(_tokens(left), _tokens(right), fillvalue=(0, 0, "")):
        if a != b:
            return -1 if a < b else 1
    return 0


def _tokens(version: str) -> list[tuple[int, int, str]]:
    """Each token as (rank, number, letters): a release that ends here ranks 0, like a number zero.

    A leading "v" and what follows a "+" (build metadata, a distribution's revision) do not count.
    """
    text = version[:LONGEST].strip().lower().removeprefix("v").partition("+")[0]
    found = list(_TOKEN.finditer(text))
    tokens: list[tuple[int, int, str]] = []
    for position, token in enumerate(found):
        word = token[0]
        if word.isdigit():
            tokens.append((0, int(word), ""))
            continue
        followed = position + 1 < len(found) and found[position + 1][0].isdigit()
        if word in _EARLIER and (len(word) > 1 or followed):
            tokens.append((_EARLIER[word], 0, ""))
        elif word == "git" and not followed:
            tokens.append((-5, 0, ""))
        elif word in _LATER and followed:
            tokens.append((1, 0, "p"))
        else:
            tokens.append((1, len(word), word))
    while tokens and tokens[-1] == (0, 0, ""):
        tokens.pop()
    return tokens


def _sign(left: int, right: int) -> int:
    return (left > right) - (left < right)


def _compare(left: str, right: str) -> int:
    return (left > right) - (left < right)
