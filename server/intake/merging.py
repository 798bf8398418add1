"""Two registrations become one woman's, or two women's again; follow-ups and lists follow in the same transaction.

No record, no file and no earlier word of a list is touched. A follow-up keeps its key, because that goes by the registration
of which its record told: it moves to the one that is kept, and back.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.changes import GONE, note_changes
from server.access.restricted import restricted_among
from server.clock import today
from server.errors import NotFound, NotMerged, NotParted
from server.followups.due import key_of
from server.followups.recalculate import lock_subject, recalculate_many
from server.intake.derive import look_again
from server.models import (
    CareEvent,
    FollowUp,
    FollowUpAct,
    NamedWoman,
    PersonMerge,
    PersonPair,
    Project,
    RightsRequest,
    Withdrawal,
    Woman,
)
from server.registry.care_records import bring_in_line
from server.registry.consents import note_withdrawal
from server.registry.events import events_of, told_of_her
from server.registry.merged import listed_about, merged_into, name_whose, told_as, who_now
from server.registry.one_person import as_one_person, named_in
from server.registry.person_words import forget_words, wait_for_look
from server.registry.sealing import Effects, stand_in_line
from server.registry.taken_since import taken_since
from server.registry.telling import KEPT
from server.registry.transfer_told import hand_packages_back, hang_packages_on

UNDO_WITHIN: Final = timedelta(days=30)
WOMEN: Final = "women"


def merge(db: Session, project: Project, kept: str, other: str, by: int, now: datetime) -> PersonMerge:
    """What is told of `other` counts as told of `kept` from now on, in facts, lists, rights and numbers.

    Both must agree to be cared for today, be in use, and have asked nothing of their data that waits for an answer.
    Raises NotFound where one of them is gone meanwhile, NotMerged with the reason.
    """
    stand_in_line(db, project.id)
    check_pair(db, project.id, kept, other, today(now))
    lock_both(db, project.id, kept, other)
    naming = records_naming(db, project.id, other)
    moved = {
        "withdrawals": ids_of(db, Withdrawal, other, project.id),
        "acts": ids_of(db, FollowUpAct, other, project.id),
    }
    row = PersonMerge(
        project_id=project.id,
        kept_uuid=kept,
        other_uuid=other,
        moved_json=orjson.dumps(moved).decode(),
        made_by_id=by,
        made_at=now,
    )
    db.add(row)
    hang_on(db, moved, kept)
    hang_packages_on(db, project.id, other, kept)
    told = CareEvent.project_id == project.id, CareEvent.subject == other
    db.execute(update(CareEvent).where(*told).values(subject=kept, told_of=func.coalesce(CareEvent.told_of, other)))
    hers = FollowUp.project_id == project.id, FollowUp.subject_list == WOMEN, FollowUp.subject == other
    db.execute(update(FollowUp).where(*hers).values(subject=kept))
    forget_words(db, project.id, other)
    drop_pair(db, project.id, kept, other)
    follow(db, project, (other, kept), naming, now)
    note(db, "person.merge", row, by, now)
    return row


def part(db: Session, project: Project, merge_id: int, by: int, now: datetime) -> PersonMerge:
    """Takes it back: each registration has what was told of it, before and since.

    What she took back meanwhile holds for both. Raises NotFound for one that is not in force, NotParted with the reason.
    """
    stand_in_line(db, project.id)
    row = get_merge(db, project.id, merge_id)
    check_part(db, row, now)
    kept, other = row.kept_uuid, row.other_uuid
    lock_both(db, project.id, kept, other)
    group = {other, *merged_into(db, project.id, other)}
    naming = records_naming(db, project.id, kept)
    told = as_one_person(events_of(db, project.id, WOMEN, kept))
    taken = taken_since(told, row.made_at)
    row.undone_at, row.undone_by_id = now, by
    db.flush()
    hand_back_events(db, project.id, kept, other, group, now)
    hand_packages_back(db, project.id, kept, other, group)
    hand_back_acts(db, row, {event for event, named in named_in(told).items() if named.subject in group}, group)
    for uuid in (kept, other) if taken else ():
        note_withdrawal(db, project.id, uuid, taken, by, now)
    follow(db, project, (kept, other), naming, now)
    note(db, "person.part", row, by, now)
    return row


def get_merge(db: Session, project_id: int, merge_id: int) -> PersonMerge:
    """One in force; nobody else takes it back at the same time. Raises NotFound."""
    here = PersonMerge.id == merge_id, PersonMerge.project_id == project_id, PersonMerge.undone_at.is_(None)
    found = db.scalar(select(PersonMerge).where(*here).with_for_update())
    if found is None:
        raise NotFound()
    return found


def check_pair(db: Session, project_id: int, kept: str, other: str, day: date) -> None:
    """Raises NotFound, NotMerged."""
    rows = women_of(db, project_id, {kept, other})
    if kept == other or len(rows) != 2:
        raise NotFound()
    if not all(agrees(one, day) for one in rows):
        raise NotMerged(reason="one of them does not agree to be cared for any more, so nothing of hers is compared")
    refuse_asked(db, project_id, (kept, other), NotMerged)


def check_part(db: Session, row: PersonMerge, now: datetime) -> None:
    if now - row.made_at > UNDO_WITHIN:
        raise NotParted(reason="it was more than 30 days ago")
    if who_now(db, row.project_id, row.kept_uuid) != row.kept_uuid:
        raise NotParted(reason="it was put together with a third one since; take that back first")
    if not all(agrees(one, today(now)) for one in women_of(db, row.project_id, {row.kept_uuid})):
        raise NotParted(reason="she took her consent back since, and that holds for both")
    refuse_asked(db, row.project_id, (row.kept_uuid, row.other_uuid), NotParted)


def women_of(db: Session, project_id: int, uuids: Collection[str]) -> list[Woman]:
    """As they stand now, for nobody else to change meanwhile."""
    query = select(Woman).where(Woman.project_id == project_id, Woman.uuid.in_(uuids))
    return list(db.scalars(query, execution_options={"populate_existing": True}))


def agrees(woman: Woman, day: date) -> bool:
    holds = woman.consent_until is None or day <= woman.consent_until
    return woman.consent_service and woman.withdrawn_on is None and holds


def refuse_asked(
    db: Session, project_id: int, uuids: Collection[str], refusal: type[NotMerged] | type[NotParted]
) -> None:
    """Her own wishes come first: what she asked of her data is about what was told under one of them."""
    asked = RightsRequest.project_id == project_id, RightsRequest.subject.in_(uuids), RightsRequest.state == "open"
    if db.scalar(select(RightsRequest.id).where(*asked).limit(1)) is not None:
        raise refusal(reason="she asked something of her data that waits for an answer")
    if restricted_among(db, project_id, uuids):
        raise refusal(reason="she asked that her data be kept and not used")


def lock_both(db: Session, project_id: int, *uuids: str) -> None:
    for uuid in sorted(uuids):
        lock_subject(db, project_id, (WOMEN, uuid), wait=True)


def ids_of(db: Session, model: type[Withdrawal] | type[FollowUpAct], uuid: str, project_id: int) -> list[int]:
    hers = model.woman_uuid == uuid if model is Withdrawal else FollowUpAct.subject == uuid
    return list(db.scalars(select(model.id).where(model.project_id == project_id, hers).order_by(model.id)))


def hang_on(db: Session, moved: dict[str, list[int]], uuid: str) -> None:
    db.execute(update(Withdrawal).where(Withdrawal.id.in_(moved["withdrawals"])).values(woman_uuid=uuid))
    db.execute(update(FollowUpAct).where(FollowUpAct.id.in_(moved["acts"])).values(subject=uuid))


def records_naming(db: Session, project_id: int, woman: str) -> list[int]:
    """Records of the town's own forms, which name her beside others: they are read again, for their rows name each once."""
    own = CareEvent.form_id.not_in(KEPT)
    found = list(db.scalars(select(CareEvent.submission_id).where(told_of_her(project_id, woman), own)))
    here = NamedWoman.project_id == project_id, NamedWoman.woman_uuid == woman
    db.execute(delete(NamedWoman).where(*here))
    return sorted(found)


