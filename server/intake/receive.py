"""The decision table of odk-contract.md 2.11, as amended by the last section of threats.md.

Core statements with hand-listed columns: this runs for every record a phone sends.
"""

from typing import NamedTuple

import orjson
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from forms.check import check
from forms.instance import named_files, read_corrected
from server.access.audit import record
from server.access.projects import submissions_within
from server.errors import (
    DeprecatedIdUnknown,
    EditOfOutdatedVersion,
    Forbidden,
    FormNotOpen,
    InstanceConflict,
    InstanceIdTaken,
    SubmissionDeleted,
    UniqueViolation,
)
from server.followups.plain_notices import RETURN_ANSWERED, tell
from server.intake.attachments import add_attachments, start_attachments
from server.intake.feedback import is_nameless, receive_feedback
from server.intake.items import Item, Receipt
from server.intake.looking_ahead import NEW, write_submission, write_version
from server.intake.quality_queue import wait_for_look
from server.intake.returned import CORRECTED, end_return, was_returned_to
from server.intake.single_use import refuse_second
from server.later import write_waiting
from server.models import HEALTH_FORMS, Submission, SubmissionVersion, table_of
from server.registry.named import names_her
from server.registry.sealing import seal_unread

DEVICE_LENGTH = 255
SUBMISSION, VERSION = table_of(Submission), table_of(SubmissionVersion)
FIND_KNOWN = (
    select(
        VERSION.c.id,
        VERSION.c.submission_id,
        VERSION.c.is_current,
        VERSION.c.xml,
        VERSION.c.submitter_id,
        SUBMISSION.c.submitter_id.label("root_submitter_id"),
        SUBMISSION.c.deleted_at.is_not(None).label("deleted"),
        SUBMISSION.c.purged_at.is_not(None).label("purged"),
    )
    .join(SUBMISSION, SUBMISSION.c.id == VERSION.c.submission_id)
    .where(
        VERSION.c.form_id == bindparam("form_id"),
        VERSION.c.draft == bindparam("draft"),
        VERSION.c.instance_id == bindparam("instance_id"),
    )
)


class Known(NamedTuple):
    """A version that is stored already, with what decides about its successor."""

    id: int
    submission_id: int
    is_current: bool
    xml: bytes
    submitter_id: int | None
    root_submitter_id: int | None
    deleted: bool
    purged: bool

    @property
    def is_emptied(self) -> bool:
        """Whether its bearer asked to be removed, or nobody needs it any more; what went with the trash was deleted."""
        return not self.xml and not self.purged


def receive(db: Session, item: Item) -> Receipt:
    """Stores a new record, an identical resend's missing files, or a correction. Raises the Problem of the table's row."""
    if item.asked.form.state == "closed":
        raise FormNotOpen()
    if is_nameless(item.asked):
        return receive_feedback(db, item)
    known = find_known(db, item, item.instance.instance_id)
    if known is None and item.instance.deprecated_id is None:
        corrected = find_corrected(db, item)
        if corrected is None:
            return receive_new(db, item)
    write_waiting(db)  # what follows changes a record that is here, maybe since a moment ago
    if known is not None:
        return receive_again(db, item, known)
    if item.instance.deprecated_id is not None:
        return receive_edit(db, item)
    assert corrected is not None
    return receive_correction(db, item, corrected)


def find_known(db: Session, item: Item, instance_id: str) -> Known | None:
    place = (item.asked.form.id, item.asked.draft, instance_id)
    if place in db.info.get(NEW, ()):
        return None
    write_waiting(db)  # it may have come a moment ago
    wanted = dict(zip(("form_id", "draft", "instance_id"), place, strict=True))
    row = db.connection().execute(FIND_KNOWN, wanted).first()
    return Known(*row) if row else None


