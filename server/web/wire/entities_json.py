"""Entities in Central's JSON. Facts: odk-contract.md 6.9; pyODK wants userAgent to be a string."""

from collections.abc import Collection, Mapping

import orjson

from server.models import Actor, Entity, EntityVersion
from server.registry.entity_history import Source, Version
from server.registry.queries import Listed
from server.web.wire.central_json import Json, instant
from server.web.wire.people_json import actor

Makers = Mapping[int, Actor]


def entity(
    listed: Listed, whole: bool = True, makers: Makers | None = None, properties: Collection[str] | None = None
) -> Json:
    """`whole` adds data and dataReceived, which a list leaves out; `makers` those who made it, as extended metadata does.

    Of the data what `properties` names is told, where it is given.
    """
    row, current = listed.entity, listed.version
    return {
        "uuid": row.uuid,
        "creatorId": row.creator_id,
        "conflict": row.conflict,
        "createdAt": instant(row.created_at),
        "updatedAt": instant(row.updated_at),
        "deletedAt": instant(row.deleted_at),
        "currentVersion": version(current, row, makers) | (said(current, properties) if whole else {}),
        **maker(row.creator_id, makers),
    }


def said(current: EntityVersion, properties: Collection[str] | None) -> Json:
    data, received = orjson.loads(current.data_json), orjson.loads(current.received_json)
    return {"data": told_now(data, properties), "dataReceived": received}


def told_now(data: Mapping[str, str], properties: Collection[str] | None) -> Json:
    """What a list still has a property for: Central tells no more of an entity as it is now."""
    return {name: value for name, value in data.items() if properties is None or name in properties}


def maker(actor_id: int | None, makers: Makers | None) -> Json:
    if makers is None:
        return {}
    found = makers.get(actor_id or 0)
    return {"creator": actor(found) if found else None}


def version(row: EntityVersion, of: Entity, makers: Makers | None = None) -> Json:
    return {
        "version": row.version,
        "label": row.label,
        "current": row.version == of.version,
        "creatorId": row.creator_id,
        "userAgent": row.user_agent or "",
        "createdAt": instant(row.created_at),
        "baseVersion": row.base_version,
        "branchId": row.branch_id,
        "trunkVersion": row.trunk_version,
        "branchBaseVersion": row.branch_base_version,
        "conflictingProperties": orjson.loads(row.conflicting_json) if row.conflicting_json else None,
        **maker(row.creator_id, makers),
    }


def past_version(
    one: Version, of: Entity, properties: Collection[str], came_from: Source | None, makers: Makers | None
) -> Json:
    """A version of the history, with its conflict and its source."""
    return {
        **version(one.row, of, makers),
        "data": told_now(one.data, properties if one.row.version == of.version else None),
        "dataReceived": one.received,
        "conflict": one.conflict,
        "resolved": one.resolved,
        "baseDiff": list(one.base_diff),
        "serverDiff": list(one.server_diff),
        "lastGoodVersion": one.last_good,
        "relevantToConflict": one.relevant,
        "source": source(came_from),
    }


def source(of: Source | None) -> Json:
    """Nothing where somebody made the version here; of a record in the trash only that it came, when and from whom."""
    if of is None:
        return {}
    if of.record is None:
        return dict(of.file or {})
    row, xml_form_id, sender = of.record
    told: Json = {
        "instanceId": row.instance_id,
        "createdAt": instant(row.created_at),
        "submitter": actor(sender) if sender else None,
    }
    return {"submission": told | ({"xmlFormId": xml_form_id, "reviewState": row.review_state} if xml_form_id else {})}
