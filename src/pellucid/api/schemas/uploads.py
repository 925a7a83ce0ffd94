"""What an upload of an image says about it, in the query or in a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

from pellucid.api.schemas.wire import Wire
from pellucid.api.uploads import Form
from pellucid.domain import names
from pellucid.errors import Detail, InvalidRequest


class UploadParameters(Wire):
    create_scan: bool = True
    temp_file_id: str = ""
    image_name: str = ""
    version: str = ""
    filename: str = ""


UploadQuery = Annotated[UploadParameters, Query()]


def announced(query: UploadParameters, texts: Mapping[str, str]) -> tuple[str, str] | None:
    """Name and version, if both are known before the file. InvalidRequest when they cannot be those of an image."""
    name, version = texts.get("imageName", "") or query.image_name, texts.get("version", "") or query.version
    if not name or not version:
        return None
    return names.name(name, "imageName"), names.name(version, "version")


@dataclass(frozen=True, kw_only=True)
class NewImage:
    """A checked request for an image. `temp_file_id` "" means that its bytes came with the request."""

    name: str
    version: str
    filename: str
    temp_file_id: str
    create_scan: bool

    @classmethod
    def of(cls, query: UploadParameters, form: Form) -> "NewImage":
        """What the form says counts before what the query says. InvalidRequest names every field that is missing."""
        given = {
            "imageName": form.texts.get("imageName", "") or query.image_name,
            "version": form.texts.get("version", "") or query.version,
            "filename": form.filename or form.texts.get("filename", "") or query.filename,
        }
        temp_file_id = form.texts.get("tempFileId", "") or query.temp_file_id
        _exactly_one_source(form, temp_file_id)
        if missing := [Detail(reason="is required", field=field) for field, text in given.items() if not text.strip()]:
            words = ", ".join(detail.field for detail in missing)
            raise InvalidRequest(f"Required, but missing: {words}.", details=missing)
        return cls(
            name=names.name(given["imageName"], "imageName"),
            version=names.name(given["version"], "version"),
            filename=names.filename(given["filename"]),
            temp_file_id=names.resource_id(temp_file_id, "tempFileId") if temp_file_id else "",
            create_scan=query.create_scan,
        )


def _exactly_one_source(form: Form, temp_file_id: str) -> None:
    if form.filename is None and not temp_file_id:
        reason = "is required: the bytes as a part of a form, or tempFileId for bytes that were uploaded before"
        raise InvalidRequest(f"The file {reason}.", details=[Detail(reason=reason, field="file")])
    if form.filename is not None and temp_file_id:
        reason = "is given together with tempFileId: only one of them can be the image"
        details = [Detail(reason=reason, field=field) for field in ("file", "tempFileId")]
        raise InvalidRequest(f"The file {reason}.", details=details)
