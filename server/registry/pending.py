"""Records that would make an entity of a list once somebody approves them (odk-contract.md 5.3.1)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Audit, Dataset, Entity, EntityVersion, Form, Submission, SubmissionVersion
from server.registry.applying import ERROR
from server.registry.permitted import versions_that_create


def pending_of(db: Session, dataset: Dataset) -> list[int]:
    """Ids of the records of forms that create such entities, in the order of arrival: neither approved nor rejected, and
    nothing of the list was made by them, nor was there an error with what they say now.
    """
    versions = versions_that_create(db, dataset.project_id, dataset.name)
    if not versions:
        return []
    of_record = SubmissionVersion.submission_id == Submission.id
    made = (
        select(EntityVersion.id)
        .join(Entity, Entity.id == EntityVersion.entity_id)
        .join(SubmissionVersion, SubmissionVersion.id == EntityVersion.submission_version_id)
        .where(of_record, Entity.dataset_id == dataset.id)
        .exists()
    )
    its_version = Audit.details["submissionDefId"].as_integer() == SubmissionVersion.id
    failed = select(Audit.id).where(Audit.submission_id == Submission.id, Audit.action == ERROR, its_version).exists()
    undecided = Submission.review_state.is_(None) | Submission.review_state.in_(("edited", "hasIssues"))
    query = (
        select(Submission.id)
        .join(SubmissionVersion, of_record & SubmissionVersion.is_current)
        .join(Form, Form.id == Submission.form_id)
        .where(
            SubmissionVersion.form_version_id.in_(versions),
            Submission.draft.is_(False),
            Submission.deleted_at.is_(None),
            Form.deleted_at.is_(None),
            undecided,
            ~made,
            ~failed,
        )
    )
    return list(db.scalars(query.order_by(Submission.id)))
