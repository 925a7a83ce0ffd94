"""Temporary files: places that one upload may be put to, before an image takes it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class TempFileRow(Row):
    """`sha256` and `size` are null until the bytes are there."""

    __tablename__ = "temp_file"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"), index=True)
    create_time: Mapped[datetime]
    expires: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int | None] = mapped_column(BigInteger)
    used: Mapped[bool]
