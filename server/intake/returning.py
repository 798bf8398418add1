"""A record goes back to who sent it, with a reason. It is open until it is corrected, taken back, or decided as it is."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import MissingParameter
from server.intake.returned import TAKEN_BACK, end_return
from server.intake.review import add_comment, note, set_review_state
from server.models import (
    BACK_CHECK,
    BENEFIT,
    TRAINING,
    Actor,
    AppUser,
    Form,
    ReturnedRecord,
    Submission,
    User,
    VillageScope,
)


def return_record(db: Session, submission: Submission, reason: str, by: int, now: datetime) -> ReturnedRecord:
    """Gives it back to its sender, once more if it is there already: the new reason takes the place of the old.

    Raises MissingParameter without a reason.
    """
    if not reason.strip():
        raise MissingParameter(field="reason")
    end_return(db, submission.id, TAKEN_BACK, now)
    comment = add_comment(db, submission, reason, by, now)
    set_review_state(db, submission, "hasIssues", by, now)
    to = find_receiver(db, submission)
    row = ReturnedRecord(submission_id=submission.id, comment_id=comment.id, to_id=to, by_id=by, returned_at=now)
    db.add(row)
    db.flush()
    note(db, "submission.return", submission, by, now, {"to": to})
    return row


def take_back(db: Session, submission: Submission, state: str | None, by: int, now: datetime) -> None:
    """It need not be corrected after all; it gets `state`, which it had before. What is on its way already is still taken."""
    if end_return(db, submission.id, TAKEN_BACK, now) is not None:
        set_review_state(db, submission, state, by, now)


def find_receiver(db: Session, submission: Submission) -> int | None:
    """Who can correct it: who sent it while that phone (or account) works, else another phone of the same person, else the
    phone that has its village now. None for nobody.
    """
    sender = db.get(Actor, submission.submitter_id) if submission.submitter_id is not None else None
    if sender is None:
        return None
    if sender.type == "user":
        return sender.id if can_sign_in(db, sender) else None
    phone = db.get(AppUser, sender.id)
    if phone is None:
        return None
    if phone.revoked_at is None and sender.deleted_at is None:
        return sender.id
    return another_phone(db, phone) or phone_of_village(db, submission)


def can_sign_in(db: Session, actor: Actor) -> bool:
    user = db.get(User, actor.id)
    return actor.deleted_at is None and user is not None and user.disabled_at is None


def another_phone(db: Session, phone: AppUser) -> int | None:
    """The one that spoke last."""
    if phone.person_id is None:
        return None
    hers = AppUser.person_id == phone.person_id, AppUser.project_id == phone.project_id, AppUser.revoked_at.is_(None)
    return db.scalar(select(AppUser.actor_id).where(*hers).order_by(*BY_USE).limit(1))


def phone_of_village(db: Session, submission: Submission) -> int | None:
    """Of homes alone: whoever has the village now goes there. A woman's record, a benefit, a test are nobody else's."""
    form = db.get_one(Form, submission.form_id)
    if submission.health or form.xml_form_id in (BENEFIT, TRAINING, BACK_CHECK) or submission.village_id is None:
        return None
    here = select(VillageScope.actor_id).where(
        VillageScope.project_id == submission.project_id, VillageScope.village_id == submission.village_id
    )
    serves = AppUser.actor_id.in_(here), AppUser.care_role == "village_worker", AppUser.revoked_at.is_(None)
    return db.scalar(select(AppUser.actor_id).where(*serves).order_by(*BY_USE).limit(1))


BY_USE = (AppUser.last_used_at.is_(None), AppUser.last_used_at.desc(), AppUser.actor_id)
