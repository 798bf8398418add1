"""A record opened in its form again by who may correct it: the whole form in a new version, the old one kept.

What the record wrote into entity lists says the same from then on, except where a later record wrote something else.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.instance import read_instance
from server.access.allow import Scope
from server.errors import DeprecatedIdExpected, NotFound
from server.intake.desk import get_submission, list_files
from server.intake.items import Item, Receipt
from server.intake.store import store_one
from server.intake.writing_on import write_on
from server.models import BACK_CHECK, Form, FormVersion, Submission, SubmissionVersion
from server.registry.telling import CONSENT

STAY: Final = frozenset({CONSENT, "migrant_transfer", "feedback", "training_quiz", BACK_CHECK})
"""Forms whose answers are somebody's own word, or a test of what somebody knows: nobody types them anew in her place."""


@dataclass(frozen=True)
class Reopened:
    """A record as it stands, the version of its form that it answers, and the names of its files that are here."""

    submission: Submission
    version: SubmissionVersion
    form: Form
    form_version: FormVersion
    files: list[str]

    @property
    def xml(self) -> bytes:
        return bytes(self.version.xml)


def find_reopened(db: Session, scope: Scope, submission_id: int) -> Reopened | None:
    """None for a record that is not within the scope or cannot be opened: emptied, encrypted, without an id, in STAY."""
    try:
        submission = get_submission(db, scope, submission_id)
    except NotFound:
        return None
    row = db.execute(
        select(SubmissionVersion, Form, FormVersion)
        .join(Form, Form.id == SubmissionVersion.form_id)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .where(SubmissionVersion.submission_id == submission.id, SubmissionVersion.is_current)
    ).one()
    version, form, form_version = row
    if not version.xml or version.encrypted or form.xml_form_id in STAY or form.state == "closed":
        return None
    if read_instance(bytes(version.xml)).derived_id:
        return None
    files = [one.name for one in list_files(db, version.id) if one.sha256]
    return Reopened(submission, version, form, form_version, files)


def correct_whole(db: Session, opened: Reopened, item: Item) -> Receipt:
    """Stores what the form made of it, in the caller's transaction.

    Raises DeprecatedIdExpected when it replaces anything else, or the Problem of receive.py's table: somebody else
    corrected it meanwhile.
    """
    if item.instance.deprecated_id != opened.version.instance_id:
        raise DeprecatedIdExpected(expected=opened.version.instance_id)
    before = read_instance(opened.xml)
    outcome = store_one(db, item)
    if not isinstance(outcome, Receipt):
        raise outcome
    if outcome.is_news:
        write_on(db, outcome, before, item)
    return outcome
