"""Filling a form in the browser, and looking at a draft there. The form itself runs in ODK Web Forms (frontend/src/fill).

What is sent takes the path of a phone's record: one transaction, on disk before the answer. A look at a draft stores nothing.
"""

import secrets
from typing import Any
from urllib.parse import quote

from flask import Response, make_response, render_template
from sqlalchemy.orm import Session

from forms.instance import Instance, read_instance
from server.access.allow import allow, find_records_scope
from server.errors import FormNotOpen, NotFound, NoWebForm, UnexpectedValue
from server.intake.desk import is_within
from server.intake.envelope import Envelope
from server.intake.feedback import is_nameless
from server.intake.items import Receipt
from server.intake.queries import find_form_name, get_stored, list_files
from server.models import Form, FormVersion, Project
from server.publishing.browser import is_for_phones_only
from server.publishing.queries import find_version_of
from server.publishing.versions import Asked, get_current, get_form, get_version
from server.web import session
from server.web.pages.door import pages
from server.web.pages.forms import form_url, project_by_reads
from server.web.pages.headers import policy_of_forms
from server.web.pages.shell import current_project
from server.web.pages.texts import _
from server.web.receiving import item_of, keep, read_upload


@pages.get("/forms/<form_id>/fill")
def show_empty_form(form_id: str) -> Response:
    """The published form, to be filled by whoever may send records of it."""
    project, form, version = fillable(form_id)
    return form_page(project, version, files_url(project, form), back=form_url(form), send=f"{form_url(form)}/fill")


def fillable(form_id: str) -> tuple[Project, Form, FormVersion]:
    """Raises NotFound, Forbidden, FormNotOpen, or NoWebForm for what a browser cannot do."""
    project, form, version = get_current(session.reading(), current_project().id, form_id)
    allow(session.caller(), "submission.create", project, form)
    if form.state != "open":
        raise FormNotOpen()
    refuse_what_fails(version)
    return project, form, version


def refuse_what_fails(version: FormVersion) -> None:
    if is_for_phones_only(version):
        raise NoWebForm()


def files_url(project: Project, form: Form, part: str = "") -> str:
    """Under which address the form's XML and files are: `part` is `/draft`, `/versions/…`, or "" for the published one."""
    return f"/v1/projects/{project.id}/forms/{quote(form.xml_form_id, safe='')}{part}"


def form_page(project: Project, version: FormVersion, files: str, back: str, send: str = "", **values: Any) -> Response:
    """The bare page. It alone may compile WebAssembly, which reads the form's expressions, and take marked styles.

    It names its project in all that it sends: another one may be chosen in another window meanwhile.
    """
    mark = secrets.token_urlsafe(16)
    facts = {"project": project.id, "name": version.name, "files": files, "back": back, "send": send, "nonce": mark}
    page = render_template("forms/fill.html", **facts, **values)
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = policy_of_forms(mark)
    return answer


@pages.get("/forms/<form_id>/draft/preview")
def preview_draft(form_id: str) -> Response:
    """A draft as it will look; the page has nowhere to send to."""
    project, form = get_form(session.reading(), current_project().id, form_id)
    allow(session.caller(), "form.update", project, form)
    version = find_version_of(session.reading(), form, draft=True) if form.draft_version_id else None
    if version is None:
        raise NotFound()
    refuse_what_fails(version)
    return form_page(project, version, files_url(project, form, "/draft"), back=form_url(form), preview=True)


@pages.post("/forms/<form_id>/fill")
def take_filled(form_id: str) -> Response:
    """One new record. The answer is what was stored, as a part of a page."""
    project, form = get_form(session.reading(), project_by_reads().id, form_id)
    allow(session.caller(), "submission.create", project, form)
    envelope, instance, asked = read_sent(project, form)
    if instance.deprecated_id is not None:
        raise UnexpectedValue(
            field="deprecatedID", value=instance.deprecated_id, reason="this page only takes new records"
        )
    receipt = keep(item_of(envelope, instance, asked))
    session.reading().expire_all()  # the store wrote on a connection of its own
    return say_stored(session.reading(), asked, receipt, again=f"{form_url(form)}/fill?project={project.id}")


def read_sent(project: Project, form: Form) -> tuple[Envelope, Instance, Asked]:
    """What the page sent, as a record of this form. Raises FormError, and UnexpectedValue for another form's."""
    envelope = read_upload()
    instance = read_instance(envelope.xml)
    if instance.form_id != form.xml_form_id:
        raise UnexpectedValue(field="form ID", value=instance.form_id, reason=f"the address says {form.xml_form_id}")
    return envelope, instance, get_version(session.reading(), project.id, form.xml_form_id, instance.version)


def say_stored(db: Session, asked: Asked, receipt: Receipt, again: str = "") -> Response:
    """What is stored, as a part of a page. The way to the record is for who reads it."""
    if is_nameless(asked):
        name = find_form_name(db, asked.form_version_id) or asked.form.xml_form_id
        return make_response(render_template("forms/stored.html", word=_(receipt.word), form=name, again=again), 201)
    scope = find_records_scope(session.caller(), "submission.read", asked.project)
    stored, form_name = get_stored(db, receipt.submission_version_id)
    reads = scope is not None and is_within(db, scope, receipt.submission_id)
    page = render_template(
        "forms/stored.html",
        word=_(receipt.word),
        form=form_name or asked.form.xml_form_id,
        title=stored.instance_name,
        received_at=stored.created_at,
        files=sum(one.sha256 is not None for one in list_files(db, stored.id)),
        record=f"/review/{receipt.submission_id}" if reads else "",
        again=again,
    )
    return make_response(page, 201)
