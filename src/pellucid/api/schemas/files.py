"""Files and places to upload to, on the wire."""

from pellucid.api.links import Links
from pellucid.api.schemas.users import User
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import file


class File(Wire):
    """`download_url` works without a token for a limited time, and with one always."""

    id: str
    create_time: Time
    parent: str
    author: User
    filename: str
    is_attachment: bool
    download_url: str
    metadata: dict[str, str]

    @classmethod
    def of(cls, value: file.File, links: Links) -> "File":
        return cls(
            id=value.id,
            create_time=value.create_time,
            parent=value.parent,
            author=User.of(value.author),
            filename=value.filename,
            is_attachment=value.is_attachment,
            download_url=links.download(value),
            metadata=dict(value.metadata),
        )


class Files(Wire):
    files: list[File]


class TempFile(Wire):
    id: str
    upload_url: str

    @classmethod
    def of(cls, value: file.TempFile, links: Links) -> "TempFile":
        return cls(id=value.id, upload_url=links.upload(value))
