"""Which forms are out, in which version; a draft goes to the phones. (How one is uploaded: form_upload.py)"""

from typing import Any
from urllib.parse import quote

from flask import Response, make_response, render_template, request

from forms.errors import FormError
from forms.library import library_ids
from server.access.allow import allow, may
from server.access.queries import choose_project
from server.errors import Forbidden, NotFound, Problem, Unauthenticated
from server.models import Form, FormVersion, Project
from server.publishing import draft as drafts
from server.publishing import publish, queries
from server.publishing.changes import changes_of_draft
from server.publishing.figures import figures_of_forms
from server.publishing.file_words import refuse_forbidden_files
from server.publishing.library import publish_library
from server.publishing.recordings import FILES
from server.publishing.versions import get_form
from server.publishing.workbooks import has_workbook
from server.registry.reach import reach_of
from server.web import session
from server.web.browser_words import told
from server.web.errors import as_problem
from server.web.pages.change_words import counts_of
from server.web.pages.door import pages
from server.web.pages.problem_words import word_for_people
from server.web.pages.sent import sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, _n
from server.web.pages.toasts import say
from server.web.pages.words import FORM_STATES
from server.web.telling import telling, telling_if_reading


def form_url(form: Form) -> str:
    return f"/forms/{quote(form.xml_form_id, safe='')}"


@pages.get("/forms")
def list_forms() -> Response:
    project = current_project()
    who = session.caller()
    allow(who, "form.list", project)
    listed = [one for one in queries.list_forms(session.db(), project) if may(who, "form.read", project, one.form)]
    figures = figures_of_forms(session.db(), who, project, listed, telling())
    rows = [{**outline(one.form, one.version), "records": figures[one.form.id].submissions} for one in listed]
    can_create = may(who, "form.create", project)
    offers = project.kind == "care" and may(who, "form.update", project)
    lacking = can_create and offers and not set(library_ids()) <= ids_of(rows)
    values = {"offers_lists": offers, "offers_library": lacking}
    return make_response(render_template("forms/list.html", forms=rows, can_create=can_create, **values))


def ids_of(rows: list[dict[str, Any]]) -> set[str]:
    return {row["xml_form_id"] for row in rows}


@pages.post("/forms/library")
def add_library() -> Response:
    """Publishes the forms that come with Fangshi; only care projects are offered them, since they are about people."""
    project = current_project()
    allow(session.caller(), "form.create", project)
    if project.kind != "care":
        raise Forbidden()
    made = publish_library(
        session.db(), session.blobs(), project, require_person(), session.now(), session.secret_key()
    )
    return say("/forms", _n("%(num)s form is published.", "%(num)s forms are published.", len(made)))


def outline(form: Form, version: FormVersion) -> dict[str, Any]:
    return {
        "xml_form_id": form.xml_form_id,
        "name": version.name or form.xml_form_id,
        "state": form.state,
        "published": form.current_version_id is not None,
        "version": version.version,
        "published_at": version.published_at,
        "draft": form.draft_version_id is not None,
    }


def editable(form_id: str, verb: str = "form.update") -> tuple[Project, Form]:
    """A form of the current project. Raises Unauthenticated, NotFound, Forbidden."""
    project, form = get_form(session.db(), current_project().id, form_id)
    allow(session.caller(), verb, project, form)
    return project, form


def project_by_reads() -> Project:
    """As current_project, but without the session that writes: reading a form or its files takes seconds, and phones write
    meanwhile. Whoever was signed out meanwhile hears that, not that there is nothing here.
    """
    if session.caller().is_anonymous:
        raise Unauthenticated()
    project = choose_project(session.reading(), session.caller(), request.args.get("project", ""))
    if project is None:
        raise NotFound()
    return project


def named(form: Form) -> dict[str, Any]:
    version = queries.find_version_of(session.db(), form, draft=False)
    return {"xml_form_id": form.xml_form_id, "name": (version.name if version else None) or form.xml_form_id}


