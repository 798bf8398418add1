"""Entities by REST (6.9): list, make one or many, read, change, delete, restore, versions."""

from flask import Response, request

from server.access.projects import get_project
from server.errors import WrongType
from server.models import Dataset, Entity
from server.registry import editing, queries
from server.registry.entities import Author
from server.registry.queries import Listed
from server.registry.reach import Reach, reach_of, refuse_without_role
from server.web.central.datasets import DATASETS, load_dataset
from server.web.central.door import CentralDoor
from server.web.json_body import read_json
from server.web.parameters import is_true, page, read_number
from server.web.readings import note_read
from server.web.session import caller, db, now, reading, today
from server.web.streams import json_array, stream
from server.web.wire import central_json, entities_json

entities = CentralDoor("entities")
ALL = DATASETS + "/<name>/entities"
ONE = ALL + "/<uuid>"
MOST_BULK_BYTES = 100_000_000


def author() -> Author:
    return editing.author_of(caller().actor_id, request.headers.get("User-Agent"), now())


def load_list(verb: str, project_id: int, name: str) -> tuple[Dataset, Reach]:
    """A list and what of it the caller reaches. Raises NotFound, Forbidden: lists about women have no door for others."""
    project, dataset = load_dataset(verb, project_id, name)
    reach = reach_of(caller(), project, today())
    refuse_without_role(dataset, reach)
    return dataset, reach


def find_one(verb: str, project_id: int, name: str, uuid: str, deleted: bool = False) -> tuple[Dataset, Listed]:
    dataset, reach = load_list(verb, project_id, name)
    found = queries.get_entity(db(), dataset, reach, uuid, deleted)
    if verb == "entity.read":
        upon = {"dataset_id": dataset.id, "entity_id": found.entity.id, "about": about_whom(found.entity)}
        note_read(get_project(reading(), project_id), verb, **upon)
    return dataset, found


def about_whom(entity: Entity) -> str:
    """The woman that an entity of the lists about her is about; else the entity itself."""
    return entity.about or entity.uuid


@entities.get(ALL)
def get_entities(project_id: int, name: str) -> Response:
    dataset, reach = load_list("entity.list", project_id, name)
    note_read(get_project(reading(), project_id), "entity.list", dataset_id=dataset.id)
    wanted, deleted = page(), is_true("deleted")
    return stream(
        lambda session: json_array(
            entities_json.entity(one, whole=False)
            for one in queries.iterate_entities(session, dataset, reach, deleted, wanted.offset, wanted.limit)
        ),
        "application/json; charset=utf-8",
    )


@entities.post(ALL)
def post_entities(project_id: int, name: str) -> Response:
    dataset, reach = load_list("entity.create", project_id, name)
    fields = {"uuid": str | None, "label": str, "data": dict, "entities": list, "source": dict}
    sent = read_json(optional=fields, limit=MOST_BULK_BYTES)
    if "entities" in sent:
        uuids = editing.make_entities(db(), dataset, sent["entities"], author())
        queries.check_reached(db(), dataset, reach, uuids)
        editing.note_bulk(db(), dataset, sent.get("source", {}), len(sent["entities"]), author())
        return central_json.success()
    uuid = editing.make_entity(db(), dataset, sent, author())
    made = queries.get_entity(db(), dataset, reach, uuid)
    return central_json.reply(entities_json.entity(made))


@entities.get(ONE)
def get_entity(project_id: int, name: str, uuid: str) -> Response:
    _, listed = find_one("entity.read", project_id, name, uuid)
    return central_json.reply(entities_json.entity(listed))


@entities.patch(ONE)
def patch_entity(project_id: int, name: str, uuid: str) -> Response:
    dataset, listed = find_one("entity.update", project_id, name, uuid)
    sent = read_json(optional={"label": str, "data": dict})
    how = (read_number("baseVersion"), is_true("force"), is_true("resolve"))
    editing.change_entity(db(), dataset, listed.entity, sent, *how, author())
    _, changed = find_one("entity.update", project_id, name, uuid)
    return central_json.reply(entities_json.entity(changed))


@entities.delete(ONE)
def delete_entity(project_id: int, name: str, uuid: str) -> Response:
    dataset, listed = find_one("entity.delete", project_id, name, uuid)
    editing.delete_entity(db(), dataset, listed.entity, author())
    return central_json.success()


@entities.post(ONE + "/restore")
def restore_entity(project_id: int, name: str, uuid: str) -> Response:
    dataset, listed = find_one("entity.restore", project_id, name, uuid, deleted=True)
    editing.restore_entity(db(), dataset, listed.entity, author())
    return central_json.success()


@entities.post(ALL + "/bulk-delete")
def delete_entities(project_id: int, name: str) -> Response:
    return each_of("entity.delete", project_id, name, deleted=False)


@entities.post(ALL + "/bulk-restore")
def restore_entities(project_id: int, name: str) -> Response:
    return each_of("entity.restore", project_id, name, deleted=True)


def each_of(verb: str, project_id: int, name: str, deleted: bool) -> Response:
    """All of the ids, or none and 404.1 for the first that is not there."""
    ids = read_json(required={"ids": list})["ids"]
    if not all(isinstance(one, str) for one in ids):
        raise WrongType(field="ids", expected="array of string")
    act = editing.restore_entity if deleted else editing.delete_entity
    dataset, reach = load_list(verb, project_id, name)
    for uuid in ids:
        act(db(), dataset, queries.get_entity(db(), dataset, reach, uuid, deleted).entity, author())
    return central_json.reply({"count": len(ids)})


@entities.get(ONE + "/versions")
def get_versions(project_id: int, name: str, uuid: str) -> Response:
    dataset, listed = find_one("entity.read", project_id, name, uuid)
    rows = queries.list_versions(db(), listed.entity)
    is_care = get_project(reading(), project_id).kind == "care"
    without = queries.taken_back(dataset, listed.entity) if is_care else ()
    return central_json.reply([entities_json.version(row, listed.entity, without=without) for row in rows])
