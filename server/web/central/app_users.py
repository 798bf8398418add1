"""App users: one for each worker's phone (6.4). The token is shown to those who may manage them, null once revoked.

Who carries a phone, and in which care role, is ours and has an address of its own, so that Central's shapes stay as they are.
"""

from flask import Response

from server.access import actor_properties, phone_reach, phones
from server.access.profiles import find_actors
from server.errors import MissingParameter
from server.models import Project
from server.publishing.town_lists import refresh_workers
from server.registry.workers_list import hand_phone
from server.web.central.door import CentralDoor
from server.web.central.loading import load_project
from server.web.json_body import read_json
from server.web.parameters import wants_extended
from server.web.readings import note_keys
from server.web.session import blobs, caller, db, now, reading, secret_key
from server.web.wire import central_json, people_json
from server.web.wire.central_json import Json

app_users = CentralDoor("app_users")


@app_users.get("/projects/<int:project_id>/app-users")
def get_app_users(project_id: int) -> Response:
    project = load_project(reading(), caller(), "field_key.list", project_id)
    return central_json.reply(
        shown(project, phone_reach.list_phones(reading(), secret_key(), caller(), project, now()))
    )


def shown(project: Project, found: list[phones.Phone]) -> list[Json]:
    note_keys(project, found)
    if not wants_extended():
        return [people_json.app_user(phone) for phone in found]
    return shown_extended(found)


def shown_extended(found: list[phones.Phone]) -> list[Json]:
    makers = find_actors(db(), {phone.row.created_by_id for phone in found})
    values = actor_properties.values_of(db(), [phone.actor.id for phone in found])
    return [people_json.app_user_extended(phone, makers, values) for phone in found]


@app_users.post("/projects/<int:project_id>/app-users")
def post_app_user(project_id: int) -> Response:
    project = load_project(db(), caller(), "field_key.create", project_id)
    sent = read_json({"displayName": str}, {"properties": object})
    phone = phones.create_app_user(db(), secret_key(), project.id, sent["displayName"], caller().actor_id, now())
    if sent.get("properties") is not None:
        actor_properties.set_values(db(), project, phone.actor.id, sent["properties"], caller().actor_id, now())
    return central_json.reply(shown(project, [phone])[0])


@app_users.get("/projects/<int:project_id>/app-users/<int:actor_id>")
def get_app_user(project_id: int, actor_id: int) -> Response:
    project = load_project(reading(), caller(), "field_key.list", project_id)
    phone = phone_reach.get_phone(reading(), secret_key(), caller(), project, actor_id, now())
    return central_json.reply(shown(project, [phone])[0])


@app_users.patch("/projects/<int:project_id>/app-users/<int:actor_id>")
def patch_app_user(project_id: int, actor_id: int) -> Response:
    """`{properties}`: what is said of the phone, which filters entity lists. The answer is the extended one, as Central's."""
    project = load_project(db(), caller(), "field_key.update", project_id)
    phone = phone_reach.get_phone(db(), secret_key(), caller(), project, actor_id, now())
    sent = read_json(optional={"properties": object}).get("properties")
    if sent is not None:
        phone_reach.check_own_reach(phone)
        actor_properties.set_values(db(), project, actor_id, sent, caller().actor_id, now())
    note_keys(project, [phone])
    return central_json.reply(shown_extended([phone])[0])


@app_users.delete("/projects/<int:project_id>/app-users/<int:actor_id>")
def delete_app_user(project_id: int, actor_id: int) -> Response:
    project = load_project(db(), caller(), "field_key.delete", project_id)
    phone_reach.check_own_reach(phone_reach.get_phone(db(), secret_key(), caller(), project, actor_id, now()))
    phones.delete_app_user(db(), project_id, actor_id, caller().actor_id or 0, now())
    if project.kind == "care":
        refresh_workers(db(), blobs(), project, now())
    return central_json.success()


CARER = "/projects/<int:project_id>/app-users/<int:actor_id>/carer"


@app_users.get(CARER)
def get_carer(project_id: int, actor_id: int) -> Response:
    project = load_project(reading(), caller(), "field_key.list", project_id)
    return central_json.reply(
        people_json.carer(phone_reach.get_phone(reading(), secret_key(), caller(), project, actor_id, now()))
    )


@app_users.put(CARER)
def put_carer(project_id: int, actor_id: int) -> Response:
    """`{userId, role?}`: the web account of the person who carries the phone (null: nobody), and the care role."""
    project = load_project(db(), caller(), "field_key.update", project_id)
    phone = phone_reach.get_phone(db(), secret_key(), caller(), project, actor_id, now())
    sent = read_json(optional={"userId": int | None, "role": str})
    if "userId" not in sent:
        raise MissingParameter(field="userId")
    role = sent.get("role", phone.row.care_role)
    hand_phone(db(), caller(), project, actor_id, sent["userId"], role, now())
    refresh_workers(db(), blobs(), project, now())
    return central_json.reply(people_json.carer(phone))
