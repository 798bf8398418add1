"""Entities in Central's JSON. Facts: odk-contract.md 6.9; pyODK wants userAgent to be a string."""

from collections.abc import Collection

import orjson

from server.models import Entity, EntityVersion
from server.registry.queries import Listed
from server.web.wire.central_json import Json, instant


def entity(listed: Listed, whole: bool = True) -> Json:
    """`whole` adds data and dataReceived, which a list leaves out."""
    row = listed.entity
    return {
        "uuid": row.uuid,
        "creatorId": row.creator_id,
        "conflict": row.conflict,
        "createdAt": instant(row.created_at),
        "updatedAt": instant(row.updated_at),
        "deletedAt": instant(row.deleted_at),
        "currentVersion": version(listed.version, row, whole),
    }


def version(row: EntityVersion, of: Entity, whole: bool = True, without: Collection[str] = ()) -> Json:
    """`without` are properties that it tells no more."""
    body: Json = {
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
    }
    if whole:
        told = {"data": orjson.loads(row.data_json), "dataReceived": orjson.loads(row.received_json)}
        body |= {part: {**found, **{one: "" for one in without if one in found}} for part, found in told.items()}
    return body
