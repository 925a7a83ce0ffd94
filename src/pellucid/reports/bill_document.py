"""Bills of materials in every format that they are written in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from pellucid.domain.bill import Bill
from pellucid.reports import schemas
from pellucid.reports.bill_table import bill_csv, bill_markdown
from pellucid.reports.cyclonedx import cyclonedx
from pellucid.reports.cyclonedx_xml import cyclonedx_xml
from pellucid.reports.spdx2 import spdx2
from pellucid.reports.spdx3 import spdx3


@dataclass(frozen=True, kw_only=True)
class Format:
    """`media_type` and `suffix` are those that the format's specification registered or recommends.

    `schema` is what a document is held against, "" for none.
    """

    media_type: str
    suffix: str
    write: Callable[[Bill], str]
    schema: str = ""


def _json(build: Callable[[Bill], object]) -> Callable[[Bill], str]:
    return lambda bill: msgspec.json.format(msgspec.json.encode(build(bill)), indent=2).decode()


CYCLONEDX_JSON = "application/vnd.cyclonedx+json"
FORMATS: Mapping[str, Format] = {
    "cyclonedx": Format(
        media_type=CYCLONEDX_JSON, suffix=".cdx.json", write=_json(cyclonedx), schema="bom-1.7.SNAPSHOT"
    ),
    "cyclonedx-1.6": Format(
        media_type=CYCLONEDX_JSON,
        suffix=".cdx.json",
        write=_json(lambda bill: cyclonedx(bill, "1.6")),
        schema="bom-1.6.SNAPSHOT",
    ),
    "cyclonedx-xml": Format(
        media_type="application/vnd.cyclonedx+xml",
        suffix=".cdx.xml",
        write=lambda bill: cyclonedx_xml(cyclonedx(bill)),
        schema="bom-1.7.SNAPSHOT",
    ),
    "spdx": Format(media_type="application/spdx+json", suffix=".spdx.json", write=_json(spdx2), schema="spdx-2.3"),
    "spdx3": Format(media_type="application/ld+json", suffix=".spdx3.json", write=_json(spdx3), schema="spdx-3.0.1"),
    "csv": Format(media_type="text/csv", suffix=".csv", write=bill_csv),
    "md": Format(media_type="text/markdown", suffix=".md", write=bill_markdown),
}


def bill_document(bill: Bill, format_: str) -> str:
    """The bill in one of FORMATS; ends with a line break. Raises InvalidReport when it does not meet its schema."""
    text = FORMATS[format_].write(bill)
    return text if text.endswith("\n") else text + "\n"


def prepare(format_: str) -> None:
    """Load what writing that format takes: for those who have the time before they have the bill."""
    if name := FORMATS[format_].schema:
        schemas.prepare(name)
