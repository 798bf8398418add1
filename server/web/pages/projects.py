"""Projects: making one, plain or care, and who has which role in it."""

from typing import Any

from flask import Response, make_response, render_template, request

from server.access import projects, queries, roles
from server.access.allow import allow, may
from server.access.assignments import set_villages, unassign
from server.access.feedback_officers import officers_of
from server.access.giving import give_role
from server.access.person_reach import list_beyond, may_hand_out
from server.access.phone_reach import managed_scope
from server.errors import Problem, UnexpectedValue
from server.models import Project
from server.places.desk import list_villages
from server.publishing.kinds import switch_kind
from server.publishing.town_lists import refresh_workers
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.sent import ID, check_text, sent_id, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, say_list
from server.web.pages.timetable import may_see_timetable
from server.web.pages.toasts import say
from server.web.pages.words import assignable_roles, role_word


@pages.get("/admin")
def show_admin() -> Response:
    require_person()
    return make_response(render_template("admin/index.html", **admin_facts()))


def admin_facts() -> dict[str, object]:
    who = session.caller()
    visible = projects.list_visible(session.db(), who)
    figures = projects.count_in_projects(session.db(), who, visible)
    rows = [
        {"id": one.id, "name": one.name, "kind": one.kind, "archived": one.archived, "forms": figures[one.id].forms}
        for one in visible
    ]
    able = {"can_create": may(who, "project.create"), "can_people": may(who, "user.list")}
    return {"projects": rows, "can_timetable": may_see_timetable(), **able}


@pages.post("/admin/projects")
def make_project() -> Response:
    allow(session.caller(), "project.create")
    try:
        kind = request.form.get("kind", "care")
        project = projects.create_project(
            session.db(), sent_text("name", required=True), None, require_person(), session.now(), kind
        )
    except Problem as problem:
        typed = {"name": request.form.get("name", "")[:255], "kind": request.form.get("kind")}
        return show_again("admin/index.html", problem, admin_facts, **typed)
    return say(
        f"/admin/projects/{project.id}?project={project.id}", _("The project is made. Now give people their roles.")
    )


@pages.get(f"/admin/projects/<{ID}:project_id>")
def show_project(project_id: int) -> Response:
    project = queries.get_visible_project(session.db(), session.caller(), project_id)
    allow(session.caller(), "assignment.list", project)
    return make_response(render_template("project/project.html", **project_facts(project)))


def project_facts(project: Project) -> dict[str, object]:
    who = session.caller()
    can_assign, given = may(who, "assignment.create", project), managed_scope(who, project)
    held, accounts = queries.list_holders(session.db(), project), people_to_choose(project) if can_assign else []
    there = {row.actor.id for row in held}
    asked = there | {one["id"] for one in accounts} if can_assign else set()
    beyond = list_beyond(session.db(), who, project, asked, session.now()) if asked else set()
    offered = [role for role in assignable_roles(project.kind) if may_hand_out(who, project, role)]
    return {
        "project": project,
        "assignments": [
            holder(row, project) | {"can_take": can_assign and may_take(row, project, beyond)} for row in held
        ],
        "can_assign": can_assign,
        "nobody_hears": project.kind == "care" and session.db().scalar(officers_of(project.id).limit(1)) is None,
        "can_edit": may(who, "project.update", project),
        "can_schedule": project.kind == "care" and may(who, "schedule.set", project),
        "can_channels": project.kind == "care" and may(who, "config.set"),
        "can_map_base": may(who, "config.set"),
        "can_webhooks": may(who, "config.set"),
        "can_switch_kind": may(who, "project.kind"),
        "people": [one for one in accounts if one["id"] not in beyond - there],
        "roles": [{"system": role.system, "word": role_word(role.id)} for role in offered],
        "villages": list_villages(session.db(), given),
        "whole_town": given.everything,
    }


