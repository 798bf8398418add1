"""Removing a woman who asked for it: rows, records and files go; a hash keeps what comes late from undoing it.

First `plan_erasure` (changes nothing), then `erase_person`. Her own word by a phone does both at once (`erase`).
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.access.changes import forget_changes
from server.access.pseudonyms import pseudonym
from server.clock import today
from server.models import (
    CardVisit,
    CareEvent,
    Consent,
    ContraceptionEpisode,
    CriticalWatch,
    Dataset,
    Entity,
    EntityBacklog,
    EntityVersion,
    FollowUp,
    FollowUpAct,
    Minimised,
    NamedWoman,
    Notification,
    Pregnancy,
    Restriction,
    RightsRequest,
    ScheduleChoice,
    ServiceCard,
    TransferPackage,
    Withdrawal,
    Woman,
)
from server.registry import tombstones
from server.registry.audit_traces import redact_traces, traces_of
from server.registry.emptying import Contents, count_contents, empty_records
from server.registry.merged import forget_registrations, merged_into
from server.registry.own_records import begun_by, empty_old_versions, entities_of, only_hers, records_of
from server.registry.rights_desk import DONE, ERASURE, note
from server.registry.sealing import Effects, Verdict, seal_record
from server.registry.tombstones import bury

ERASED: Final = Verdict(tombstones.ERASED)
BACKUPS_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class Plan:
    """What of hers there is. `women` are her registrations, `woman` the one that is kept; `uuids` are hers and those of what
    is about her; `foreign` are records about somebody else now, an earlier version of which was about her."""

    project_id: int
    woman: str
    uuids: frozenset[str]
    records: tuple[int, ...]
    foreign: tuple[int, ...]
    entities: tuple[int, ...]
    report: dict[str, int]
    women: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Erased:
    """What was done: counts, and the SHA-256 of files that are for the caller to take off the disk after the commit."""

    effects: Effects
    report: dict[str, int]
    files: set[str] = field(default_factory=set)


def erase(db: Session, project_id: int, woman: str, now: datetime, by: int | None = None) -> Effects:
    """At her word from a phone, or as somebody (`by`) noted it: everything goes in the transaction that brought it.

    Files go at the next sweep.
    """
    erased = erase_person(db, plan_erasure(db, project_id, woman), by, now)
    report = erased.report | {"backups_until": today(now + BACKUPS_FOR)}
    request = RightsRequest(
        project_id=project_id,
        kind=ERASURE,
        subject_hash=pseudonym(project_id, woman),
        report_json=orjson.dumps(report).decode(),
        state=DONE,
        outcome="done",
        received_at=now,
        due_at=now,
        closed_at=now,
        opened_by_id=by,
        closed_by_id=by,
    )
    db.add(request)
    db.flush()
    note(db, "rights.update", request, by, now)
    return erased.effects


def plan_erasure(db: Session, project_id: int, woman: str) -> Plan:
    """Everything that is kept of a woman, found and counted; changes nothing."""
    plan = find_hers(db, project_id, woman)
    return replace(plan, report=counts_of(db, plan, count_contents(db, plan.records)))


def find_hers(db: Session, project_id: int, woman: str) -> Plan:
    """A plan without its counts. What a sealed record of hers begins is looked for in its turn, until nothing is new."""
    events = CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.subject == woman
    told = set(db.scalars(select(CareEvent.episode).where(*events, CareEvent.episode.is_not(None))))
    packages = TransferPackage.project_id == project_id, TransferPackage.woman_uuid == woman
    told |= set(db.scalars(select(TransferPackage.transfer).where(*packages)))  # the audit names them, perhaps no list
    women = {woman, *merged_into(db, project_id, woman)}
    new, uuids = only_hers(db, project_id, woman, {one for one in told if one}), set(women)
    while True:
        uuids |= new
        entities = entities_of(db, project_id, women, uuids)
        uuids |= {one.uuid for one in entities}
        ids = tuple(one.id for one in entities)
        own, foreign = records_of(db, project_id, woman, uuids, ids)
        new = only_hers(db, project_id, woman, begun_by(db, woman, own) - uuids)
        if not new:
            return Plan(project_id, woman, frozenset(uuids), tuple(own), tuple(foreign), ids, {}, frozenset(women))


def counts_of(db: Session, plan: Plan, contents: Contents) -> dict[str, int]:
    """The report's numbers, by what they count."""
    tasks = follow_ups_of(plan)
    counted: dict[str, Any] = {
        "entities": select(func.count(Entity.id)).where(Entity.id.in_(plan.entities)),
        "entity_versions": select(func.count(EntityVersion.id)).where(EntityVersion.entity_id.in_(plan.entities)),
        "follow_ups": select(func.count(FollowUp.id)).where(tasks),
        "follow_up_acts": select(func.count(FollowUpAct.id)).where(acts_of(plan)),
        "notices": select(func.count(Notification.id)).where(Notification.follow_up_id.in_(ids_of(tasks))),
        "withdrawals": select(func.count(Withdrawal.id)).where(*hers(Withdrawal, plan)),
        "transfer_packages": select(func.count(TransferPackage.id)).where(*hers(TransferPackage, plan)),
        "waiting_changes": select(func.count(EntityBacklog.id)).where(waiting_changes(plan)),
    }
    found = {name: db.scalar(query) or 0 for name, query in counted.items()}
    derived = sum(
        db.scalar(select(func.count()).select_from(model).where(*hers(model, plan))) or 0 for model in DERIVED
    )
    more = {"derived_rows": derived, "old_versions_elsewhere": len(plan.foreign)} | NEVER_KEPT
    return asdict(contents) | found | more | {"audit_rows": len(traces_of(db, plan.project_id, plan.uuids))}


