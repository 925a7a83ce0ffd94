"""Images: versions of a product's software."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class ImageRow(Row):
    """Name and version name one image of a product, archived or not."""

    __tablename__ = "image"
    __table_args__ = (UniqueConstraint("product_id", "name", "version"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    version: Mapped[str] = mapped_column(String(255))
    author_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"), index=True)
    create_time: Mapped[datetime]
    is_archived: Mapped[bool]
