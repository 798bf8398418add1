"""Whose data are kept and not used, at her own word: conditions that lists, exports and maps are built on (PIPL 44-47)."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from server.models import ABOUT_WOMEN, CareEvent, NamedWoman, Restriction, Submission, Woman

_AMONG: Final = select(Restriction.subject).where(
    Restriction.project_id == bindparam("project"),
    Restriction.lifted_at.is_(None),
    Restriction.subject.in_(bindparam("women", expanding=True)),
)
"""Built once: it is asked at every record about a woman."""


def restricted_women(project_id: int) -> Select[str]:
    """The uuids of the women of a project whose data nobody uses now."""
    return select(Restriction.subject).where(Restriction.project_id == project_id, Restriction.lifted_at.is_(None))


def restricted_among(db: Session, project_id: int, women: Collection[str]) -> set[str]:
    return set(db.scalars(_AMONG, {"project": project_id, "women": list(women)}))


def is_restricted(db: Session, project_id: int, woman: str) -> bool:
    """Whether her data are kept unused."""
    return bool(restricted_among(db, project_id, [woman]))


def in_use() -> ColumnElement[bool]:
    """Women whose data may be used, as a condition on Woman."""
    hers = (Restriction.project_id == Woman.project_id) & (Restriction.subject == Woman.uuid)
    return ~exists().where(hers, Restriction.lifted_at.is_(None)).correlate(Woman)


def kept_unused() -> ColumnElement[bool]:
    """Records about a woman whose data nobody uses now, or that name her beside another; a condition on Submission."""
    hers = (Restriction.project_id == CareEvent.project_id) & (Restriction.subject == CareEvent.subject)
    told = CareEvent.submission_id == Submission.id, CareEvent.subject_list.in_(ABOUT_WOMEN), hers
    named = (Restriction.project_id == NamedWoman.project_id) & (Restriction.subject == NamedWoman.woman_uuid)
    beside = NamedWoman.submission_id == Submission.id, named
    stands = Restriction.lifted_at.is_(None)
    return or_(*(exists().where(*one, stands).correlate(Submission) for one in (told, beside)))