NEVER_KEPT: Final = {"made_exports": 0, "photo_copies": 0}
"""Exports and photos without their place are made while they are sent: the report says so."""
DERIVED: Final[tuple[Any, ...]] = (Consent, Pregnancy, ContraceptionEpisode, CareEvent, NamedWoman, Woman)


def hers(model: Any, plan: Plan) -> tuple[Any, ...]:
    """Her rows of a table that names her by uuid."""
    here = model.project_id == plan.project_id
    if model is CareEvent:
        return here, model.subject == plan.woman
    return here, (model.uuid if model is Woman else model.woman_uuid) == plan.woman


def follow_ups_of(plan: Plan) -> Any:
    return (FollowUp.project_id == plan.project_id) & FollowUp.subject.in_(plan.uuids)


def acts_of(plan: Plan) -> Any:
    return (FollowUpAct.project_id == plan.project_id) & FollowUpAct.subject.in_(plan.uuids)


def ids_of(tasks: Any) -> Any:
    return select(FollowUp.id).where(tasks)


def waiting_changes(plan: Plan) -> Any:
    lists = select(Dataset.id).where(Dataset.project_id == plan.project_id)
    return EntityBacklog.dataset_id.in_(lists) & EntityBacklog.uuid.in_(plan.uuids)


def erase_person(db: Session, plan: Plan, by: int | None, now: datetime) -> Erased:
    """Takes out all that the plan found. What comes late is met by hashes of the uuids, and is emptied when it comes."""
    for uuid in sorted(plan.uuids):
        bury(db, plan.project_id, uuid, now)
    return take_out(db, plan, ERASED, by, now)


def take_out(db: Session, plan: Plan, verdict: Verdict, by: int | None, now: datetime) -> Erased:
    """Empties her records, sealed for good with this reason, and deletes all other rows about her."""
    effects = Effects({("women", plan.woman)})
    for submission_id in plan.records:
        effects.add(seal_record(db, plan.project_id, submission_id, verdict, now))
    files = empty_records(db, plan.records)
    files |= empty_old_versions(db, plan.foreign, plan.uuids)
    delete_rows(db, plan)
    delete_entities(db, plan, now)
    forget_wishes(db, plan, now)
    redact_traces(db, plan.project_id, plan.uuids, by, now)
    return Erased(effects, dict(plan.report), files)


def delete_rows(db: Session, plan: Plan) -> None:
    """Follow-ups with what people were told of them, what was worked out of her, what she took back, packages, what waits."""
    tasks = follow_ups_of(plan)
    for told in (Notification, CriticalWatch):
        db.execute(delete(told).where(told.follow_up_id.in_(ids_of(tasks))))
    forget_changes(db, plan.project_id, plan.entities, list(db.scalars(ids_of(tasks))))
    db.execute(delete(FollowUp).where(tasks))
    chosen = (ScheduleChoice.project_id == plan.project_id) & ScheduleChoice.pregnancy.in_(plan.uuids)
    db.execute(delete(ScheduleChoice).where(chosen))
    db.execute(delete(FollowUpAct).where(acts_of(plan)))
    for model in (*DERIVED, Withdrawal, TransferPackage):
        db.execute(delete(model).where(*hers(model, plan)))
    db.execute(delete(EntityBacklog).where(waiting_changes(plan)))
    forget_registrations(db, plan.project_id, plan.uuids)
    forget_cards(db, plan)


def forget_cards(db: Session, plan: Plan) -> None:
    """Every card that she ever had, and the page that may be open by one."""
    cards = (ServiceCard.project_id == plan.project_id) & ServiceCard.woman_uuid.in_(plan.uuids)
    db.execute(delete(CardVisit).where(CardVisit.card_id.in_(select(ServiceCard.id).where(cards))))
    db.execute(delete(ServiceCard).where(cards))


def delete_entities(db: Session, plan: Plan, now: datetime) -> None:
    """They leave every list; phones that ask whether they are gone are told so by the hashes."""
    lists = set(db.scalars(select(Entity.dataset_id).where(Entity.id.in_(plan.entities))))
    db.execute(delete(EntityVersion).where(EntityVersion.entity_id.in_(plan.entities)))
    db.execute(delete(Entity).where(Entity.id.in_(plan.entities)))
    changed = update(Dataset).where(Dataset.id.in_(lists))
    db.execute(changed.values(revision=Dataset.revision + 1, updated_at=now))


def forget_wishes(db: Session, plan: Plan, now: datetime) -> None:
    """What she asked of her data before: that she asked stays, whom it was about does not. The rest has no object any more."""
    mine = (RightsRequest.project_id == plan.project_id) & RightsRequest.subject.in_(plan.women)
    over = {"state": "done", "outcome": "erased", "closed_at": now}
    db.execute(update(RightsRequest).where(mine, RightsRequest.state == "open").values(**over))
    db.execute(update(RightsRequest).where(mine).values(subject=None, submission_id=None, wish=None))
    of_her = (Restriction.project_id == plan.project_id) & Restriction.subject.in_(plan.women)
    db.execute(delete(Restriction).where(of_her))
    hashes = [pseudonym(plan.project_id, one) for one in plan.women]
    small = (Minimised.project_id == plan.project_id) & Minimised.subject_hash.in_(hashes)
    db.execute(delete(Minimised).where(small))
