"""Tables as documents: CSV (RFC 4180) for spreadsheets, Markdown for people, XML for programs."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from pellucid.reports.text import plain
from pellucid.reports.xml_text import xml_text

# A spreadsheet takes what begins like this for a formula.
FORMULA = ("=", "+", "-", "@")
ESCAPED = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_{}[]<>#|~"})
Rows = Iterable[Sequence[str]]


def csv_lines(columns: Sequence[str], rows: Rows) -> Iterator[str]:
    """The head and the rows, one line each."""
    yield _csv_line(columns)
    for row in rows:
        yield _csv_line([_cell(text) for text in row])


def markdown_table(heads: Sequence[str], rows: Rows) -> list[str]:
    """Lines of a table; what would be markup in a text is escaped."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return lines + [f"| {' | '.join(map(markdown_text, row))} |" for row in rows]


def markdown_text(text: str) -> str:
    """On one line, without markup."""
    return plain(text).translate(ESCAPED)


def xml_lines(root: str, item: str, columns: Sequence[str], rows: Rows) -> Iterator[str]:
    """A document with an element for each row, and in it one for each column; the names are ours."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n'
    for row in rows:
        cells = "".join(
            f"<{name}>{xml_text(plain(text))}</{name}>" for name, text in zip(columns, row, strict=True) if text
        )
        yield f"  <{item}>{cells}</{item}>\n"
    yield f"</{root}>\n"


def _csv_line(row: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(row)
    return written.getvalue()


def _cell(text: str) -> str:
    text = plain(text)
    return f"'{text}" if text.startswith(FORMULA) else text
