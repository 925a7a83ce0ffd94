"""API clients: programs that authenticate with an id and a secret."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class ApiClientRow(Row):
    """`user_id` is the service account that the client acts as."""

    __tablename__ = "api_client"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(255), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    create_time: Mapped[datetime]