def receive_again(db: Session, item: Item, known: Known) -> Receipt:
    """The id was seen before: the same bytes bring the files that are still missing, other bytes are refused.

    A record that was emptied, because its bearer asked to be removed, takes whatever is sent and keeps nothing of it.
    """
    if known.is_emptied and not item.strict:
        return Receipt("again", known.submission_id, known.id)
    if known.deleted:
        raise SubmissionDeleted()
    if item.strict:
        raise UniqueViolation(fields=["instanceID"], values=[item.instance.instance_id])
    if bytes(known.xml) != item.xml:
        raise taken_or_conflict(db, item, known)
    if not known.is_current:
        raise EditOfOutdatedVersion()
    if add_attachments(db, known.id, item.files, item.now):
        wait_for_look(db, known.submission_id)
        note(db, item, "submission.attachment.update", known.submission_id, known.id)
    return Receipt("again", known.submission_id, known.id)


def taken_or_conflict(db: Session, item: Item, known: Known) -> InstanceConflict | InstanceIdTaken:
    """A correction whose new id belongs to another record is told apart from two contents under one id."""
    if item.instance.deprecated_id is None:
        return InstanceConflict()
    replaced = find_known(db, item, item.instance.deprecated_id)
    other = replaced is not None and replaced.submission_id != known.submission_id
    return InstanceIdTaken() if other else InstanceConflict()


def receive_edit(db: Session, item: Item) -> Receipt:
    """A correction: the version it replaces must be here, current, and (for a phone) its own."""
    assert item.instance.deprecated_id is not None
    replaced = find_known(db, item, item.instance.deprecated_id)
    if replaced is None:
        raise DeprecatedIdUnknown()
    if replaced.is_emptied and not item.strict:
        return Receipt("again", replaced.submission_id, replaced.id)
    if replaced.deleted:
        raise SubmissionDeleted()
    check_may_correct(db, item, replaced)
    if not replaced.is_current:
        raise EditOfOutdatedVersion()
    return replace(db, item, replaced, item.instance.deprecated_id)


def find_corrected(db: Session, item: Item) -> Known | None:
    """The record that a new one corrects because it went back to this very phone; what was emptied since, too.

    Whatever else it names makes it a record like any other: nobody corrects by it what is not hers to correct.
    """
    named = None if item.asked.draft else read_corrected(item.instance, item.asked.schema)
    known = find_known(db, item, named) if named else None
    if known is None or known.is_emptied:
        return known
    return known if was_returned_to(db, known.submission_id, item.actor_id) else None


def receive_correction(db: Session, item: Item, known: Known) -> Receipt:
    """A record filled in anew in place of one that went back: from now on it is that one's current version.

    It is taken whatever happened meanwhile, for its sender cannot send it otherwise; what somebody else corrected is kept as
    an earlier version. Of a record that was emptied nothing is kept. Raises SubmissionDeleted.
    """
    if known.is_emptied:
        return Receipt("again", known.submission_id, known.id)
    if known.deleted:
        raise SubmissionDeleted()
    current = select(VERSION.c.instance_id).where(VERSION.c.submission_id == known.submission_id, VERSION.c.is_current)
    before = str(db.scalar(current))
    replaced = find_known(db, item, before)
    assert replaced is not None, "a record has one current version"
    return replace(db, item, replaced, before)


def replace(db: Session, item: Item, replaced: Known, before: str) -> Receipt:
    """Stores it as the version after this one, whose instanceID is `before`.

    What was returned is over with it, and who returned it hears of that.
    """
    db.execute(update(SubmissionVersion).where(SubmissionVersion.id == replaced.id).values(is_current=False))
    shut = {"health": True, "sealed": True} if is_sealed_at_first(item) else {}
    db.execute(
        update(Submission)
        .where(Submission.id == replaced.submission_id)
        .values(updated_at=item.now, review_state="edited", **shut)
    )
    if shut:
        seal_unread(db, item.asked.project.id, replaced.submission_id, item.now)
    version_id = insert_version(db, item, replaced.submission_id, before)
    write_waiting(db)  # what follows reads it
    start_attachments(db, version_id, named(item), item.files, item.now, carried_from=replaced.id)
    note(db, item, "submission.update.version", replaced.submission_id, version_id)
    tell_returner(db, item, replaced.submission_id)
    return Receipt("edit", replaced.submission_id, version_id)


