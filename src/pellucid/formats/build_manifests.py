"""Lists of packages that builders of firmware write: Yocto's, Buildroot's and OpenWrt's.

Yocto Project Reference Manual (license.manifest, image manifests, image-buildinfo); Buildroot user manual, "Complying
with open source licenses"; OpenWrt, include/image.mk.
"""

import csv
import re
from collections.abc import Iterator
from itertools import islice

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.indented_text import Line, lines
from pellucid.formats.span import Data

MOST_ROWS, LONGEST_LINE = 50_000, 512
NAME = r"[A-Za-z0-9][A-Za-z0-9+._-]{0,100}"
YOCTO_LINE = re.compile(
    rf"(?P<name>{NAME}) (?P<architecture>[A-Za-z][\w-]{{0,60}}) (?P<version>\d[\w.+~:-]{{0,100}}|git\S{{0,100}})"
)
OPENWRT_LINE = re.compile(rf"(?P<name>{NAME}) - (?P<version>(?=\S{{0,100}}\d)[\w.+~:-]{{1,100}})")
# A list of anything may have such a line: believed are files of which nearly all lines are.
LEAST_SHARE = 0.95


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A package; `recipe` is what it was built from, `licence` as it stands there."""

    name: str
    version: str
    offset: int
    architecture: str = ""
    recipe: str = ""
    licence: str = ""
    needs: tuple[str, ...] = ()


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What an image of Yocto was built from: variables, and layers with their revisions."""

    variables: dict[str, str] = msgspec.field(default_factory=dict)
    layers: dict[str, str] = msgspec.field(default_factory=dict)


def image(data: Data) -> tuple[str, list[Built]]:
    """("yocto" or "openwrt", packages) of an image's manifest; ("", []) for any other text."""
    first = data[:LONGEST_LINE].partition(b"\n")[0].decode("utf-8", "replace").rstrip()
    if not YOCTO_LINE.fullmatch(first) and not OPENWRT_LINE.fullmatch(first):
        return "", []
    found = list(islice(lines(data), MOST_ROWS))
    for kind, pattern in (("yocto", YOCTO_LINE), ("openwrt", OPENWRT_LINE)):
        built = [item for line in found if (item := _built(pattern, line))]
        if built and len(built) >= LEAST_SHARE * len(found):
            return kind, built
    return "", []


def _built(pattern: re.Pattern[str], line: Line) -> Built | None:
    match = pattern.fullmatch(line.text)
    if match is None:
        return None
    architecture = match.groupdict().get("architecture", "")
    return Built(name=match["name"], version=match["version"], architecture=architecture, offset=line.offset)


def licences(data: Data) -> Iterator[Built]:
    """The packages of a license.manifest of Yocto: paragraphs that begin with the package's name."""
    fields: dict[str, str] = {}
    offset = 0
    for line in lines(data):
        name, colon, value = line.text.partition(":")
        if not colon:
            continue
        if name == "PACKAGE NAME":
            yield from _licensed(fields, offset)
            fields, offset = {}, line.offset
        if name.isupper():
            fields.setdefault(name, value.strip())
    yield from _licensed(fields, offset)


def _licensed(fields: dict[str, str], offset: int) -> Iterator[Built]:
    if fields.get("PACKAGE NAME") and fields.get("PACKAGE VERSION"):
        yield Built(
            name=fields["PACKAGE NAME"],
            version=fields["PACKAGE VERSION"],
            offset=offset,
            recipe=fields.get("RECIPE NAME", ""),
            licence=fields.get("LICENSE", "").replace("&", " AND ").replace("|", " OR "),
        )


def configuration(data: Data) -> Configuration:
    """The file /etc/build, which image-buildinfo writes; empty for any other text."""
    found = Configuration()
    section = ""
    for line in islice(lines(data), MOST_ROWS):
        if line.text.startswith("---"):
            continue
        if line.text.endswith("|"):
            section = line.text.rstrip("| :")
            continue
        name, equals, value = line.text.partition("=")
        if equals and section == "Build Configuration":
            found.variables[name.strip()] = value.strip()
        elif equals and section == "Layer Revisions":
            found.layers[name.strip()] = value.strip()
    return found


def legal_info(data: Data) -> Iterator[Built]:
    """The packages of Buildroot's manifest.csv; raises Malformed."""
    for offset, cells in _rows(data):
        needs = cells[6] if len(cells) > 6 else ""
        names = tuple(part.strip().split(" ")[0] for part in needs.split("]") if part.strip())
        yield Built(name=cells[0], version=cells[1], offset=offset, licence=cells[2], needs=names)


def _rows(data: Data) -> Iterator[tuple[int, list[str]]]:
    """(offset, cells) of the rows below the header; a row is a line."""
    for line in lines(data):
        try:
            cells = next(csv.reader([line.text]), [])
        except csv.Error as error:
            raise Malformed(f"not a table: {error}") from error
        if len(cells) >= 3 and cells[0] != "PACKAGE":
            yield line.offset, cells
