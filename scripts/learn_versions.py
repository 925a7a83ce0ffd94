"""Versions: what upstream calls a version of Debian's, and regular expressions for the versions of a product."""

import re
from collections.abc import Collection, Iterable, Iterator

from pellucid.formats import version_order

PACKAGING = re.compile(r"[.+~-]?(?:dfsg|ds|debian|repack|repacked|orig|deb)(?:[\d.+~-].*)?$")
PLAIN = re.compile(r"\d+(?:\.\d+)*(?:[a-z]|-?[pP]\d+)?")
SUFFIXES = (("[a-z]", "[a-z]"), ("p[0-9]+", r"p\d{1,2}"), ("-?P[0-9]+", r"-?P\d{1,2}"))
UNFINISHED = r"(?:[-.]?(?:rc|alpha|beta|pre)[-.]?\d{0,3})?"
END = r"(?![0-9A-Za-z]|\.[0-9])"
INSIDE = re.compile(rb"[0-9]\.?\Z")
MOST_PARTS = 4


def upstream(debian: str) -> str:
    """Upstream's version in a Debian version ("1:1.2.13.dfsg-1" -> "1.2.13").

    Empty for a snapshot, a pre-release and whatever else upstream did not release under a plain number.
    """
    version = debian.partition(":")[2] or debian
    version = version.rpartition("-")[0] or version
    if "really" in version:
        version = version.rpartition("really")[2].lstrip(".-")
    version = PACKAGING.sub("", version)
    return version if PLAIN.fullmatch(version) else ""


def parts(version: str) -> list[str]:
    return re.split(r"[.-]", version)


def same(left: str, right: str) -> bool:
    """Whether two spellings mean one version: 2.14 and 2.14.0, 6.9.11.60 and 6.9.11-60."""
    return _bare(left) == _bare(right)


def _bare(version: str) -> list[str]:
    found = [part.lstrip("0") or "0" for part in parts(version)]
    while len(found) > 1 and found[-1] == "0":
        found.pop()
    return found


class Spellings:
    """A version as programs spell it: whole, with or without zeroes at the end, the last part after "-"."""

    def __init__(self, version: str) -> None:
        found = parts(version)
        texts = {version}
        if len(found) > 2 and found[-1] == "0":
            texts.add(version.rpartition(".")[0])
        if 1 < len(found) < MOST_PARTS and found[-1].isdigit():
            texts.add(version + ".0")
        if len(found) == MOST_PARTS:
            texts.add(".".join(found[:-1]) + "-" + found[-1])
        choices = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
        self._start = (min(texts, key=len) if len(found) != MOST_PARTS else ".".join(found[:-1])).encode()
        self._whole = re.compile(rf"(?:{choices}){END}".encode())

    def places(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of each place, as a number of its own: not inside of a longer one."""
        at = data.find(self._start)
        while at >= 0:
            found = self._whole.match(data, at)
            if found and not INSIDE.search(data[max(at - 2, 0) : at]):
                yield at, found.end()
            at = data.find(self._start, at + 1)


def expression(versions: Collection[str]) -> str:
    """A regular expression, as text, for versions shaped like these and their like; without the end.

    One number alone is only allowed where a version of the product is one.
    """
    split = [re.match(r"[\d.]+", version) for version in versions]
    numbers = [found[0].split(".") for found in split if found]
    fewest, most = min(map(len, numbers)), max(map(len, numbers))
    widest = max(len(part) for parts_ in numbers for part in parts_)
    width = 8 if widest > 4 else 4
    least = 0 if fewest == 1 else 1
    most = 1 if fewest == most == 1 else max(most - 1, 2) + (1 if least else 0)
    text = rf"\d{{1,{width}}}(?:\.\d{{1,{width}}}){{{least},{most}}}"
    if most == 1 and fewest == 1:
        text = rf"\d{{1,{width}}}(?:\.\d{{1,{width}}})?"
    if any("-" in version for version in versions):
        text += r"(?:-\d{1,4})?"
    for observed, allowed in SUFFIXES:
        if any(re.search(rf"\d{observed}$", version) for version in versions):
            text += f"(?:{allowed})?"
    return text + UNFINISHED


def differing(versions: Iterable[str]) -> int:
    """How many versions these are, two spellings of one counted once."""
    return len({tuple(_bare(version)) for version in versions})


def inside(version: str, bounds: str) -> bool:
    """Whether a version lies in a range of the VERS specification that has bounds only ("vers:generic/>1.2|<2.0")."""
    for bound in bounds.rpartition("/")[2].split("|"):
        found = re.match(r"([<>]=?)(.*)", bound)
        if found is None:
            return False
        order = version_order.upstream(version, found[2])
        fits = order == 0 if "=" in found[1] else False
        if not (fits or (order < 0 if "<" in found[1] else order > 0)):
            return False
    return True
