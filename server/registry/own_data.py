"""Everything that is kept about one woman, as plain data: what she is given when she asks for it (PIPL 45).

Open and sealed records alike, every version, the files by name, what she agreed to, what was planned, and who read it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.pseudonyms import pseudonym
from server.models import (
    Actor,
    Audit,
    Dataset,
    Entity,
    EntityVersion,
    FollowUp,
    FollowUpAct,
    Notification,
    Project,
    Reading,
    Restriction,
    RightsRequest,
    ServiceCard,
    TransferPackage,
    Withdrawal,
)
from server.registry.consents import consents_of
from server.registry.entities import HER
from server.registry.erasing import Plan, plan_erasure
from server.registry.merged import merged_into
from server.registry.own_given import records_of
from server.registry.telling import bare

THROUGH_WITH_HER: Final = {
    "zh": "有的内容还提到别人，这里不写出来；负责数据的人会和她一起看关于她的部分。",
    "en": "Some of it names others, too, and is not written here: whoever looks after the data goes through it with her.",
}


def collect(db: Session, project: Project, woman: str, now: datetime) -> dict[str, Any]:
    """All of it; days and instants as they are, for `orjson` or a page to write. Reads what is hers and nothing else."""
    plan = plan_erasure(db, project.id, woman)
    records = records_of(db, plan)
    return {
        "made_at": now,
        "project": project.name,
        "about": {"id": woman, "label": label_of(db, plan)},
        "consents": [plain(one) for one in consents_of(db, project.id, woman)],
        "taken_back": [taken_back(one) for one in rows_of(db, Withdrawal, Withdrawal.woman_uuid, plan)],
        "records": records,
        "transfers": [package(one) for one in rows_of(db, TransferPackage, TransferPackage.woman_uuid, plan)],
        "goes_through_with_her": THROUGH_WITH_HER if any(one.names_others for one in records) else None,
        "lists": lists_of(db, plan),
        "follow_ups": follow_ups_of(db, plan),
        "done_by_hand": acts_on_hers(db, plan),
        "notices": notices_of(db, plan),
        "cards": cards_of(db, plan),
        "restrictions": [
            {"since": one.since_at, "lifted": one.lifted_at}
            for one in rows_of(db, Restriction, Restriction.subject, plan)
        ],
        "requests": [
            {"kind": one.kind, "asked": one.received_at, "closed": one.closed_at, "outcome": one.outcome}
            for one in rows_of(db, RightsRequest, RightsRequest.subject, plan)
        ],
        "who_read": who_read(db, project.id, woman),
    }


def label_of(db: Session, plan: Plan) -> str:
    query = select(Entity.label).where(Entity.id.in_(plan.entities), Entity.uuid == plan.woman)
    return db.scalar(query) or ""


def rows_of(db: Session, model: Any, column: Any, plan: Plan) -> list[Any]:
    return list(db.scalars(select(model).where(model.project_id == plan.project_id, column.in_(plan.women))))


def plain(row: Any) -> dict[str, Any]:
    """A row's own columns, without ids of ours."""
    names = (column.name for column in row.__table__.columns)
    return {name: getattr(row, name) for name in names if name not in ("id", "project_id", "woman_uuid")}


def taken_back(one: Withdrawal) -> dict[str, Any]:
    return {"purposes": one.purposes.split(), "on": one.taken_on, "noted_at": one.received_at}


def package(one: TransferPackage) -> dict[str, Any]:
    """What became of a package, and what is in one that she brought: one that was made here this server cannot open."""
    told = {"direction": one.direction, "state": one.state, "items": one.items.split(), "made_on": one.made_on}
    told |= {"last_day": one.last_day, "answered_on": one.answered_on, "place": place_of(one)}
    return told | {"content": orjson.loads(one.content) if one.direction == "in" and one.content else None}


def place_of(one: TransferPackage) -> Any:
    """Where one goes, as F8 told it; where one comes from, as it says itself."""
    return orjson.loads(one.place) if one.direction == "out" and one.place else one.place


def lists_of(db: Session, plan: Plan) -> list[dict[str, Any]]:
    """Her entries in the lists, each with its versions, the newest first."""
    rows = db.execute(
        select(Entity, Dataset.name)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(Entity.id.in_(plan.entities))
        .order_by(Dataset.id, Entity.id)
    )
    return [
        {
            "list": name,
            "deleted_at": one.deleted_at,
            **said_in(one, plan.women),
            "versions": entity_versions(db, one.id, plan.women),
        }
        for one, name in rows
    ]


