"""Roles, and who has which on the site, in a project, on a form (6.5)."""

from flask import Response

from server.access import roles as known
from server.access.allow import allow
from server.access.assignments import list_assignments, list_form_assignments, set_villages, unassign
from server.access.giving import give_role
from server.errors import MissingParameter, NotFound, WrongType
from server.models import Form, Project
from server.publishing.town_lists import refresh_workers
from server.web.central.door import CentralDoor
from server.web.central.loading import load_form, load_project, signed_in
from server.web.json_body import read_json
from server.web.parameters import wants_extended
from server.web.session import blobs, caller, db, now
from server.web.wire import central_json, people_json

roles = CentralDoor("roles")
Place = tuple[Project | None, Form | None]


@roles.get("/roles")
def get_roles() -> Response:
    signed_in(caller())
    return central_json.reply([people_json.role(role) for role in known.ROLES])


@roles.get("/roles/<role>")
def get_role(role: str) -> Response:
    signed_in(caller())
    return central_json.reply(people_json.role(find(role)))


def find(name: str) -> known.Role:
    """A role by id or system name. Raises NotFound."""
    role = known.find_role(name)
    if role is None:
        raise NotFound()
    return role


def place(verb: str, project_id: int | None, xml_form_id: str | None) -> Place:
    """The site, a project or a form, where the caller may do this to assignments."""
    if project_id is None:
        allow(caller(), verb)
        return None, None
    if xml_form_id is None:
        return load_project(db(), caller(), verb, project_id), None
    return load_form(db(), caller(), verb, project_id, xml_form_id)


def offer_workers(project: Project | None) -> None:
    """Phones choose a contact from the people who work in the project now."""
    if project is not None:
        refresh_workers(db(), blobs(), project, now())


@roles.get("/assignments")
@roles.get("/projects/<int:project_id>/assignments")
@roles.get("/projects/<int:project_id>/forms/<xml_form_id>/assignments")
def get_assignments(project_id: int | None = None, xml_form_id: str | None = None) -> Response:
    project, form = place("assignment.list", project_id, xml_form_id)
    extended = wants_extended()
    rows = list_assignments(db(), caller(), project, form)
    return central_json.reply([people_json.assignment(row, actor, extended) for row, actor in rows])


@roles.get("/assignments/<role>")
@roles.get("/projects/<int:project_id>/assignments/<role>")
@roles.get("/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>")
def get_holders(role: str, project_id: int | None = None, xml_form_id: str | None = None) -> Response:
    project, form = place("assignment.list", project_id, xml_form_id)
    wanted = find(role)
    rows = list_assignments(db(), caller(), project, form)
    return central_json.reply([people_json.actor(actor) for row, actor in rows if row.role_id == wanted.id])


@roles.post("/assignments/<role>/<int:actor_id>")
@roles.post("/projects/<int:project_id>/assignments/<role>/<int:actor_id>")
@roles.post("/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>/<int:actor_id>")
def post_assignment(
    role: str, actor_id: int, project_id: int | None = None, xml_form_id: str | None = None
) -> Response:
    project, form = place("assignment.create", project_id, xml_form_id)
    give_role(db(), caller(), find(role), actor_id, now(), project, form)
    offer_workers(project)
    return central_json.success()


@roles.delete("/assignments/<role>/<int:actor_id>")
@roles.delete("/projects/<int:project_id>/assignments/<role>/<int:actor_id>")
@roles.delete("/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>/<int:actor_id>")
def delete_assignment(
    role: str, actor_id: int, project_id: int | None = None, xml_form_id: str | None = None
) -> Response:
    project, form = place("assignment.delete", project_id, xml_form_id)
    unassign(db(), caller(), find(role), actor_id, now(), project, form)
    offer_workers(project)
    return central_json.success()


@roles.get("/projects/<int:project_id>/assignments/forms")
@roles.get("/projects/<int:project_id>/assignments/forms/<role>")
def get_form_assignments(project_id: int, role: str | None = None) -> Response:
    project = load_project(db(), caller(), "assignment.list", project_id)
    wanted = find(role).id if role is not None else None
    rows = list_form_assignments(db(), caller(), project)
    return central_json.reply(
        [people_json.form_assignment(row, form_id) for row, form_id in rows if wanted is None or row.role_id == wanted]
    )


@roles.put("/projects/<int:project_id>/actors/<int:actor_id>/villages")
def put_villages(project_id: int, actor_id: int) -> Response:
    """Ours beside Central's: the villages that an actor's rights reach in a care project, by code; null is the whole town."""
    sent = read_json(optional={"villages": list | None})
    if "villages" not in sent:
        raise MissingParameter(field="villages")
    project = load_project(db(), caller(), "assignment.create", project_id)
    set_villages(db(), caller(), project, actor_id, checked_codes(sent["villages"]), now())
    return central_json.success()


def checked_codes(codes: list[object] | None) -> list[str] | None:
    if codes is not None and not all(isinstance(code, str) for code in codes):
        raise WrongType(field="villages", expected="array of string")
    return None if codes is None else [str(code) for code in codes]
