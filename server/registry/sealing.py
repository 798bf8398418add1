"""Whether a health record may be read at all: the deriver `consent`, and sealing what may not. domain.md 3, 6.2, 6.3.

A health record is stored sealed and stays so until this module opens it; whatever fails on the way leaves it sealed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from server.access.audit import record
from server.clock import today
from server.db import ask
from server.models import (
    ABOUT_QUALITY,
    AnswerWord,
    Base,
    CareEvent,
    EntityBacklog,
    NamedWoman,
    Seal,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    table_of,
)
from server.reading import Reading
from server.registry.consent import covers, says_of_service
from server.registry.emptying import empty_records
from server.registry.entities import Author
from server.registry.events import FINDERS, events_of, subject_of, whom
from server.registry.referral_outcomes import align_referral
from server.registry.referrals import DANGER_QUESTIONS, take_back_referral
from server.registry.telling import (
    CONSENT,
    NAMING,
    REFERRAL_OUTCOME,
    Event,
    Told,
    is_about_nobody,
    takes_transfer_back,
    tell,
)
from server.registry.tombstones import ERASED, bury, is_buried

HEALTH_LOCK = 0x5EA1  # the first half of the advisory lock's key, the project is the other

Subject = tuple[str, str]
"""A list (women, households) and a uuid."""


# Built once: they run for every record of a woman, and to build one costs more than it does.
_SEAL, _SUBMISSION = table_of(Seal), table_of(Submission)
_BREAK: Final = delete(_SEAL).where(_SEAL.c.submission_id == bindparam("record")).returning(_SEAL.c.reason)
_OPEN: Final = update(_SUBMISSION).where(_SUBMISSION.c.id == bindparam("record")).values(sealed=False)
_SHUT: Final = {
    name: dialect.insert(_SEAL).on_conflict_do_update(index_elements=["submission_id"], set_={"reason": "unread"})
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_WAITING: Final = (
    select(Seal.submission_id)
    .where(Seal.project_id == bindparam("project"), Seal.waits_for.in_(bindparam("uuids", expanding=True)))
    .order_by(Seal.submission_id)
)


@dataclass
class Effects:
    """What a deriver touched: subjects whose follow-ups must be worked out again, records to be looked at again.

    `is_open`: it took the seal off the record itself.
    """

    subjects: set[Subject] = field(default_factory=set)
    look_at: list[int] = field(default_factory=list)
    is_open: bool = False

    def add(self, more: "Effects") -> None:
        self.subjects |= more.subjects
        self.is_open |= more.is_open
        self.look_at += [one for one in more.look_at if one not in self.look_at]


class Verdict(NamedTuple):
    """`reason` None: it may be read. `waits_for`: the uuid whose next word looks at the record again (Seal)."""

    reason: str | None
    waits_for: str | None = None


OPEN = Verdict(None)


def open_or_seal(db: Session, reading: Reading) -> Effects:
    """The deriver. Opens the record when consent for it is known, else seals it with the reason. May run again."""
    stand_in_line(db, reading.project.id)
    if is_about_nobody(reading.instance, reading.schema):
        return carry_out(db, reading, OPEN)
    if reading.instance.form_id in NAMING:  # a record of before the project cared does not say so yet
        db.execute(update(Submission).where(Submission.id == reading.submission_id).values(health=True))
    told = tell(reading.instance, reading.schema)
    return carry_out(
        db, reading, decide(db, reading, told) if told else Verdict("unread"), told.episode if told else None
    )


def carry_out(db: Session, reading: Reading, verdict: Verdict, episode: str | None = None) -> Effects:
    """Opens or seals; of somebody who was removed it also empties the record, and remembers the episode that it began."""
    if verdict.reason is None:
        return Effects(is_open=bool(open_record(db, reading)))
    effects = seal_record(db, reading.project.id, reading.submission_id, verdict, reading.now)
    if verdict.reason == ERASED and episode:
        effects.look_at += bury_episode(db, reading.project.id, episode, reading.now)
    if verdict.reason == ERASED:
        empty_records(db, [reading.submission_id])
    return effects


def bury_episode(db: Session, project_id: int, episode: str, now: datetime) -> list[int]:
    """What late records of hers began is removed with her. Which records waited for it. Another woman's stays hers."""
    elsewhere = select(CareEvent.submission_id).where(CareEvent.project_id == project_id, CareEvent.episode == episode)
    if db.scalar(elsewhere.limit(1)) is not None:
        return []
    bury(db, project_id, episode, now)
    return waiting_for(db, project_id, [episode])


def stand_in_line(db: Session, project_id: int) -> None:
    """Health records of a project are looked at one after the other: none misses what another, under way, brings.

    SQLite has one writer anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(HEALTH_LOCK, project_id)))


def decide(db: Session, reading: Reading, told: Told) -> Verdict:
    project_id = reading.project.id
    if is_buried(db, project_id, [told.subject, told.episode]):
        return Verdict(ERASED)
    subject = subject_of(db, project_id, told)
    if subject is None:
        refused = told.form_id == CONSENT and not says_of_service(told.data)
        waits_for = told.episode if told.form_id in FINDERS else None
        return Verdict("no_consent") if refused else Verdict("unknown", waits_for)
    events = [one for one in events_of(db, project_id, "women", subject) if one.submission_id != reading.submission_id]
    return judge(told, subject, events, received_at(db, reading))


def judge(told: Told, subject: str, events: list[Event], received: datetime) -> Verdict:
    """Her own consent record is its own evidence, also when it takes consent back; any other needs one that holds.

    That she wants no transfer any more holds whether or not she still agrees to anything (domain.md 3, F8).
    """
    known = any(one.form_id == CONSENT for one in events)
    if told.form_id == CONSENT:
        said = says_of_service(told.data)
        if said or told.data.get("action") == "withdraw" or (said is False and known):
            return OPEN
        if said is False:
            return Verdict("no_consent")
    if not known:
        return Verdict("unknown", subject)
    if takes_transfer_back(told.form_id, told.data):
        return OPEN
    on = told.visit_date or today(received)
    return OPEN if covers(events, on, received) else Verdict("no_consent", subject)


def received_at(db: Session, reading: Reading) -> datetime:
    """When the record's first version came."""
    if reading.is_first:
        return reading.now
    return db.scalars(select(Submission.created_at).where(Submission.id == reading.submission_id)).one()


