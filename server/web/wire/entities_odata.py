"""Rows of an entity list's table, member by member. Facts: odk-contract.md 7.5."""

from collections.abc import Mapping

from server.reports.entity_rows import EntityRow
from server.reports.odata_fields import Selection
from server.web.wire.central_json import Json, instant
from server.web.wire.odata_json import chosen


def row(one: EntityRow, names: Mapping[str, str], select: Selection | None) -> Json:
    """`names`: OData's name of each property. One that the entity lacks is empty text, as in Central, not null."""
    body: Json = {"__id": one.uuid, "label": one.label, "__system": system(one)}
    body |= {name: one.data.get(its_own) or "" for its_own, name in names.items()}
    return body if select is None else chosen(body, select)


def system(one: EntityRow) -> Json:
    return {
        "createdAt": instant(one.created_at),
        "creatorId": None if one.creator_id is None else str(one.creator_id),
        "creatorName": one.creator_name,
        "updates": one.updates,
        "updatedAt": instant(one.updated_at),
        "deletedAt": instant(one.deleted_at),
        "version": one.version,
        "conflict": one.conflict,
    }
