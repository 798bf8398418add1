"""What the pages ask about villages, within a scope."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.models import BoundarySet, Project, Village


def list_villages(db: Session, scope: Scope) -> list[Village]:
    """The villages in force that the scope reaches, by code."""
    query = select(Village).where(Village.project_id == scope.project_id, Village.retired_at.is_(None))
    if not scope.everything:
        query = query.where(Village.id.in_(scope.village_ids))
    return list(db.scalars(query.order_by(Village.code)))


def current_boundaries(db: Session, project: Project) -> tuple[BoundarySet, int] | None:
    """The newest import and how many villages are in force; None before the first."""
    newest = select(BoundarySet).where(BoundarySet.project_id == project.id).order_by(BoundarySet.id.desc()).limit(1)
    found = db.scalar(newest)
    if found is None:
        return None
    villages = select(func.count()).where(Village.project_id == project.id, Village.retired_at.is_(None))
    return found, db.scalar(villages) or 0
