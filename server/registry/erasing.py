"""Removing a woman who asked for it: rows, records and files go; a hash keeps what comes late from undoing it.

First `plan_erasure` (changes nothing), then `erase_person`. Her own word by a phone does both at once (`erase`).
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.access.pseudonyms import pseudonym
from server.models import (
    CareEvent,
    Consent,
    ContraceptionEpisode,
    Dataset,
    Entity,
    EntityBacklog,
    EntityVersion,
    FollowUp,
    Minimised,
    Notification,
    Pregnancy,
    Restriction,
    RightsRequest,
    Withdrawal,
    Woman,
)
from server.registry import tombstones
from server.registry.audit_traces import redact_traces, traces_of
from server.registry.emptying import Contents, count_contents, empty_records
from server.registry.own_records import empty_old_versions, entities_of, records_of
from server.registry.sealing import Effects, Verdict, seal_record
from server.registry.tombstones import bury

ERASED: Final = Verdict(tombstones.ERASED)


@dataclass(frozen=True)
class Plan:
    """What of hers there is. `uuids` are hers and those of what is about her; `foreign` are records about somebody else
    now, an earlier version of which was about her."""

    project_id: int
    woman: str
    uuids: frozenset[str]
    records: tuple[int, ...]
    foreign: tuple[int, ...]
    entities: tuple[int, ...]
    report: dict[str, int]


@dataclass(frozen=True)
class Erased:
    """What was done: counts, and the SHA-256 of files that are for the caller to take off the disk after the commit."""

    effects: Effects
    report: dict[str, int]
    files: set[str] = field(default_factory=set)


def erase(db: Session, project_id: int, woman: str, now: datetime) -> Effects:
    """At her word from a phone: everything goes in the transaction that brought it. Files go at the next sweep."""
    erased = erase_person(db, plan_erasure(db, project_id, woman), None, now)
    hers = pseudonym(project_id, woman)
    made = {"received_at": now, "due_at": now, "state": "done", "outcome": "done", "closed_at": now}
    report = orjson.dumps(erased.report).decode()
    db.add(RightsRequest(project_id=project_id, kind="erasure", subject_hash=hers, report_json=report, **made))
    db.flush()
    return erased.effects


def plan_erasure(db: Session, project_id: int, woman: str) -> Plan:
    """Everything that is kept of a woman, found and counted; changes nothing."""
    events = CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.subject == woman
    episodes = set(db.scalars(select(CareEvent.episode).where(*events, CareEvent.episode.is_not(None))))
    entities = entities_of(db, project_id, woman, {one for one in episodes if one})
    uuids = frozenset({woman, *(one for one in episodes if one), *(entity.uuid for entity in entities)})
    own, foreign = records_of(db, project_id, woman, uuids, [one.id for one in entities])
    ids = tuple(one.id for one in entities)
    plan = Plan(project_id, woman, uuids, tuple(own), tuple(foreign), ids, {})
    contents = count_contents(db, own)
    return Plan(project_id, woman, uuids, tuple(own), tuple(foreign), ids, counts_of(db, plan, contents))


def counts_of(db: Session, plan: Plan, contents: Contents) -> dict[str, int]:
    """The report's numbers, by what they count."""
    tasks = follow_ups_of(plan)
    counted: dict[str, Any] = {
        "entities": select(func.count(Entity.id)).where(Entity.id.in_(plan.entities)),
        "entity_versions": select(func.count(EntityVersion.id)).where(EntityVersion.entity_id.in_(plan.entities)),
        "follow_ups": select(func.count(FollowUp.id)).where(tasks),
        "notices": select(func.count(Notification.id)).where(Notification.follow_up_id.in_(ids_of(tasks))),
        "withdrawals": select(func.count(Withdrawal.id)).where(*hers(Withdrawal, plan)),
        "waiting_changes": select(func.count(EntityBacklog.id)).where(waiting_changes(plan)),
    }
    found = {name: db.scalar(query) or 0 for name, query in counted.items()}
    derived = sum(
        db.scalar(select(func.count()).select_from(model).where(*hers(model, plan))) or 0 for model in DERIVED
    )
    more = {"derived_rows": derived, "old_versions_elsewhere": len(plan.foreign), "made_exports": 0}
    return asdict(contents) | found | more | {"audit_rows": len(traces_of(db, plan.project_id, plan.uuids))}


DERIVED: Final[tuple[Any, ...]] = (Consent, Pregnancy, ContraceptionEpisode, CareEvent, Woman)


def hers(model: Any, plan: Plan) -> tuple[Any, ...]:
    """Her rows of a table that names her by uuid."""
    here = model.project_id == plan.project_id
    if model is CareEvent:
        return here, model.subject_list == "women", model.subject == plan.woman
    return here, (model.uuid if model is Woman else model.woman_uuid) == plan.woman


def follow_ups_of(plan: Plan) -> Any:
    return (FollowUp.project_id == plan.project_id) & FollowUp.subject.in_(plan.uuids)


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
    empty_old_versions(db, plan.foreign, plan.uuids)
    delete_rows(db, plan)
    delete_entities(db, plan, now)
    forget_wishes(db, plan, now)
    redact_traces(db, plan.project_id, plan.uuids, by, now)
    return Erased(effects, dict(plan.report), files)


def delete_rows(db: Session, plan: Plan) -> None:
    """Follow-ups with what people were told of them, what was worked out of her, what she took back, what waits."""
    tasks = follow_ups_of(plan)
    db.execute(delete(Notification).where(Notification.follow_up_id.in_(ids_of(tasks))))
    db.execute(delete(FollowUp).where(tasks))
    for model in (*DERIVED, Withdrawal):
        db.execute(delete(model).where(*hers(model, plan)))
    db.execute(delete(EntityBacklog).where(waiting_changes(plan)))


def delete_entities(db: Session, plan: Plan, now: datetime) -> None:
    """They leave every list; phones that ask whether they are gone are told so by the hashes."""
    lists = set(db.scalars(select(Entity.dataset_id).where(Entity.id.in_(plan.entities))))
    db.execute(delete(EntityVersion).where(EntityVersion.entity_id.in_(plan.entities)))
    db.execute(delete(Entity).where(Entity.id.in_(plan.entities)))
    changed = update(Dataset).where(Dataset.id.in_(lists))
    db.execute(changed.values(revision=Dataset.revision + 1, updated_at=now))


def forget_wishes(db: Session, plan: Plan, now: datetime) -> None:
    """What she asked of her data before: that she asked stays, whom it was about does not. The rest has no object any more."""
    mine = (RightsRequest.project_id == plan.project_id) & (RightsRequest.subject == plan.woman)
    over = {"state": "done", "outcome": "erased", "closed_at": now}
    db.execute(update(RightsRequest).where(mine, RightsRequest.state == "open").values(**over))
    db.execute(update(RightsRequest).where(mine).values(subject=None, submission_id=None))
    of_her = (Restriction.project_id == plan.project_id) & (Restriction.subject == plan.woman)
    db.execute(delete(Restriction).where(of_her))
    small = (Minimised.project_id == plan.project_id) & (
        Minimised.subject_hash == pseudonym(plan.project_id, plan.woman)
    )
    db.execute(delete(Minimised).where(small))
