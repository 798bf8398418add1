"""A correction made in the office at her word: one answer in a new version, or a note where that cannot be done.

The old version is kept, the record is marked as corrected, and what follows from it is worked out anew.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.check import check
from forms.correcting import correct_answer, correctable
from forms.entities import EntityAct
from forms.instance import Instance, read_instance
from forms.schema import Field, FormSchema
from server.errors import NotFound, UnexpectedValue
from server.intake.items import Item, Receipt
from server.intake.review import add_comment, set_review_state
from server.intake.store import store_one
from server.models import Dataset, Entity, EntityVersion, Form, Submission, SubmissionVersion
from server.publishing.versions import Asked, get_version
from server.registry.entities import Author, properties_of, write_update
from server.registry.telling import CONSENT

HER_WORD: Final = ("action", "consent", "withdraw", "present_self", "privacy_now", "notice_read", "age_band", "wording")
"""Questions of the consent form (F2), by the beginning of their names, that are hers alone to answer."""


@dataclass(frozen=True)
class Correctable:
    """A record that may be corrected: its current bytes, what was asked, and which questions can be answered anew."""

    submission: Submission
    version: SubmissionVersion
    asked: Asked
    questions: list[Field]

    def question(self, path: str) -> Field:
        """Raises NotFound for a question that is not among them."""
        found = next((one for one in self.questions if one.path == path), None)
        if found is None:
            raise NotFound()
        return found


def get_correctable(db: Session, project_id: int, submission_id: int) -> Correctable:
    """Raises NotFound; an encrypted or emptied record has no questions."""
    here = (Submission.id == submission_id) & (Submission.project_id == project_id) & ~Submission.draft
    row = db.execute(
        select(Submission, SubmissionVersion, Form.xml_form_id)
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & SubmissionVersion.is_current)
        .join(Form, Form.id == Submission.form_id)
        .where(here, Submission.deleted_at.is_(None))
    ).first()
    if row is None or not row.SubmissionVersion.xml:
        raise NotFound()
    instance = read_instance(bytes(row.SubmissionVersion.xml))
    asked = get_version(db, project_id, row.xml_form_id, instance.version)
    questions = questions_of(asked.schema, instance, bytes(row.SubmissionVersion.xml))
    return Correctable(row.Submission, row.SubmissionVersion, asked, questions)


def questions_of(schema: FormSchema, instance: Instance, xml: bytes) -> list[Field]:
    """Her own yes or no is given by her on a phone or taken back on her page, and never typed in her place."""
    found = [] if instance.encrypted or instance.derived_id else correctable(schema, xml)
    return [one for one in found if instance.form_id != CONSENT or not one.name.startswith(HER_WORD)]


def correct(db: Session, found: Correctable, path: str, value: str, by: int, now: datetime) -> Receipt:
    """Stores the record anew with one other answer, in the caller's transaction.

    Raises NotFound for another question, UnexpectedValue for an answer that does not fit it, or the Problem of
    receive.py's table: somebody else corrected it meanwhile, the form takes nothing more.
    """
    asked = found.question(path)
    xml = correct_answer(bytes(found.version.xml), path, value, f"uuid:{uuid4()}")
    instance = read_instance(xml)
    if any(one.path.endswith(path) for one in check(instance, found.asked.schema)):
        raise UnexpectedValue(field=asked.name, value=value[:40], reason="it is no answer to this question")
    item = Item(found.asked, instance, xml, (), by, None, None, now)
    outcome = store_one(db, item)
    if not isinstance(outcome, Receipt):
        raise outcome
    if asked.saveto:
        correct_entities(db, outcome, asked.saveto, value, by, now)
    return outcome


def correct_entities(db: Session, receipt: Receipt, name: str, value: str, by: int, now: datetime) -> None:
    """What the record wrote into a list says the same from now on: a record acts there only once by itself."""
    versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == receipt.submission_id)
    made = select(EntityVersion.entity_id).where(EntityVersion.submission_version_id.in_(versions))
    author = Author(by, None, receipt.submission_id, receipt.submission_version_id, now)
    for entity in db.scalars(select(Entity).where(Entity.id.in_(made), Entity.deleted_at.is_(None))).all():
        dataset = db.get_one(Dataset, entity.dataset_id)
        if name in properties_of(db, dataset.id):
            act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, "", {name: value})
            write_update(db, dataset, entity, entity.version, act, author)


def put_note(db: Session, found: Correctable, text: str, by: int, now: datetime) -> None:
    """What she says of a record, beside it, for whoever reviews it. Raises MissingParameter for nothing."""
    add_comment(db, found.submission, text, by, now)
    set_review_state(db, found.submission, "hasIssues", by, now)
