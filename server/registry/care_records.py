"""What care records bring about: the derivers `consent` and `people`, and all that a change of consent entails at once."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.clock import today
from server.models import BACK_CHECK, BENEFIT, BENEFIT_CASES, SET_ASIDE, CareEvent, Dataset, Submission, Woman
from server.places.care_places import place_her_records, place_records_at
from server.places.joined import REFUSALS
from server.reading import Reading
from server.registry import sealing
from server.registry.back_checks import checks_of, open_or_seal_check, tell_check
from server.registry.benefits import align_case
from server.registry.blind_comparing import CHECKED_FORMS
from server.registry.case_erasing import empty_if_removed
from server.registry.consent import covers, says_of_service, wants_erasure
from server.registry.consents import write_consents
from server.registry.entities import Author, write_update
from server.registry.erasing import erase
from server.registry.events import events_of, find_in_list, subject_named, whom
from server.registry.merged import take_along, who_now
from server.registry.moving import left_behind, move_episode, whose_before
from server.registry.named import open_or_seal_named, tell_named
from server.registry.one_person import as_one_person
from server.registry.people import find, in_time, last, write_household, write_woman
from server.registry.person_words import forget_words, wait_for_look
from server.registry.referral_outcomes import align_referrals
from server.registry.rights_desk import note_wish
from server.registry.sealing import Effects, Subject, Verdict, seal_record, waiting_for
from server.registry.statuses import align_pregnancies
from server.registry.telling import CONSENT, KEPT, REFERRAL_OUTCOME, Event, Told, takes_transfer_back, tell
from server.registry.transfers import align_transfers
from server.registry.women_list import align_list, touch_lists

CARE_FORMS = frozenset(KEPT)


def open_or_seal(db: Session, reading: Reading) -> Effects:
    """The deriver `consent`: after it the record is open, or sealed with a reason and nothing follows from it."""
    effects = opener_of(reading)(db, reading)
    if reading.instance.form_id == CONSENT:
        told = tell(reading.instance, reading.schema)
        note_wish(db, reading.project.id, reading.submission_id, told, reading.now)
    for subject in list(effects.subjects):
        effects.add(bring_in_line(db, reading.project.id, subject, reading.now))
    return effects


def opener_of(reading: Reading) -> Callable[[Session, Reading], Effects]:
    """Who says whether it may be read: by whom it is about, whom it names, or whom the record is about that it checks."""
    if reading.instance.form_id == BACK_CHECK:
        return open_or_seal_check
    if reading.instance.form_id == BENEFIT:
        return empty_if_removed
    return sealing.open_or_seal if reading.instance.form_id in KEPT else open_or_seal_named


def tell_any(db: Session, reading: Reading) -> Told | None:
    """What a record tells, of whichever form."""
    if reading.instance.form_id == BACK_CHECK:
        return tell_check(db, reading)
    return tell(reading.instance, reading.schema) if reading.instance.form_id in KEPT else tell_named(db, reading)


def note_people(db: Session, reading: Reading) -> Effects:
    """The deriver `people`: writes what the record tells as its care event, and the registry rows that follow."""
    told = tell_any(db, reading)
    former = None if reading.is_first else db.get(CareEvent, reading.submission_id)
    subjects: set[Subject] = {whom(former.subject_list, former.subject)} if former else set()
    referrals = {former.episode if former else None, told.episode if told else None}
    event, effects = write_event(db, reading, told, former), Effects()
    if event is not None:
        moved_from = whose_before(db, reading, event, [uuid for _, uuid in subjects])
        if reading.is_edit and event.episode:
            move_episode(db, reading, event.form_id, event.episode, event.subject)
        subjects.add((event.subject_list, event.subject))
        if told and of_consent(told) and wants_erasure(told.data):
            effects.add(erase(db, reading.project.id, event.subject, reading.now))
            event = None
    for subject in sorted(subjects):
        effects.add(bring_in_line(db, reading.project.id, subject, reading.now, of_consent(told)))
    if reading.instance.form_id == REFERRAL_OUTCOME:
        align_referrals(db, reading, referrals)
    if former is not None and former.form_id in CHECKED_FORMS:
        effects.look_at += checks_of(db, reading.project.id, former.event)
    if event is not None:
        effects.look_at += left_behind(db, event, moved_from)
        hers = [one for one in (event.subject, event.told_of) if one]
        arrived = hers if event.form_id == CONSENT else [event.episode] if event.episode else []
        effects.look_at += waiting_for(db, reading.project.id, arrived) if arrived else []
    return effects


def write_event(db: Session, reading: Reading, told: Told | None, row: CareEvent | None) -> CareEvent | None:
    """The record's one row, made, changed, set aside or taken away; None when it tells of nobody or does not count."""
    record = stored(db, reading)
    named = subject_named(db, reading.project.id, told) if told else None
    subject = named
    if named and told and told.subject_list == "women":
        subject = who_now(db, reading.project.id, named)
    counted = told is not None and counts(record, told)
    if told is None or subject is None or not (counted or told.subject_list == "women"):
        if row is not None:
            db.delete(row)
            db.flush()
        return None
    if row is None:
        row = CareEvent(submission_id=reading.submission_id, project_id=reading.project.id, event=record.instance_id)
        db.add(row)
    row.submission_version_id, row.form_id = reading.submission_version_id, told.form_id
    row.subject_list, row.subject, row.episode = told.subject_list, subject, told.episode
    row.told_of = named if named != subject else None
    if not counted:
        row.subject_list, row.episode = SET_ASIDE, None
    row.visit_date, row.received_at = told.visit_date or today(record.received_at), record.received_at
    row.data_json = orjson.dumps(told.data if counted else {}).decode()
    db.flush()
    return row if counted else None