@pages.get("/forms/<form_id>")
def show_form(form_id: str) -> Response:
    project, form = editable(form_id, "form.read")
    return make_response(render_template("forms/detail.html", **form_facts(project, form)))


def form_facts(project: Project, form: Form) -> dict[str, Any]:
    db, who = session.db(), session.caller()
    shown = queries.find_version_of(db, form, draft=False)
    if shown is None:
        raise NotFound()
    draft = queries.find_version_of(db, form, draft=True) if form.draft_version_id else None
    figures = figures_of_forms(db, who, project, [queries.ListedForm(form, shown)], telling_if_reading())[form.id]
    facts = {
        **outline(form, shown),
        "records": figures.submissions,
        "attachments": files_of(project, shown),
        "versions": queries.list_versions(db, form),
        "draft": draft_facts(project, draft) if draft else None,
        "browser": told(shown),
    }
    can_edit = may(who, "form.update", project, form)
    return {
        "form": facts,
        "can_edit": can_edit,
        "can_fill": form.state == "open" and may(who, "submission.create", project, form),
        "workbook": (can_edit or shown.published_at is not None) and has_workbook(form.xml_form_id, shown),
        "changes": counts_of(changes_of_draft(db, form).differences)
        if can_edit and draft and facts["published"]
        else None,
        "reads_records": may(who, "submission.list", project, form),
        "states": FORM_STATES,
    }


def draft_facts(project: Project, draft: FormVersion) -> dict[str, Any]:
    files = files_of(project, draft)
    missing = sum(not (file["there"] or file["dataset"] or file["may_lack"]) for file in files)
    return {
        "version": draft.version,
        "created_at": draft.created_at,
        "attachments": files,
        "missing": missing,
        "browser": told(draft),
    }


def files_of(project: Project, version: FormVersion) -> list[dict[str, Any]]:
    reach = reach_of(session.caller(), project, session.today())
    return [
        {
            "name": one.row.name,
            "there": one.blob is not None or one.made,
            "may_lack": project.kind == "care" and one.row.name in FILES.values(),  # the town's own recording
            "dataset": one.dataset.name if one.dataset else None,
        }
        for one in queries.list_attachments(session.db(), project, version, reach)
    ]


@pages.post("/forms/<form_id>/publish")
def publish_form(form_id: str) -> Response:
    project, form = get_form(session.reading(), project_by_reads().id, form_id)
    allow(session.caller(), "form.update", project, form)
    try:
        version = sent_text("version", 249) or None
        refuse_forbidden_files(session.reading(), session.blobs(), project, form)
        project, form = editable(form_id)
        publish.publish_draft(session.db(), session.blobs(), project, form, version, require_person(), session.now())
    except (Problem, FormError) as error:
        return detail_again(as_problem(error), project.id, form_id)
    return say(form_url(form), _("Published. Phones get it the next time they ask."))


@pages.post("/forms/<form_id>/draft/discard")
def discard_draft(form_id: str) -> Response:
    _project, form = editable(form_id)
    if form.current_version_id is None:
        publish.delete_form(session.db(), form, require_person(), session.now())
        return say("/forms", _("The draft is gone; the form was never on a phone."))
    drafts.delete_draft(session.db(), form, require_person(), session.now())
    return say(form_url(form), _("The draft is gone. What is published keeps working."))


@pages.post("/forms/<form_id>/state")
def change_state(form_id: str) -> Response:
    _project, form = editable(form_id)
    publish.set_state(session.db(), form, sent_text("state", 20, required=True), require_person(), session.now())
    return say(form_url(form), _("Saved."))


def detail_again(problem: Problem, project_id: int, form_id: str) -> Response:
    """The form's page with the problem; what the view began is rolled back, so the form is read anew."""
    session.db().rollback()
    project, form = get_form(session.db(), project_id, form_id)
    page = render_template(
        "forms/detail.html", error={"message": word_for_people(problem)}, **form_facts(project, form)
    )
    return make_response(page, problem.status)
