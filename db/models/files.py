"""What files are made of, apart from where they belong."""

from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.types import Base


class StoredFile(Base, table=True):
    """The content of a file, once, however many records hold it. Written by `db.storage`."""

    __tablename__ = "stored_files"
    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)
    append_only: ClassVar[bool] = True

    sha256: str = Field(max_length=64, primary_key=True)
    """Of the content, in hexadecimal digits."""
    size: int
    """Bytes."""
    content: bytes
