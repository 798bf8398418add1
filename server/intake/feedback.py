"""The way of feedback (F9) in a care project: no Submission is made of it, so that no door to records can tell of it.

Neither the phone, nor who carries it, nor the minute is kept, and no row of the audit says that something came. What stays
beside it is a receipt, from which nothing leads to what was said: a phone that sends the same again hears 201.
"""

from typing import Final

from sqlalchemy.orm import Session

from forms.instance import named_files, read_values
from server.errors import DeprecatedIdUnknown, InstanceConflict, UnexpectedValue, UniqueViolation
from server.followups.feedback_days import due_days_by
from server.followups.town_calendar import calendar_of
from server.intake.items import NAMELESS, Item, Receipt
from server.models import FEEDBACK, FeedbackReceipt
from server.publishing.versions import Asked
from server.registry.feedback_desk import take_in
from server.registry.feedback_past import receipt_of
from server.registry.feedback_told import read_told

TAKEN: Final = Receipt("nameless", NAMELESS, NAMELESS)


def is_nameless(asked: Asked) -> bool:
    """Whether records of this form are kept without who sent them. What testers send to a draft is nobody's feedback."""
    return asked.project.kind == "care" and asked.form.xml_form_id == FEEDBACK and not asked.draft


def receive_feedback(db: Session, item: Item) -> Receipt:
    """Keeps it, or knows it again. Raises InstanceConflict for other bytes under a known id, DeprecatedIdUnknown for a
    correction (nothing tells what it corrects), UnexpectedValue for files, which show or let hear who speaks.
    """
    receipt = receipt_of(item.asked.form.id, item.instance.instance_id, item.xml)
    known = db.get(FeedbackReceipt, receipt.mark)
    if known is not None:
        return know_again(item, known.digest == receipt.digest)
    if item.instance.deprecated_id is not None:
        raise DeprecatedIdUnknown()
    refuse_what_tells(item)
    db.add(receipt)
    db.flush()
    told = read_told(read_values(item.instance, item.asked.schema), item.asked.schema)
    project_id = item.asked.project.id
    due_day = due_days_by(calendar_of(db, project_id))
    take_in(db, project_id, item.asked.form_version_id, told, item.now, due_day)
    return TAKEN


def know_again(item: Item, same: bool) -> Receipt:
    if item.strict:
        raise UniqueViolation(fields=["instanceID"], values=[item.instance.instance_id])
    if not same:
        raise InstanceConflict()
    return TAKEN


def refuse_what_tells(item: Item) -> None:
    if item.instance.encrypted:
        raise UnexpectedValue(field=FEEDBACK, value="…", reason="it is encrypted, so nobody could tell whom it goes to")
    if item.files or named_files(item.instance, item.asked.schema):
        raise UnexpectedValue(field=FEEDBACK, value="…", reason="a file would tell who spoke")
