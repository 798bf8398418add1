"""What became of an entity (6.9): its versions, what each changed, what was done to it and by whom."""

from typing import NamedTuple

from flask import Response

from server.access.allow import may
from server.access.audit_queries import OneEntity, Wanted, list_audits, look_up
from server.access.projects import get_project
from server.models import Dataset
from server.registry import entity_history as history
from server.registry.entities import properties_of
from server.registry.queries import Listed
from server.registry.reach import reach_of
from server.web.central.door import CentralDoor
from server.web.central.entities import ONE, find_one, makers_of
from server.web.parameters import is_true, page
from server.web.session import caller, db, reading, today
from server.web.wire import audits_json, central_json, entities_json

entity_history = CentralDoor("entity_history")


class History(NamedTuple):
    """An entity of a list, its versions, the oldest first, and by the id of a version where it came from."""

    dataset: Dataset
    listed: Listed
    versions: list[history.Version]
    sources: dict[int, history.Source]


def find_history(project_id: int, name: str, uuid: str) -> History:
    dataset, listed = find_one("entity.read", project_id, name, uuid)
    project = get_project(reading(), project_id)
    reach = reach_of(caller(), project, today())
    versions = history.history_of(db(), dataset, listed.entity, reach)
    with_records = may(caller(), "submission.read", project)
    return History(dataset, listed, versions, history.sources_of(db(), dataset, versions, reach, with_records))


@entity_history.get(ONE + "/versions")
def get_versions(project_id: int, name: str, uuid: str) -> Response:
    """The oldest first; with `?relevantToConflict=true` those that somebody looks at to resolve the conflict."""
    found = find_history(project_id, name, uuid)
    entity, properties = found.listed.entity, properties_of(reading(), found.dataset.id)
    relevant, makers = is_true("relevantToConflict"), makers_of(*(one.row for one in found.versions))
    return central_json.reply(
        [
            entities_json.past_version(one, entity, properties, found.sources.get(one.row.id), makers)
            for one in found.versions
            if one.relevant or not relevant
        ]
    )


@entity_history.get(ONE + "/diffs")
def get_diffs(project_id: int, name: str, uuid: str) -> Response:
    return central_json.reply(history.changes_between(find_history(project_id, name, uuid).versions))


@entity_history.get(ONE + "/audits")
def get_acts(project_id: int, name: str, uuid: str) -> Response:
    """The newest first, always with who did it; who looked at it is not among them."""
    dataset, listed = find_one("entity.read", project_id, name, uuid)
    part, entity = page(), OneEntity(listed.entity.id, dataset.id, listed.entity.uuid)
    rows = list_audits(reading(), Wanted(offset=part.offset, limit=part.limit, entity=entity, with_reads=False))
    return central_json.reply(audits_json.audits_extended(look_up(reading(), rows)))
