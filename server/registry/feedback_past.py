"""Feedback that came while a project was plain: records with a sender and a minute. When it becomes a care project, they go."""

import hashlib
from datetime import datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from server.models import FEEDBACK, FeedbackReceipt, Form, FormVersion, Project, Submission, SubmissionVersion
from server.registry.emptying import empty_records
from server.registry.feedback_desk import DueDay, take_in
from server.registry.feedback_told import read_told


def receipt_of(form_id: int, instance_id: str, xml: bytes) -> FeedbackReceipt:
    """What stays of a record, so that it is known when it is sent again. Its id is random: nobody finds it by trying."""
    mark = hashlib.sha256(f"{form_id} {instance_id}".encode()).digest()
    return FeedbackReceipt(mark=mark, digest=hashlib.sha256(xml).digest())


def take_over(db: Session, project: Project, due_day: DueDay) -> None:
    """Makes feedback of them, of the day on which each came, and empties the records: sender, phone and answers are gone.

    An emptied record is in nobody's scope (access/projects.py). What was deleted, or could not be read, is emptied alone.
    """
    here = (Submission.project_id == project.id) & (Form.xml_form_id == FEEDBACK) & ~Submission.draft
    known = select(Submission.id, Submission.created_at, Submission.deleted_at).join(
        Form, Form.id == Submission.form_id
    )
    ids = []
    for submission_id, created_at, deleted_at in db.execute(known.where(here).order_by(Submission.id)).all():
        take_one(db, project, submission_id, created_at, due_day if deleted_at is None else None)
        ids.append(submission_id)
    empty_records(db, ids)


def take_one(db: Session, project: Project, submission_id: int, came_at: datetime, due_day: DueDay | None) -> None:
    """Without `due_day` it is not told."""
    versions = db.execute(
        select(SubmissionVersion, FormVersion.schema_json)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .where(SubmissionVersion.submission_id == submission_id)
    )
    for version, schema_json in versions.all():
        db.add(receipt_of(version.form_id, version.instance_id, bytes(version.xml)))
        if due_day and version.is_current and version.values_json:
            schema = FormSchema.from_json(orjson.loads(schema_json))
            told = read_told(orjson.loads(version.values_json), schema)
            take_in(db, project.id, version.form_version_id, told, came_at, due_day)
