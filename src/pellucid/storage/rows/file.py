"""Files: the upload that an image is, and its attachments."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class FileRow(Row):
    """`sha256` names the blob; several files may share one."""

    __tablename__ = "file"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"), index=True)
    create_time: Mapped[datetime]
    is_attachment: Mapped[bool]
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSON)  # "metadata" itself is SQLAlchemy's
