"""Claims of VEX documents about vulnerabilities in images."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class VexClaimRow(Row):
    """A statement of a document that a scan found in its image (`scan_id`), or of an attachment (`file_id`).

    `names` are the vulnerability's, `products` what it is said of; `since` is when it was said, if that is known.
    """

    __tablename__ = "vex_claim"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    scan_id: Mapped[str | None] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[str | None] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"), index=True)
    document: Mapped[str] = mapped_column(String(255))
    author: Mapped[str] = mapped_column(String(255))
    names: Mapped[list[Any]]
    products: Mapped[list[Any]]
    status: Mapped[str] = mapped_column(String(32))
    justification: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime | None]
    evidence: Mapped[dict[str, Any]]
