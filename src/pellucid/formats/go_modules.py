"""Files of Go modules: go.mod and go.sum (Go Modules Reference, "go.mod files" and "go.sum files")."""

import re
from collections.abc import Iterator
from itertools import islice

import msgspec

from pellucid.formats.indented_text import Line, lines, unquoted
from pellucid.formats.span import Data

PATH = re.compile(r"[A-Za-z0-9][\w.~-]*(?:/[\w.~-]+)*", re.ASCII)
VERSION = re.compile(r"v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
CONTENT_HASH = re.compile(r"h1:[A-Za-z0-9+/]{43}=")
MOST_DIRECTIVES = 50_000
DIRECTIVES = frozenset(
    ("module", "go", "toolchain", "require", "exclude", "replace", "retract", "tool", "godebug", "ignore")
)


class Directive(msgspec.Struct, frozen=True, kw_only=True):
    """A line of go.mod, also one of a block: what it directs, its words without comment and quotes, its text."""

    name: str
    words: tuple[str, ...]
    line: Line


class Required(msgspec.Struct, frozen=True, kw_only=True):
    """A module at the version that is wanted, and the line that says so.

    A module that is replaced by a folder keeps its path and has no version.
    """

    path: str
    version: str
    text: str
    offset: int


def directives(data: Data) -> Iterator[Directive]:
    """The lines of a go.mod in their order; those that are none are left out."""
    block = ""
    for line in lines(data):
        words = tuple(map(unquoted, line.text.partition("//")[0].split()))
        if not words:
            continue
        if block:
            if words == (")",):
                block = ""
            else:
                yield Directive(name=block, words=words, line=line)
        elif words[0] in DIRECTIVES:
            if words[1:] == ("(",):
                block = words[0]
            else:
                yield Directive(name=words[0], words=words[1:], line=line)


def required(data: Data) -> Iterator[Required]:
    """The modules that a go.mod requires, after its replacements."""
    found = list(islice(directives(data), MOST_DIRECTIVES))
    if not any(item.name == "module" and len(item.words) == 1 and PATH.fullmatch(item.words[0]) for item in found):
        return
    replacements: dict[tuple[str, ...], tuple[str, ...]] = {}
    for item in found:
        if item.name == "replace" and "=>" in item.words:
            at = item.words.index("=>")
            replacements[item.words[:at]] = item.words[at + 1 :]
    for item in found:
        if item.name != "require" or len(item.words) != 2:
            continue
        path, version = item.words
        if not PATH.fullmatch(path) or not VERSION.fullmatch(version):
            continue
        other = replacements.get((path, version)) or replacements.get((path,))
        if other is None:
            yield _required(path, version, item.line)
        elif len(other) == 2:
            yield _required(other[0], other[1], item.line)
        else:
            yield _required(path, "", item.line)


def sums(data: Data) -> Iterator[Required]:
    """The modules whose content was downloaded, as go.sum lists them; several versions of one may be there."""
    for line in lines(data):
        words = line.text.split()
        if len(words) != 3 or not CONTENT_HASH.fullmatch(words[2]):
            continue
        if PATH.fullmatch(words[0]) and VERSION.fullmatch(words[1]):
            yield _required(words[0], words[1], line)


def _required(path: str, version: str, line: Line) -> Required:
    text = line.text.lstrip()
    return Required(path=path, version=version, text=text, offset=line.offset + len(line.text) - len(text))
