"""Entities by REST (6.9): list, make one or many, read, change, delete, restore. Their past: entity_history.py."""

from collections.abc import Iterator

from flask import Response, request
from sqlalchemy.orm import Session

from server.access.profiles import find_actors
from server.access.projects import get_project
from server.errors import WrongType
from server.models import Actor, Dataset, Entity, EntityVersion
from server.registry import editing, queries
from server.registry.entities import Author, properties_of, take_entity
from server.registry.queries import Listed
from server.registry.reach import Reach, reach_of, refuse_without_role
from server.web.central.datasets import DATASETS, load_dataset
from server.web.central.door import CentralDoor
from server.web.json_body import read_json
from server.web.parameters import is_true, page, read_number, wants_extended
from server.web.readings import note_read
from server.web.session import caller, db, now, reading, today
from server.web.streams import json_array, stream
from server.web.wire import central_json, entities_json, people_json

entities = CentralDoor("entities")
ALL = DATASETS + "/<name>/entities"
ONE = ALL + "/<uuid>"
MOST_BULK_BYTES = 100_000_000
SENT = {"uuid": str | None, "label": str | None, "data": dict | None}
FIELDS = {**SENT, "entities": object, "source": dict | None}


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
    if verb != "entity.read":
        take_entity(db(), dataset, uuid.lower().removeprefix("uuid:"))
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
    wanted, deleted, extended = page(), is_true("deleted"), wants_extended()

    def told(session: Session) -> Iterator[bytes]:
        makers = queries.makers_of(session, dataset, reach, deleted) if extended else None
        found = queries.iterate_entities(session, dataset, reach, deleted, wanted.offset, wanted.limit)
        return json_array(entities_json.entity(one, whole=False, makers=makers) for one in found)

    return stream(told, "application/json; charset=utf-8")


@entities.get(ALL + "/creators")
def get_creators(project_id: int, name: str) -> Response:
    dataset, reach = load_list("entity.list", project_id, name)
    return central_json.reply(list(map(people_json.actor, queries.list_creators(reading(), dataset, reach))))


@entities.post(ALL)
def post_entities(project_id: int, name: str) -> Response:
    dataset, reach = load_list("entity.create", project_id, name)
    sent = read_json(optional=FIELDS, limit=MOST_BULK_BYTES, strict=True)
    if "entities" in sent:
        uuids = editing.make_entities(db(), dataset, sent["entities"], author())
        queries.check_reached(db(), dataset, reach, uuids)
        editing.note_bulk(db(), dataset, sent.get("source"), len(uuids), author())
        return central_json.success()
    uuid = editing.make_entity(db(), dataset, sent, author())
    made = queries.get_entity(db(), dataset, reach, uuid)
    return central_json.reply(entities_json.entity(made))


@entities.get(ONE)
def get_entity(project_id: int, name: str, uuid: str) -> Response:
    dataset, listed = find_one("entity.read", project_id, name, uuid)
    makers = makers_of(listed.entity, listed.version)
    return central_json.reply(
        entities_json.entity(listed, makers=makers, properties=properties_of(reading(), dataset.id))
    )


def makers_of(*rows: Entity | EntityVersion) -> dict[int, Actor] | None:
    """Those who made them, where extended metadata is asked for."""
    return find_actors(db(), {row.creator_id for row in rows}) if wants_extended() else None


@entities.patch(ONE)
def patch_entity(project_id: int, name: str, uuid: str) -> Response:
    dataset, listed = find_one("entity.update", project_id, name, uuid)
    sent = read_json(optional=SENT, strict=True)
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
    """Those of the ids that are there to be deleted or restored, and how many they were, as Central does."""
    ids = read_json(required={"ids": list})["ids"]
    if not all(isinstance(one, str) for one in ids):
        raise WrongType(field="ids", expected="array of string")
    act = editing.restore_entities if deleted else editing.delete_entities
    dataset, reach = load_list(verb, project_id, name)
    found = queries.entities_among(db(), dataset, reach, ids, deleted)
    act(db(), dataset, found, author())
    return central_json.reply({"count": len(found)})
