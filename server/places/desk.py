"""What the pages ask about villages, within a scope."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from server.access.allow import Scope
from server.models import BoundarySet, Project, Village


def list_villages(db: Session, scope: Scope) -> list[Village]:
    """The villages in force that the scope reaches, by code."""
    query = select(Village).where(Village.project_id == scope.project_id, Village.retired_at.is_(None))
    if not scope.everything:
        query = query.where(Village.id.in_(scope.village_ids))
    return list(db.scalars(query.order_by(Village.code)))


def list_tree(db: Session, project_id: int) -> list[tuple[str, str, str | None]]:
    """(code, name, code of what it is a part of) of the villages in force, by code."""
    parent = aliased(Village)
    rows = db.execute(
        select(Village.code, Village.name, parent.code)
        .outerjoin(parent, parent.id == Village.parent_id)
        .where(Village.project_id == project_id, Village.retired_at.is_(None))
        .order_by(Village.code)
    )
    return [(code, name, above) for code, name, above in rows]


def current_boundaries(db: Session, project: Project) -> tuple[BoundarySet, int] | None:
    """The newest import and how many villages are in force; None before the first."""
    newest = select(BoundarySet).where(BoundarySet.project_id == project.id).order_by(BoundarySet.id.desc()).limit(1)
    found = db.scalar(newest)
    if found is None:
        return None
    villages = select(func.count()).where(Village.project_id == project.id, Village.retired_at.is_(None))
    return found, db.scalar(villages) or 0
