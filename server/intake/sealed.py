"""Sealed records as the office sees them: that one of a form came on a day, and why nobody reads it. No answers, no sender."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.projects import is_of_forms
from server.models import Form, FormVersion, Seal, Submission, VillageScope


@dataclass(frozen=True)
class SealedRow:
    """`reason` is Seal.reason."""

    id: int
    form_name: str
    received_at: datetime
    reason: str


def sealed_within(scope: Scope) -> ColumnElement[bool]:
    """A sealed record lies in no village: whoever has some villages sees those whose senders work in one of them."""
    here = (Submission.project_id == scope.project_id) & Submission.draft.is_(False) & Submission.deleted_at.is_(None)
    here &= Submission.sealed.is_(True) & is_of_forms(scope)  # also that there was one is told to nobody else
    if scope.everything:
        return here
    works_there = (
        (VillageScope.actor_id == Submission.submitter_id)
        & (VillageScope.project_id == scope.project_id)
        & VillageScope.village_id.in_(scope.village_ids)
    )
    return here & exists().where(works_there)


def rows_within(scope: Scope) -> Select[int, str, datetime, str]:
    return (
        select(Submission.id, func.coalesce(FormVersion.name, Form.xml_form_id), Submission.created_at, Seal.reason)
        .join(Seal, Seal.submission_id == Submission.id)
        .join(Form, Form.id == Submission.form_id)
        .outerjoin(FormVersion, FormVersion.id == Form.current_version_id)
        .where(sealed_within(scope))
    )


def count_sealed(db: Session, scope: Scope) -> int:
    return db.scalar(select(func.count()).select_from(Submission).where(sealed_within(scope))) or 0


def list_sealed(db: Session, scope: Scope, offset: int, limit: int) -> list[SealedRow]:
    """The newest first."""
    order = (Submission.created_at.desc(), Submission.id.desc())
    return [SealedRow(*row) for row in db.execute(rows_within(scope).order_by(*order).offset(offset).limit(limit))]


def find_sealed(db: Session, scope: Scope, submission_id: int) -> SealedRow | None:
    row = db.execute(rows_within(scope).where(Submission.id == submission_id)).first()
    return SealedRow(*row) if row else None
