"""The result cache: what was found in some bytes, whatever image they came in."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class ContentResultRow(Row):
    """`payload` is what the pipeline gave (zstd-compressed JSON); it knows which unit versions it holds."""

    __tablename__ = "content_result"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    update_time: Mapped[datetime]
