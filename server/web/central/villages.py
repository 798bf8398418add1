"""Ours beside Central's: the villages of a project, and what each is a part of."""

from flask import Response
from sqlalchemy.orm import Session

from server.errors import MissingParameter
from server.places.desk import list_tree
from server.places.village_tree import put_village
from server.web.central.door import CentralDoor
from server.web.central.loading import load_project
from server.web.json_body import read_json
from server.web.session import caller, db, now
from server.web.wire import central_json

villages = CentralDoor("villages")
ALL = "/projects/<int:project_id>/villages"


@villages.get(ALL)
def get_villages(project_id: int) -> Response:
    project = load_project(db(), caller(), "village.read", project_id)
    return told(db(), project.id)


def told(session: Session, project_id: int) -> Response:
    rows = list_tree(session, project_id)
    return central_json.reply([{"code": code, "name": name, "parent": parent} for code, name, parent in rows])


@villages.put(f"{ALL}/<code>")
def put_one(project_id: int, code: str) -> Response:
    """`{"parent": code or null, "name"?}`: rights in the parent reach this one too."""
    sent = read_json(optional={"name": str, "parent": str | None})
    if "parent" not in sent:
        raise MissingParameter(field="parent")
    project = load_project(db(), caller(), "village.import", project_id)
    put_village(db(), caller(), project, code, sent.get("name"), sent["parent"], now())
    return central_json.success()
