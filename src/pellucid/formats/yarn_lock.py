"""Lock files of Yarn: version 1 has a format of its own, later ones ("berry") are YAML."""

from collections.abc import Iterator

import msgspec

from pellucid.formats.indented_text import lines, unquoted
from pellucid.formats.span import Data

LISTS = ("dependencies", "optionalDependencies")
MOST_REQUIRED = 1000


class Locked(msgspec.Struct, kw_only=True):
    """`specifiers` are what it was asked for by ("lodash@^4.17.0"), `resolution` is empty before Yarn 2."""

    specifiers: tuple[str, ...]
    offset: int
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    requires: list[str] = msgspec.field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the package that it was resolved to: for an alias that of the other package."""
        resolution = self.fields.get("resolution", "")
        specifier = resolution or next(iter(self.specifiers), "")
        name, at, wanted = specifier[1:].partition("@")
        if not resolution and wanted.startswith("npm:"):
            other = wanted.removeprefix("npm:")
            if "@" in other[1:]:
                return other[0] + other[1:].partition("@")[0]
        return specifier[:1] + name if at else ""

    @property
    def is_own(self) -> bool:
        """Whether it is a part of the application itself, which has no version."""
        wanted = self.fields.get("resolution", "") or next(iter(self.specifiers), "")
        return any(mark in wanted for mark in ("@workspace:", "@link:", "@portal:", "@file:"))


def locked(data: Data) -> Iterator[Locked]:
    """What is locked, in the order of the file; each with a version."""
    current: Locked | None = None
    section = ""
    for line in lines(data):
        text = line.text
        if line.indent == 0:
            if current and current.fields.get("version"):
                yield current
            named = text.endswith(":") and not text.startswith("__")
            specifiers = tuple(part.strip(" \"'") for part in text[:-1].split(","))
            current = Locked(specifiers=specifiers, offset=line.offset) if named else None
        elif current is None:
            continue
        elif line.indent == 2:
            key, value = _pair(text)
            section = key if not value else ""
            if value and key in ("version", "resolution"):
                current.fields.setdefault(key, value)
        elif line.indent == 4 and section in LISTS and len(current.requires) < MOST_REQUIRED:
            current.requires.append(_pair(text)[0])
    if current and current.fields.get("version"):
        yield current


def _pair(text: str) -> tuple[str, str]:
    """Key and value of `key "value"`, `key value`, `key: value`, `"@a/b" "^1"` or `"@a/b": ^1`."""
    if text[:1] == '"':
        key, _, rest = text[1:].partition('"')
    else:
        end = min((at for at in (text.find(" "), text.find(":")) if at >= 0), default=len(text))
        key, rest = text[:end], text[end:]
    return key, unquoted(rest.lstrip(": ").rstrip())
