"""Files by their content."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class Blob(Base):
    """Kept. The bytes are in the blob store under `sha256` (hex); a row exists only once they are on disk."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    md5: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    content_type: Mapped[str]
    created_at: Mapped[datetime]
