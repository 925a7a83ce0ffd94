"""Bills of materials in every format that they are written in."""

from collections.abc import Callable, Mapping
from importlib import import_module

import msgspec

from pellucid.domain.bill import Bill
from pellucid.reports import schemas


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """`media_type` and `suffix` are those that the format's specification registered or recommends.

    `writer` is a module of this package and its function that gives a text, or what is to be written as JSON; it is
    imported when it is asked to. `schema` is what a document is held against, "" for none.
    """

    media_type: str
    suffix: str
    writer: str
    schema: str = ""


CYCLONEDX_JSON, CYCLONEDX_XML = "application/vnd.cyclonedx+json", "application/vnd.cyclonedx+xml"
NEWEST = "bom-1.7.SNAPSHOT"
FORMATS: Mapping[str, Format] = {
    name: Format(media_type=media_type, suffix=suffix, writer=writer, schema=schema)
    for name, media_type, suffix, writer, schema in (
        ("cyclonedx", CYCLONEDX_JSON, ".cdx.json", "cyclonedx:cyclonedx", NEWEST),
        ("cyclonedx-1.6", CYCLONEDX_JSON, ".cdx.json", "cyclonedx:cyclonedx_1_6", "bom-1.6.SNAPSHOT"),
        ("cyclonedx-xml", CYCLONEDX_XML, ".cdx.xml", "cyclonedx_xml:bill_xml", NEWEST),
        ("spdx", "application/spdx+json", ".spdx.json", "spdx2:spdx2", "spdx-2.3"),
        ("spdx3", "application/ld+json", ".spdx3.json", "spdx3:spdx3", "spdx-3.0.1"),
        ("csv", "text/csv", ".csv", "bill_table:bill_csv", ""),
        ("md", "text/markdown", ".md", "bill_table:bill_markdown", ""),
    )
}


def bill_document(bill: Bill, format_: str) -> str:
    """The bill in one of FORMATS; ends with a line break. Raises InvalidReport when it does not meet its schema."""
    written = _writer(format_)(bill)
    text = written if isinstance(written, str) else msgspec.json.format(msgspec.json.encode(written), indent=2).decode()
    return text if text.endswith("\n") else text + "\n"


def prepare(format_: str) -> None:
    """Load what writing that format takes: for those who have the time before they have the bill."""
    _writer(format_)
    if name := FORMATS[format_].schema:
        schemas.prepare(name)


def _writer(format_: str) -> Callable[[Bill], object]:
    module, _, function = FORMATS[format_].writer.partition(":")
    found: Callable[[Bill], object] = getattr(import_module(f"pellucid.reports.{module}"), function)
    return found
