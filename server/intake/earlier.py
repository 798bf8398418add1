"""Other records about the same home or person, for who looks at one: as far as the reader's scope reaches them.

Records of a home lead to records of that home, and those of a woman to hers, never from one to the other.
"""

from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from server.access.allow import Scope
from server.intake.desk import RecordRow, row_of, rows_query
from server.intake.wanted import in_scope
from server.models import CareEvent, EntityVersion, Submission, SubmissionVersion

MOST: Final = 6


def list_others(db: Session, scope: Scope, submission_id: int) -> list[RecordRow]:
    """The newest first, no more than MOST."""
    about = db.get(CareEvent, submission_id)
    same = by_subject(about) if about else by_entity(submission_id)
    query = rows_query().where(Submission.id.in_(same), Submission.id != submission_id, in_scope(scope))
    rows = db.execute(query.order_by(Submission.created_at.desc(), Submission.id.desc()).limit(MOST))
    return [row_of(*row) for row in rows]


def by_subject(about: CareEvent) -> Select[int]:
    return select(CareEvent.submission_id).where(
        CareEvent.project_id == about.project_id,
        CareEvent.subject_list == about.subject_list,
        CareEvent.subject == about.subject,
    )


def by_entity(submission_id: int) -> Select[int]:
    """Records that made or changed an entity which this one made or changed, too."""
    mine, version = aliased(EntityVersion), aliased(SubmissionVersion)
    touched = (
        select(mine.entity_id)
        .join(version, version.id == mine.submission_version_id)
        .where(version.submission_id == submission_id)
    )
    return (
        select(SubmissionVersion.submission_id)
        .join(EntityVersion, EntityVersion.submission_version_id == SubmissionVersion.id)
        .where(EntityVersion.entity_id.in_(touched))
    )
