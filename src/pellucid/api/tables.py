"""Tables as answers: which format a client asks for, and the document in it."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from pellucid.api import downloads
from pellucid.errors import Detail, InvalidRequest
from pellucid.reports.pdf import Document, pdf_document
from pellucid.reports.tables import csv_lines, markdown_table, xml_lines

ContentType = Annotated[Literal["pdf", "json", "xml", "csv", "md"] | None, Query(alias="contentType")]
MEDIA_TYPES = {
    "csv": "text/csv",
    "md": "text/markdown",
    "xml": "application/xml",
    "json": "application/json",
    "pdf": "application/pdf",
}
Rows = Iterable[Sequence[str]]


def format_of(request: Request, asked: str | None, possible: Sequence[str]) -> str:
    """A word of `possible`: what the query asks for, else what the Accept header does, else json."""
    if asked is not None:
        if asked in possible:
            return asked
        reason = f"{asked} is not possible here: {', '.join(possible)}"
        raise InvalidRequest(f"contentType: {reason}.", details=[Detail(reason=reason, field="contentType")])
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    for media_type in accepted:
        for word in possible:
            if MEDIA_TYPES[word] == media_type:
                return word
    return "json"


def document(value: BaseModel) -> Response:
    """The JSON of a model, for operations that answer with tables as well."""
    return Response(value.model_dump_json(by_alias=True, exclude_none=True), media_type=MEDIA_TYPES["json"])


def pdf(name: str, content: Document) -> Response:
    """A document to save under `name` with the suffix; it is set here, outside of any transaction."""
    headers = {"Content-Disposition": downloads.saved_as(f"{name}.pdf")}
    return Response(pdf_document(content), media_type=MEDIA_TYPES["pdf"], headers=headers)


def table(word: str, name: str, columns: Sequence[str], rows: Rows) -> Response:
    """A document to save under `name` with the format's suffix. The rows are taken while it is sent."""
    if word == "csv":
        lines = csv_lines(columns, rows)
    elif word == "xml":
        lines = xml_lines("findings", "finding", columns, rows)
    else:
        lines = iter(["\n".join(markdown_table(columns, rows)) + "\n"])
    headers = {"Content-Disposition": downloads.saved_as(f"{name}.{word}")}
    return StreamingResponse((line.encode() for line in lines), media_type=MEDIA_TYPES[word], headers=headers)
