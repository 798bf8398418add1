"""Projects (6.6)."""

from typing import Any

from flask import Response

from server.access import projects as verbs
from server.access.allow import allow, verbs_in
from server.access.deep_update import check_wishes, grant_wishes
from server.models import Project
from server.publishing.datasets import list_datasets
from server.publishing.kinds import switch_kind
from server.web.central.door import CentralDoor
from server.web.central.loading import load_project, signed_in
from server.web.central.showing import shown_forms
from server.web.json_body import read_json
from server.web.parameters import is_true, wants_extended
from server.web.session import caller, db, now, reading
from server.web.wire import central_json, forms_json
from server.web.wire.central_json import Json

projects = CentralDoor("projects")


@projects.get("/projects")
def get_projects() -> Response:
    """What the caller may see, perhaps nothing; `?forms=true` and `?datasets=true` put what is in them beside."""
    found = verbs.list_visible(reading(), signed_in(caller()))
    figures = verbs.count_in_projects(reading(), caller(), found) if wants_extended() or is_true("forms") else {}
    rows = [forms_json.project_extended(row, figures[row.id]) if figures else forms_json.project(row) for row in found]
    for row, body in zip(found, rows, strict=True):
        body |= contents(row)
    return central_json.reply(rows)


def contents(project: Project) -> Json:
    body: Json = {}
    if is_true("forms"):
        body |= {"formList": shown_forms(project), "verbs": verbs_in(caller(), project)}
    if is_true("datasets"):
        body["datasetList"] = [forms_json.dataset(row) for row in list_datasets(reading(), project)]
    return body


@projects.post("/projects")
def post_project() -> Response:
    """Makes a plain project, as Central would; `kind` care is asked for by our own pages and scripts."""
    allow(caller(), "project.create")
    sent = read_json({"name": str}, {"description": str | None, "kind": str})
    made = verbs.create_project(
        db(), sent["name"], sent.get("description"), caller().actor_id, now(), sent.get("kind", "plain")
    )
    return central_json.reply(forms_json.project(made))


@projects.get("/projects/<int:project_id>")
def get_project(project_id: int) -> Response:
    project = load_project(reading(), caller(), "project.read", project_id)
    if not wants_extended():
        return central_json.reply(forms_json.project(project))
    figures = verbs.count_in_projects(reading(), caller(), [project])[project.id]
    body = forms_json.project_extended(project, figures) | {"verbs": verbs_in(caller(), project)}
    return central_json.reply(body)


@projects.patch("/projects/<int:project_id>")
def patch_project(project_id: int) -> Response:
    project = load_project(db(), caller(), "project.update", project_id)
    fields = {"name": str, "description": str | None, "archived": bool | None, "kind": str, "photoMetadata": bool}
    sent = read_json(optional=fields)
    change(project, sent)
    return central_json.reply(forms_json.project(project))


def change(project: Project, sent: dict[str, Any]) -> None:
    if sent.get("archived", False) is None:
        sent["archived"] = False
    if (kind := sent.pop("kind", project.kind)) != project.kind:
        allow(caller(), "project.kind", project)
        switch_kind(db(), project, kind, caller().actor_id, now())
    if "photoMetadata" in sent:
        sent["keeps_photo_metadata"] = sent.pop("photoMetadata")
    if sent:
        verbs.update_project(db(), project, sent, caller().actor_id, now())


@projects.put("/projects/<int:project_id>")
def put_project(project_id: int) -> Response:
    """The deep update: the project's own fields, and state and assignments of every form, all or nothing."""
    project = load_project(db(), caller(), "project.update", project_id)
    sent = read_json({"name": str}, {"description": str | None, "archived": bool | None, "forms": list})
    wishes = check_wishes(sent.pop("forms")) if "forms" in sent else None
    change(project, {"description": None, "archived": False, **sent})
    if wishes is not None:
        for verb in ("form.update", "assignment.create", "assignment.delete"):
            allow(caller(), verb, project)
        grant_wishes(db(), caller(), project, wishes, now())
    return central_json.reply(forms_json.project(project))


@projects.delete("/projects/<int:project_id>")
def delete_project(project_id: int) -> Response:
    project = load_project(db(), caller(), "project.delete", project_id)
    verbs.delete_project(db(), project, caller().actor_id, now())
    return central_json.success()
