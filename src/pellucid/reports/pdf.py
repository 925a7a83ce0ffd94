"""Documents as PDF: facts, counts and tables, set by typst from one template, templates/report.typ.

What is set comes as JSON beside the template, never as markup, so that no text of an image can be taken for any.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path

import msgspec
from msgspec import structs

from pellucid.errors import InvalidReport
from pellucid.reports.text import plain

TEMPLATE = "report.typ"
# Longer texts are cut, and those of more lines: a hostile name must not fill pages.
LONGEST = 300
MOST_LINES = 40
# Of one table; the rest is counted below it. So many take a second and 150 MB.
MOST_ROWS = 500
# Within a word: after a mark, else after so many letters.
MAY_END = re.compile(r"(?:[^\s/!._,=:@-]{0,23}[/!._,=:@-]|[^\s/!._,=:@-]{24})(?=\S)")


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """`share` of the width beside the shares of the others; `code`: paths and names, set in letters of one width."""

    head: str
    share: int = 1
    code: bool = False


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading, a text and a table; `empty` is said where the table has no rows."""

    title: str
    text: str = ""
    columns: tuple[Column, ...] = ()
    rows: Sequence[Sequence[str]] = ()
    empty: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """`facts` say what it is about, `counts` what came of it; `made` is printed, and is the time in the file."""

    title: str
    subtitle: str
    made: datetime
    facts: Sequence[tuple[str, str]]
    counts: Sequence[tuple[str, int]]
    sections: Sequence[Section]


def pdf_document(document: Document) -> bytes:
    """The same document gives the same bytes. Raises InvalidReport when it cannot be set."""
    # Loaded when it is asked for: it is by far the largest library of all.
    import typst  # noqa: PLC0415 (see above)

    folder = Path(__file__).with_name("templates")
    with resources.as_file(folder) as root:
        try:
            return typst.compile(
                root / TEMPLATE,
                root=root,
                ignore_system_fonts=True,
                # No package may be loaded, from the disk or the network; the template names none.
                package_path=root,
                package_cache_path=root,
                sys_inputs={"data": json.dumps(_content(document), ensure_ascii=False)},
                timestamp=int(document.made.timestamp()),
            )
        except typst.TypstError as error:
            raise InvalidReport(f"The report cannot be set as PDF: {error.message[:200]}.") from None


def _content(document: Document) -> object:
    """What the template reads; each text that may have several lines is a list of them."""
    return {
        "title": _cut(document.title),
        "subtitle": plain(document.subtitle),
        "made": f"{document.made:%Y-%m-%d %H:%M} UTC",
        "facts": [(plain(name), _lines(text)) for name, text in document.facts],
        "counts": [(plain(name), number) for name, number in document.counts],
        "sections": [_section(section) for section in document.sections],
    }


def _section(section: Section) -> object:
    return {
        "title": plain(section.title),
        "text": _lines(section.text, longest=10 * LONGEST) if section.text else [],
        "columns": [structs.asdict(column) for column in section.columns],
        "rows": [[_lines(text) for text in row] for row in section.rows[:MOST_ROWS]],
        "left_out": max(len(section.rows) - MOST_ROWS, 0),
        "empty": plain(section.empty),
    }


def _lines(text: str, longest: int = LONGEST) -> list[str]:
    """With marks where a line may end: names and paths have no blanks."""
    lines = text.split("\n", MOST_LINES)
    shown = [*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])]
    return [MAY_END.sub("\\g<0>\u200b", _cut(line, longest)) for line in shown]


def _cut(text: str, longest: int = LONGEST) -> str:
    text = plain(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
