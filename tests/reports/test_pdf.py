"""PDF: what a document holds is in it as it is, whatever it looks like; the same document gives the same bytes."""

import io
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from pypdf import PdfReader

from pellucid.reports.pdf import LONGEST, MOST_LINES, MOST_ROWS, Column, Document, Section, pdf_document

MADE = datetime(2026, 3, 4, 5, 6, 0, 7, tzinfo=UTC)
COLUMNS = (Column(head="Name", share=1), Column(head="Where", share=2, code=True))


def document(*rows: tuple[str, str], title: str = "A report") -> Document:
    return Document(
        title=title,
        subtitle="Of something",
        made=MADE,
        facts=(("Product", "router"),),
        counts=(("things", 7),),
        sections=(Section(title="Things", text="All.", columns=COLUMNS, rows=rows, empty="There are none."),),
    )


def pages(content: bytes) -> list[str]:
    """The text of each page, without blanks and marks where lines may end: lines end where there is no room."""
    blank = str.maketrans("", "", " \n\u200b")
    return [page.extract_text().translate(blank) for page in PdfReader(io.BytesIO(content)).pages]


def test_what_is_in_it() -> None:
    (page,) = pages(pdf_document(document(("AES", "/usr/lib/libcrypto.so.3"))))
    for text in ("Areport", "Ofsomething", "Productrouter", "7things", "AES", "/usr/lib/libcrypto.so.3", "Page1of1"):
        assert text in page
    assert "Therearenone." in pages(pdf_document(document()))[0]


def test_markup_is_text() -> None:
    hostile = '#read("/etc/passwd") *b* $x$ <label> @ref \\ [`] = // /* #import "@preview/a:0.1.0"'
    wanted = hostile.replace(" ", "")
    (page,) = pages(pdf_document(document((hostile, hostile), title=hostile)))
    assert page.count(wanted) >= 2


def test_the_same_bytes_but_for_the_time() -> None:
    content = pdf_document(document(("AES", "a")))
    assert pdf_document(document(("AES", "a"))) == content
    later = pdf_document(structs.replace(document(("AES", "a")), made=datetime(2027, 1, 1, tzinfo=UTC)))
    assert later != content
    assert b"D:20260304050600" in content


def test_long_names_are_wrapped_then_cut_and_long_tables_are_counted() -> None:
    name = "x" * 200
    (page,) = pages(pdf_document(document((name, name))))
    assert page.count(name) == 2
    (page,) = pages(pdf_document(document(("y" * 5000, "z"))))
    assert "y" * (LONGEST - 1) + "…" in page
    assert "y" * LONGEST not in page
    lines = PdfReader(io.BytesIO(pdf_document(document(("one\ntwo", "z"))))).pages[0].extract_text().splitlines()
    assert "one" in [line.strip() for line in lines], "a line of a cell is a line"
    many = pages(pdf_document(document(*((f"row{number}", "z") for number in range(MOST_ROWS + 3)))))
    assert f"row{MOST_ROWS - 1}z" in many[-1]
    assert f"row{MOST_ROWS}z" not in many[-1]
    assert "3morearenotprinted" in many[-1]
    assert f"Page{len(many)}of{len(many)}" in many[-1]
    assert "NameWhere" in many[1], "the head of the table stands on each page"


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text(name: str, path: str) -> None:
    assert pdf_document(document((name, path), title=name)).startswith(b"%PDF-")


@pytest.mark.parametrize("module", ["pellucid.cli.main", "pellucid.api.routes.crypto_materials"])
def test_the_library_is_loaded_when_it_is_needed(module: str) -> None:
    program = f"import sys, {module}; assert 'pellucid' in sys.modules; assert 'typst' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_name_of_many_lines_fills_no_pages() -> None:
    read = pages(pdf_document(document(("a\n" * 5000, "path"))))
    assert len(read) == 1
    assert "".join(read).count("\na\n") <= MOST_LINES