class Stored(NamedTuple):
    """What its first version was called, when that came, and whether the office lets it count."""

    instance_id: str
    received_at: datetime
    stands: bool


def stored(db: Session, reading: Reading) -> Stored:
    if reading.is_first:
        return Stored(reading.instance.instance_id, reading.now, True)
    row = db.execute(
        select(Submission.instance_id, Submission.created_at, Submission.deleted_at, Submission.review_state).where(
            Submission.id == reading.submission_id
        )
    ).one()
    return Stored(row.instance_id, row.created_at, row.deleted_at is None and row.review_state != "rejected")


def counts(record: Stored, told: Told) -> bool:
    """A record that the office deleted or rejected tells nothing. Her "no" stands whatever the office thinks of it."""
    return record.stands or (told.form_id == CONSENT and says_of_service(told.data) is False)


def of_consent(told: Told | None) -> bool:
    return told is not None and told.form_id == CONSENT


def bring_in_line(db: Session, project_id: int, subject: Subject, now: datetime, of_consent: bool = False) -> Effects:
    """Everything that follows from a subject's events: registry rows, and for a woman what her consent lets stand.

    `of_consent`: a record about consent came, which may have written to her list what does not stand.
    """
    subject_list, uuid = subject
    effects = Effects({subject})
    if subject_list == "households":
        told = events_of(db, project_id, subject_list, uuid)
        write_household(db, project_id, uuid, told)
        forget_refused_place(db, project_id, uuid, told, now)
        place_records_at(db, project_id, uuid)
        return effects
    if subject_list == BENEFIT_CASES:
        align_case(db, project_id, uuid, now)
        return effects
    take_along(db, project_id, uuid, now)
    told = as_one_person(events_of(db, project_id, subject_list, uuid))
    events = seal_uncovered(db, project_id, uuid, told, now)
    write_consents(db, project_id, uuid, events, now)
    changed = write_woman(db, project_id, uuid, events)
    align_pregnancies(db, project_id, uuid, now)
    align_transfers(db, project_id, uuid, events, now)
    if changed or of_consent:
        align_list(db, project_id, uuid, now)
        find_anew(db, project_id, uuid)
    if changed:
        touch_lists(db, project_id, now)
    place_her_records(db, project_id, uuid)
    return effects


def find_anew(db: Session, project_id: int, uuid: str) -> None:
    """She is to be looked at again; who does not agree to be cared for is found by nobody from now on."""
    row = find(db, Woman, project_id, uuid)
    if row is None or not row.consent_service:
        forget_words(db, project_id, uuid)
    else:
        wait_for_look(db, project_id, uuid)


def seal_uncovered(db: Session, project_id: int, woman: str, events: list[Event], now: datetime) -> list[Event]:
    """Seals records that her consents, as they stand now, do not cover: a withdrawal may arrive late. What stays.

    What the server itself knows is no record of anybody's: a package that arrived has arrived.
    """
    known = any(one.form_id == CONSENT for one in events)
    verdict = Verdict("no_consent" if known else "unknown", woman)
    standing = []
    for one in events:
        stays = not one.submission_id or one.form_id == CONSENT or takes_transfer_back(one.form_id, one.data)
        if stays or covers(events, one.visit_date, one.received_at):
            standing.append(one)
        else:
            seal_record(db, project_id, one.submission_id, verdict, now)
    return standing


def forget_refused_place(db: Session, project_id: int, household: str, events: list[Event], now: datetime) -> None:
    """The home's point leaves the list, and so the phones, once its people said no to keeping it (domain.md 3, F1)."""
    told = in_time(events)
    if all(last(told, question) != "no" for question in REFUSALS):
        return
    entity = find_in_list(db, project_id, "households", household)
    if entity is not None and orjson.loads(entity.data_json).get("geometry"):
        dataset = db.get_one(Dataset, entity.dataset_id)
        act = EntityAct(dataset.name, household, False, True, entity.version, None, None, "", {"geometry": ""})
        write_update(db, dataset, entity, entity.version, act, Author(None, None, None, None, now))
