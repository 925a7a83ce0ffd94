"""Bills of materials in every format that they are written in."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType

import msgspec

from pellucid.domain.bill import Bill
from pellucid.reports import schemas


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """`media_type` and `suffix` are those that the format's specification registered or recommends.

    `writer` is the module of this package that writes it, imported when it is asked to. `schema` is what a document is
    held against, "" for none.
    """

    media_type: str
    suffix: str
    writer: str
    write: Callable[[ModuleType, Bill], str]
    schema: str = ""


def _json(document: object) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


CYCLONEDX_JSON = "application/vnd.cyclonedx+json"
FORMATS: Mapping[str, Format] = {
    "cyclonedx": Format(
        media_type=CYCLONEDX_JSON,
        suffix=".cdx.json",
        writer="cyclonedx",
        write=lambda writer, bill: _json(writer.cyclonedx(bill)),
        schema="bom-1.7.SNAPSHOT",
    ),
    "cyclonedx-1.6": Format(
        media_type=CYCLONEDX_JSON,
        suffix=".cdx.json",
        writer="cyclonedx",
        write=lambda writer, bill: _json(writer.cyclonedx(bill, "1.6")),
        schema="bom-1.6.SNAPSHOT",
    ),
    "cyclonedx-xml": Format(
        media_type="application/vnd.cyclonedx+xml",
        suffix=".cdx.xml",
        writer="cyclonedx_xml",
        write=lambda writer, bill: writer.bill_xml(bill),
        schema="bom-1.7.SNAPSHOT",
    ),
    "spdx": Format(
        media_type="application/spdx+json",
        suffix=".spdx.json",
        writer="spdx2",
        write=lambda writer, bill: _json(writer.spdx2(bill)),
        schema="spdx-2.3",
    ),
    "spdx3": Format(
        media_type="application/ld+json",
        suffix=".spdx3.json",
        writer="spdx3",
        write=lambda writer, bill: _json(writer.spdx3(bill)),
        schema="spdx-3.0.1",
    ),
    "csv": Format(
        media_type="text/csv",
        suffix=".csv",
        writer="bill_table",
        write=lambda writer, bill: writer.bill_csv(bill),
    ),
    "md": Format(
        media_type="text/markdown",
        suffix=".md",
        writer="bill_table",
        write=lambda writer, bill: writer.bill_markdown(bill),
    ),
}


def bill_document(bill: Bill, format_: str) -> str:
    """The bill in one of FORMATS; ends with a line break. Raises InvalidReport when it does not meet its schema."""
    form = FORMATS[format_]
    text = form.write(_writer(form), bill)
    return text if text.endswith("\n") else text + "\n"


def prepare(format_: str) -> None:
    """Load what writing that format takes: for those who have the time before they have the bill."""
    form = FORMATS[format_]
    _writer(form)
    if form.schema:
        schemas.prepare(form.schema)


def _writer(form: Format) -> ModuleType:
    return import_module(f"pellucid.reports.{form.writer}")
