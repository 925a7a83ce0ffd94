"""Organizations: who owns users and products."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class OrgRow(Row):
    __tablename__ = "org"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    create_time: Mapped[datetime]
