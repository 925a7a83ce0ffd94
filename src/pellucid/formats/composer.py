"""What Composer, the package manager of PHP, writes: versions, and the table vendor/composer/installed.php."""

import re
from collections.abc import Iterator

import msgspec

from pellucid.formats.indented_text import lines
from pellucid.formats.span import Data

PACKAGE = re.compile(r"'([A-Za-z0-9][\w.-]*/[\w.-]+)' => (?:array\(|\[)$")
FIELD = re.compile(r"'(name|pretty_version)' => '([^']*)',$")


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """A package with the version that it gives itself."""

    name: str
    version: str
    offset: int


def installed(data: Data) -> Iterator[Installed]:
    """The packages of installed.php, without the application itself, which stands in it as the root."""
    root = name = ""
    offset = 0
    for line in lines(data):
        if found := PACKAGE.match(line.text):
            name, offset = found[1], line.offset
        elif found := FIELD.match(line.text):
            if found[1] == "name":
                root = root or found[2]
            elif name and name != root:
                yield Installed(name=name.lower(), version=plain_version(found[2]), offset=offset)
                name = ""
        elif line.text[:1] in ")]":
            name = ""


def plain_version(stated: str) -> str:
    """A version without the "v" before it; empty for a branch, which has none."""
    if stated.startswith("dev-") or stated.endswith("-dev"):
        return ""
    return stated[1:] if stated[:1] in ("v", "V") and stated[1:2].isdigit() else stated
