"""What the town's office did that a rule asked for."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class OfficeAct(Base):
    """Kept. A training session that was held, or papers that were issued, on `on_day`, for a period of a rule
    (server/followups/office_rules) that is named by its first day. One that was taken back stays with `undone_at`; of
    the others there is one a day."""

    __tablename__ = "office_act"
    __table_args__ = (
        Index(
            "ix_office_act_standing",
            *("project_id", "rule", "period", "on_day"),
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    rule: Mapped[str]
    rule_version: Mapped[int]
    period: Mapped[date]
    on_day: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    undone_at: Mapped[datetime | None]