def holder(row: queries.HolderRow, project: Project) -> dict[str, object]:
    villages = _("the whole town") if row.villages is None else say_list(row.villages) or _("none yet")
    return {
        "actor_id": row.actor.id,
        "name": row.actor.display_name,
        "role_id": row.role.id,
        "role": role_word(row.role.id),
        "villages": villages if project.kind == "care" else "",
    }


def may_take(row: queries.HolderRow, project: Project, beyond: set[int]) -> bool:
    """Whether the caller's villages let her take this role away; her own anybody lays down."""
    who = session.caller()
    return row.actor.id == who.actor_id or (row.actor.id not in beyond and may_hand_out(who, project, row.role))


def people_to_choose(project: Project) -> list[dict[str, Any]]:
    """Accounts that work; in a care project not one's own, since nobody gives a role to himself there."""
    me = session.caller().actor_id
    return [
        {"id": row.actor.id, "name": row.actor.display_name, "email": row.user.email}
        for row in queries.list_people(session.db())
        if row.user.disabled_at is None and not (project.kind == "care" and row.actor.id == me)
    ]


@pages.post(f"/admin/projects/<{ID}:project_id>")
def change_project(project_id: int) -> Response:
    who = session.caller()
    project = queries.get_visible_project(session.db(), who, project_id)
    allow(who, "project.update", project)
    try:
        if "kind" in request.form and request.form["kind"] != project.kind:
            allow(who, "project.kind")
            switch_kind(session.db(), project, request.form["kind"], require_person(), session.now())
        changes: dict[str, object] = {"name": sent_text("name", required=True)}
        if project.kind == "plain":
            changes["keeps_photo_metadata"] = "photo_metadata" in request.form
        projects.update_project(session.db(), project, changes, require_person(), session.now())
    except Problem as problem:
        return show_again("project/project.html", problem, lambda: project_facts(project))
    return say(f"/admin/projects/{project_id}", _("Saved."))


@pages.post(f"/admin/projects/<{ID}:project_id>/second-factor")
def change_second_factor(project_id: int) -> Response:
    """Asked of everybody with a role here: the rule of who may change the project."""
    who = session.caller()
    project = queries.get_visible_project(session.db(), who, project_id)
    allow(who, "project.update", project)
    asks = bool(request.form.get("asks"))
    projects.ask_second_factor(session.db(), project, asks, require_person(), session.now())
    return say(f"/admin/projects/{project_id}", _("Saved."))


@pages.post(f"/admin/projects/<{ID}:project_id>/roles")
def give(project_id: int) -> Response:
    """A role, and in a care project the villages it reaches."""
    who = session.caller()
    project = queries.get_visible_project(session.db(), who, project_id)
    allow(who, "assignment.create", project)
    try:
        role, actor_id = sent_role(), sent_id("actor")
        give_role(session.db(), who, role, actor_id, session.now(), project)
        refresh_workers(session.db(), session.blobs(), project, session.now())
        if project.kind == "care":
            set_villages(session.db(), who, project, actor_id, sent_villages(), session.now())
    except Problem as problem:
        return show_again("project/project.html", problem, lambda: project_facts(project))
    return say(f"/admin/projects/{project_id}", _("The role is given."))


@pages.post(f"/admin/projects/<{ID}:project_id>/roles/remove")
def take(project_id: int) -> Response:
    who = session.caller()
    project = queries.get_visible_project(session.db(), who, project_id)
    allow(who, "assignment.delete", project)
    unassign(session.db(), who, sent_role(), sent_id("actor"), session.now(), project, None)
    refresh_workers(session.db(), session.blobs(), project, session.now())
    return say(f"/admin/projects/{project_id}", _("The role is taken away."))


def sent_role() -> roles.Role:
    name = request.form.get("role", "")[:40]
    role = roles.find_role(name)
    if role is None or role.system in ("app-user", "pwreset", "pub-link"):
        raise UnexpectedValue(field="role", value=name, reason="it is no role for people")
    return role


def sent_villages() -> list[str] | None:
    """Codes of the villages ticked; None for the whole town."""
    if request.form.get("all_villages"):
        return None
    return [check_text("village", code, 64) for code in request.form.getlist("village")[:1000]]