def follow(db: Session, project: Project, uuids: Collection[str], naming: Collection[int], now: datetime) -> None:
    """Rows, lists, consents and follow-ups of both, as their records tell now."""
    effects = Effects({(WOMEN, uuid) for uuid in uuids})
    for uuid in uuids:
        effects.add(bring_in_line(db, project.id, (WOMEN, uuid), now, of_consent=True))
    for submission_id in naming:
        look_again(db, submission_id, now)
    recalculate_many(db, project, effects.subjects, today(now), now)
    note_changes(db, project.id, GONE, [None], now)
    for uuid in uuids:
        wait_for_look(db, project.id, uuid)


def hand_back_events(
    db: Session, project_id: int, kept: str, other: str, group: Collection[str], now: datetime
) -> None:
    """Events and what lists keep, to whom they were told of; what only names a thing of hers goes with that thing."""
    here = CareEvent.project_id == project_id, CareEvent.subject == kept
    db.execute(update(CareEvent).where(*here, CareEvent.told_of.in_(group)).values(subject=other))
    own = CareEvent.project_id == project_id, CareEvent.subject == other, CareEvent.told_of == other
    db.execute(update(CareEvent).where(*own).values(told_of=None))
    back = [one for one in listed_about(db, project_id, {kept}) if told_as(db, one) in group]
    for entity in back:
        name_whose(db, entity, other, now)
    about = CareEvent.told_of.is_(None), CareEvent.episode.in_([one.uuid for one in back])
    db.execute(update(CareEvent).where(*here, *about).values(subject=other))