def tell_returner(db: Session, item: Item, submission_id: int) -> None:
    ended = end_return(db, submission_id, CORRECTED, item.now)
    if ended is not None and ended.by_id != item.actor_id:
        tell(
            db,
            item.asked.project.id,
            [ended.by_id],
            RETURN_ANSWERED,
            f"record:{submission_id}:{ended.comment_id}",
            item.now,
        )


def check_may_correct(db: Session, item: Item, replaced: Known) -> None:
    """One's own always. Raises Forbidden, and for a record beyond the sender's scope the same as for one that is not here."""
    if item.actor_id in (replaced.submitter_id, replaced.root_submitter_id):
        return
    if item.own_only:
        raise Forbidden("Another phone sent this record, so this one cannot correct it. Ring your town office.")
    if item.scope is None or item.asked.draft:
        return
    within = (Submission.id == replaced.submission_id) & submissions_within(item.scope)
    if db.scalar(select(Submission.id).where(within)) is None:
        raise DeprecatedIdUnknown()


def receive_new(db: Session, item: Item) -> Receipt:
    refuse_second(db, item)
    submission_id = write_submission(
        db,
        project_id=item.asked.project.id,
        form_id=item.asked.form.id,
        draft=item.asked.draft,
        instance_id=item.instance.instance_id,
        submitter_id=item.actor_id,
        device_id=cut(item.device_id),
        user_agent=cut(item.user_agent),
        village_id=None,  # until its place is known
        place_how=None,
        health=is_health(item),
        sealed=is_sealed_at_first(item),
        created_at=item.now,
    )
    if is_sealed_at_first(item):
        seal_unread(db, item.asked.project.id, submission_id, item.now)
    version_id = insert_version(db, item, submission_id)
    start_attachments(db, version_id, named(item), item.files, item.now)
    note(db, item, "submission.create", submission_id, version_id)
    return Receipt("new", submission_id, version_id)


def is_health(item: Item) -> bool:
    """Whether it holds a woman's health answers, or names her: the care team's alone from its first moment on."""
    if item.asked.project.kind != "care":
        return False
    return item.asked.form.xml_form_id in HEALTH_FORMS or names_her(item.instance, item.asked.schema)


def is_sealed_at_first(item: Item) -> bool:
    """A real health record is sealed until consent for it is known (registry/sealing.py), so that any fault leaves it so."""
    return is_health(item) and not item.asked.draft


def insert_version(db: Session, item: Item, submission_id: int, replaces: str | None = None) -> int:
    instance, schema = item.instance, item.asked.schema
    db.info.get(NEW, set()).discard((item.asked.form.id, item.asked.draft, instance.instance_id))
    complaints = [] if instance.encrypted else check(instance, schema)
    return write_version(
        db,
        submission_id=submission_id,
        form_id=item.asked.form.id,
        draft=item.asked.draft,
        form_version_id=item.asked.form_version_id,
        instance_id=instance.instance_id,
        instance_name=instance.instance_name,
        deprecated_id=replaces,
        is_current=True,
        xml=item.xml,
        values_json=None if instance.encrypted else orjson.dumps(item.values).decode(),
        complaints_json=orjson.dumps([list(one) for one in complaints]).decode() if complaints else None,
        encrypted=instance.encrypted,
        submitter_id=item.actor_id,
        device_id=cut(item.device_id),
        user_agent=cut(item.user_agent),
        created_at=item.now,
    )


def named(item: Item) -> list[str]:
    return named_files(item.instance, item.asked.schema)


def cut(text: str | None) -> str | None:
    return text[:DEVICE_LENGTH] if text else None


def note(db: Session, item: Item, action: str, submission_id: int, version_id: int) -> None:
    record(
        db,
        action,
        actor_id=item.actor_id,
        project_id=item.asked.project.id,
        form_id=item.asked.form.id,
        submission_id=submission_id,
        details={"instanceId": item.instance.instance_id, "submissionDefId": version_id},
        now=item.now,
    )
