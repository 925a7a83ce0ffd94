"""The part of TOML 1.0 that lock files use: tables, arrays of tables, one key a line; arrays stay text."""

import re
from collections.abc import Iterator

import msgspec

from pellucid.formats.indented_text import lines
from pellucid.formats.span import Data

MOST_KEYS = 1000
LONGEST_VALUE = 64 << 10
PAIR = re.compile(r"""("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=\s*(.*)$""")
STRING = re.compile(r""""([^"]*)"|'([^']*)'""")


class Table(msgspec.Struct, kw_only=True):
    """A table: `name` as it stands in its brackets ("package.dependencies"), "" for the keys before the first one.

    Values are strings without their quotes, and the text of everything else.
    """

    name: str
    offset: int
    fields: dict[str, str] = msgspec.field(default_factory=dict)

    def __getitem__(self, key: str) -> str:
        """The value of a key, empty when it is not there."""
        return self.fields.get(key, "")


def tables(data: Data) -> Iterator[Table]:
    """The tables in their order, empty ones too. Lines that are neither header nor key are left out."""
    table = Table(name="", offset=0)
    unfinished = ""
    for line in lines(data):
        if unfinished:
            if len(table.fields[unfinished]) < LONGEST_VALUE:
                table.fields[unfinished] += "\n" + line.text
            if line.text.startswith("]"):
                unfinished = ""
        elif line.text.startswith("["):
            yield table
            table = Table(name=line.text.partition("]")[0].lstrip("[").strip(), offset=line.offset)
        elif (pair := PAIR.match(line.text)) and len(table.fields) < MOST_KEYS:
            key = pair[1].strip("\"'")
            table.fields[key] = _value(pair[2])
            if pair[2].startswith("[") and "]" not in pair[2]:
                unfinished = key
    yield table


def strings(text: str) -> list[str]:
    """All quoted strings in the text of an array or of an inline table; those with escaped quotes are cut."""
    return [found[1] if found[1] is not None else found[2] for found in STRING.finditer(text)]


def _value(text: str) -> str:
    found = STRING.match(text)
    return (found[1] if found[1] is not None else found[2]) if found else text.strip()