def entity_versions(db: Session, entity_id: int, women: Collection[str]) -> list[dict[str, Any]]:
    query = select(EntityVersion).where(EntityVersion.entity_id == entity_id).order_by(EntityVersion.version.desc())
    return [{"version": one.version, "at": one.created_at, **said_in(one, women)} for one in db.scalars(query)]


def said_in(row: Entity | EntityVersion, women: Collection[str]) -> dict[str, Any]:
    """Label and data. Nothing of a version that was another woman's: a correction may have moved a pregnancy to her."""
    data = orjson.loads(row.data_json)
    if bare(data.get(HER)) in (None, *women):
        return {"label": row.label, "data": data, "names_others": False}
    return {"label": None, "data": None, "names_others": True}


def follow_ups_of(db: Session, plan: Plan) -> list[dict[str, Any]]:
    where = FollowUp.project_id == plan.project_id, FollowUp.subject.in_(plan.uuids)
    return [
        {
            "rule": one.rule,
            "form": one.form_id,
            "opens_on": one.opens_on,
            "due_on": one.due_on,
            "closes_on": one.closes_on,
            "state": one.state,
            "answered_on": one.answered_on,
            "cause": one.cause,
        }
        for one in db.scalars(select(FollowUp).where(*where).order_by(FollowUp.due_on, FollowUp.id))
    ]


def cards_of(db: Session, plan: Plan) -> list[dict[str, Any]]:
    """When she was given a card, and until when it worked. What opens it stands on the card alone."""
    hers = ServiceCard.project_id == plan.project_id, ServiceCard.woman_uuid.in_(plan.uuids)
    rows = db.scalars(select(ServiceCard).where(*hers).order_by(ServiceCard.id))
    return [{"made_at": one.made_at, "stopped_at": one.stopped_at, "clinic": one.place or None} for one in rows]


def acts_on_hers(db: Session, plan: Plan) -> list[dict[str, Any]]:
    """What was done with visits of hers by hand: put off, closed with a reason, given to somebody, and by whom."""
    rows = db.execute(
        select(FollowUpAct, Actor.display_name)
        .join(Actor, Actor.id == FollowUpAct.by_id)
        .where(FollowUpAct.project_id == plan.project_id, FollowUpAct.subject.in_(plan.uuids))
        .order_by(FollowUpAct.id)
    )
    said = ("kind", "reason", "day", "place", "note", "undone_at")
    return [{"at": one.made_at, "by": by, **{name: getattr(one, name) for name in said}} for one, by in rows]


def notices_of(db: Session, plan: Plan) -> list[dict[str, Any]]:
    """Who was told that a visit is due, and when."""
    rows = db.execute(
        select(Notification.created_at, Notification.kind, Notification.channel, Notification.state, Actor.display_name)
        .join(FollowUp, FollowUp.id == Notification.follow_up_id)
        .outerjoin(Actor, Actor.id == Notification.recipient_id)
        .where(FollowUp.project_id == plan.project_id, FollowUp.subject.in_(plan.uuids))
        .order_by(Notification.id)
    )
    return [{"at": at, "kind": kind, "by": way, "state": state, "to": to} for at, kind, way, state, to in rows]


def who_read(db: Session, project_id: int, woman: str) -> list[dict[str, Any]]:
    """Who looked at what of hers, when, in which role, how often within a second; the newest first."""
    hers = [pseudonym(project_id, one) for one in (woman, *merged_into(db, project_id, woman))]
    rows = db.execute(
        select(Reading.read_at, Actor.display_name, Reading.action, Audit.details)
        .join(Audit, Audit.id == Reading.audit_id)
        .outerjoin(Actor, Actor.id == Reading.actor_id)
        .where(Reading.project_id == project_id, Reading.about.in_(hers))
        .order_by(Reading.audit_id.desc())
    )
    return [
        {"at": at, "who": who, "action": action, "as": (details or {}).get("as"), "way": (details or {}).get("way")}
        for at, who, action, details in rows
    ]


def as_json(found: dict[str, Any]) -> bytes:
    """The whole as a JSON document, indented: for her, and for whoever carries it elsewhere on her behalf."""
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=str)