def hand_back_acts(db: Session, row: PersonMerge, told: Collection[str], group: Collection[str]) -> None:
    """Withdrawals and acts that went along, and the follow-ups that hang on what was told of the other registration, with
    what people did with them since."""
    hang_on(db, orjson.loads(row.moved_json), row.other_uuid)
    hers = FollowUp.project_id == row.project_id, FollowUp.subject_list == WOMEN, FollowUp.subject == row.kept_uuid
    rows = db.execute(
        select(
            *(FollowUp.id, FollowUp.key, FollowUp.rule, FollowUp.episode, FollowUp.anchor_event, FollowUp.occurrence)
        ).where(*hers)
    )
    back = {
        one.id: one.key
        for one in rows
        if one.anchor_event in told
        or any(key_of(one.rule, uuid, one.episode, one.anchor_event, one.occurrence) == one.key for uuid in group)
    }
    db.execute(update(FollowUp).where(FollowUp.id.in_(back)).values(subject=row.other_uuid))
    acts = FollowUpAct.project_id == row.project_id, FollowUpAct.key.in_(back.values())
    db.execute(update(FollowUpAct).where(*acts).values(subject=row.other_uuid))


def drop_pair(db: Session, project_id: int, kept: str, other: str) -> None:
    first, second = sorted((kept, other))
    pair = PersonPair.first_uuid == first, PersonPair.second_uuid == second
    db.execute(delete(PersonPair).where(PersonPair.project_id == project_id, *pair))


def note(db: Session, action: str, row: PersonMerge, by: int, now: datetime) -> None:
    """Whom it was about; an erasure puts hashes there."""
    details = {"entity": {"dataset": WOMEN, "uuid": row.kept_uuid}, "other": row.other_uuid}
    record(db, action, actor_id=by, project_id=row.project_id, details=details, now=now)
