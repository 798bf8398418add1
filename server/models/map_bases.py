"""What a town's map is drawn upon."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class MapBase(Base):
    """Kept: the newest two of a town. One choice of what its map is drawn upon; the newest holds.

    `kind` is blank, file (the town's own PMTiles, whose bytes are the blob `sha256`) or tianditu (by `tk`, the town's key,
    which no page shows again). `shift` is what the town declared of a file: wgs84 (CGCS2000 is the same for us) or gcj02.
    What a file's own head says: `tiles` (png, jpeg, webp, avif or mvt), its zooms, and its box in degrees.
    """

    __tablename__ = "map_base"
    __table_args__ = (
        CheckConstraint("kind IN ('blank', 'file', 'tianditu')", name="kind"),
        CheckConstraint("shift IN ('wgs84', 'gcj02')", name="shift"),
        Index("ix_map_base_project_id", "project_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str]
    shift: Mapped[str] = mapped_column(default="wgs84")
    sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("blob.sha256"))
    tiles: Mapped[str | None]
    min_zoom: Mapped[int | None]
    max_zoom: Mapped[int | None]
    west: Mapped[float | None]
    south: Mapped[float | None]
    east: Mapped[float | None]
    north: Mapped[float | None]
    tk: Mapped[str | None] = mapped_column(SealedText("map_base.tk"))
    by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
