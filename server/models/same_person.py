"""Two registrations of one woman: how they are found, what somebody decided of them, and which count as one."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedBytes


class PersonKey(Base):
    """Kept. What a project's words of PersonWord are made with: random bytes, sealed."""

    __tablename__ = "person_key"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(SealedBytes("person_key.key"))


class PersonWord(Base):
    """Derived. One thing by which a woman who agrees to be cared for is found: 63 bits of HMAC (registry/person_words.py).

    The database alone tells that two women share a word, and not which.
    """

    __tablename__ = "person_word"
    __table_args__ = (Index("ix_person_word_woman_uuid", "project_id", "woman_uuid"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    word: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    woman_uuid: Mapped[str] = mapped_column(primary_key=True)


class PersonWait(Base):
    """Kept until done. A woman whose words are to be made anew, and whose likes are to be looked for."""

    __tablename__ = "person_wait"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    woman_uuid: Mapped[str] = mapped_column(primary_key=True)


class PersonPair(Base):
    """Two women who may be the same, the smaller uuid first. Derived while `state` is open; kept once somebody decided.

    `reasons` are words of registry/likeness.py REASONS with blanks between them: what they share, never its value.
    `different`: somebody who knows said that they are two people, so nobody asks again.
    """

    __tablename__ = "person_pair"
    __table_args__ = (
        UniqueConstraint("project_id", "first_uuid", "second_uuid"),
        CheckConstraint("state IN ('open', 'different')", name="state"),
        Index("ix_person_pair_second_uuid", "project_id", "second_uuid"),
        Index("ix_person_pair_state", "project_id", "state", "weight"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    first_uuid: Mapped[str]
    second_uuid: Mapped[str]
    weight: Mapped[int]
    reasons: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    found_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    decided_at: Mapped[datetime | None]


class PersonMerge(Base):
    """Kept. Two registrations are one woman's: what is told of `other_uuid` counts as told of `kept_uuid`, until it is undone.

    Her records and what lists said stay as they were. `moved_json` holds the ids of kept rows that were hung on the other
    uuid and went along ({"withdrawals": [], "acts": []}), for undoing. Goes with an erasure.
    """

    __tablename__ = "person_merge"
    __table_args__ = (
        Index("ix_person_merge_kept_uuid", "project_id", "kept_uuid"),
        Index(
            "uq_person_merge_in_force",
            "project_id",
            "other_uuid",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kept_uuid: Mapped[str]
    other_uuid: Mapped[str]
    moved_json: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    undone_at: Mapped[datetime | None]