def open_record(db: Session, reading: Reading) -> bool:
    """Takes the seal off, if there is one. What waited for something is noted: it shows up in lists only now."""
    reason = ask(db, _BREAK, {"record": reading.submission_id}).scalar()
    if reason is None:
        return False
    ask(db, _OPEN, {"record": reading.submission_id})
    if (seal := known_row(db, Seal, reading.submission_id)) is not None:
        db.expunge(seal)
    if (submission := known_row(db, Submission, reading.submission_id)) is not None:
        db.expire(submission, ["sealed"])
    if reason != "unread":
        note(db, "submission.unseal", reading.project.id, reading.submission_id, reason, reading.now)
    return True


def known_row(db: Session, model: type[Base], key: int) -> Any:
    """What the session knows of a row that was written without it; mostly nothing."""
    return db.identity_map.get(identity_key(model, key))


def seal_record(db: Session, project_id: int, submission_id: int, verdict: Verdict, now: datetime) -> Effects:
    """Seals a record, or says why it stays sealed, and takes away what was worked out from it before."""
    seal = db.get(Seal, submission_id)
    if seal is None:
        seal = Seal(submission_id=submission_id, project_id=project_id, reason="", sealed_at=now)
        db.add(seal)
    if seal.reason != verdict.reason:
        note(db, "submission.seal", project_id, submission_id, verdict.reason, now)
    seal.reason, seal.waits_for = verdict.reason or "unread", verdict.waits_for
    db.flush()
    return Effects(forget_derived(db, submission_id, now))


def forget_derived(db: Session, submission_id: int, now: datetime) -> set[Subject]:
    """Nothing follows from a sealed record: no place, event, referral, no entity act that waits. Whom it was about."""
    shut = {"sealed": True, "village_id": None, "place_how": None}
    db.execute(update(Submission).where(Submission.id == submission_id).values(**shut))
    db.execute(delete(SubmissionGeometry).where(SubmissionGeometry.submission_id == submission_id))
    db.execute(delete(AnswerWord).where(AnswerWord.submission_id == submission_id))
    for about in ABOUT_QUALITY:
        db.execute(delete(about).where(about.submission_id == submission_id))
    db.execute(delete(EntityBacklog).where(EntityBacklog.submission_id == submission_id))
    db.execute(delete(NamedWoman).where(NamedWoman.submission_id == submission_id))
    event = db.get(CareEvent, submission_id)
    if event is None:
        return set()
    if event.form_id in DANGER_QUESTIONS:
        take_back_referral(db, event.project_id, event.event, Author(None, None, submission_id, None, now))
    db.delete(event)
    db.flush()
    if event.form_id == REFERRAL_OUTCOME and event.episode:
        align_referral(db, event.project_id, event.episode, Author(None, None, submission_id, None, now))
    return {whom(event.subject_list, event.subject)}


def keep_shut(db: Session, submission_id: int, now: datetime) -> bool:
    """Whether a record was emptied: then there is nothing to read, and it is sealed whatever became of its seal."""
    version = select(SubmissionVersion.xml, Submission.project_id, Submission.purged_at).join(
        Submission, Submission.id == SubmissionVersion.submission_id
    )
    current = (SubmissionVersion.submission_id == submission_id) & SubmissionVersion.is_current
    xml, project_id, purged_at = db.execute(version.where(current)).one()
    if not xml and purged_at is None and db.get(Seal, submission_id) is None:
        seal_record(db, project_id, submission_id, Verdict(ERASED), now)
    return not xml


def seal_unread(db: Session, project_id: int, submission_id: int, now: datetime) -> None:
    """A health record as it comes in: nobody has looked whether it may be read."""
    values = {"submission_id": submission_id, "project_id": project_id, "reason": "unread", "sealed_at": now}
    ask(db, _SHUT[db.get_bind().dialect.name], values)
    if (seal := known_row(db, Seal, submission_id)) is not None:
        db.expire(seal, ["reason"])


def waiting_for(db: Session, project_id: int, uuids: Iterable[str]) -> list[int]:
    """The sealed records that wait for one of these, in the order of arrival."""
    return list(ask(db, _WAITING, {"project": project_id, "uuids": list(uuids)}).scalars())


def note(db: Session, action: str, project_id: int, submission_id: int, reason: str | None, now: datetime) -> None:
    form_id = db.scalar(select(Submission.form_id).where(Submission.id == submission_id))
    ids = {"project_id": project_id, "form_id": form_id, "submission_id": submission_id}
    record(db, action, actor_id=None, details={"reason": reason}, now=now, **ids)
