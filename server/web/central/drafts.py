"""Drafts (6.7): a new definition, its files, publishing it, and going back."""

from typing import BinaryIO, cast

from flask import Response, request

from server.errors import NotFound
from server.models import Form, FormVersion, Project
from server.publishing import draft as verbs
from server.publishing import media
from server.publishing.definition import type_of_name
from server.publishing.file_words import read_words, refuse_forbidden_files
from server.publishing.publish import publish_draft
from server.publishing.queries import find_attachment, with_list
from server.registry.reach import reach_of
from server.web.central.door import CentralDoor
from server.web.central.loading import load_form, load_project
from server.web.central.showing import FORM
from server.web.central.uploads import MOST_FORM_BYTES, definition_of_request
from server.web.json_body import read_bytes, read_json
from server.web.parameters import is_true, query_text
from server.web.plain_text import is_plain
from server.web.session import blobs, caller, db, now, reading, secret_key, today
from server.web.wire import central_json, forms_json

drafts = CentralDoor("drafts")
SLOT = FORM + "/draft/attachments/<name>"


@drafts.post(FORM + "/draft")
def post_draft(project_id: int, xml_form_id: str) -> Response:
    """A new definition, or with an empty body the published one again. Records that tried the old draft are gone."""
    load_form(reading(), caller(), "form.update", project_id, xml_form_id)
    body = read_bytes(MOST_FORM_BYTES)
    definition = definition_of_request(body) if body else None
    project, form = load_form(db(), caller(), "form.update", project_id, xml_form_id)
    if definition is None:
        copy_published(project, form)
    else:
        by, ignore = caller().actor_id, is_true("ignoreWarnings")
        verbs.put_draft(db(), project, form, definition, by, now(), secret_key(), ignore)
    return central_json.success()


def copy_published(project: Project, form: Form) -> None:
    definition = verbs.copy_published(db(), form)
    source = db().get(FormVersion, form.current_version_id)
    assert source is not None, "it was just copied"
    verbs.put_draft(db(), project, form, definition, caller().actor_id, now(), secret_key(), ignore_warnings=True)
    verbs.keep_workbook(db(), form, source)


@drafts.delete(FORM + "/draft")
def delete_draft(project_id: int, xml_form_id: str) -> Response:
    _, form = load_form(db(), caller(), "form.update", project_id, xml_form_id)
    verbs.delete_draft(db(), form, caller().actor_id, now())
    return central_json.success()


@drafts.post(FORM + "/draft/publish")
def post_publish(project_id: int, xml_form_id: str) -> Response:
    refuse_forbidden_files(reading(), blobs(), *load_form(reading(), caller(), "form.update", project_id, xml_form_id))
    project, form = load_form(db(), caller(), "form.update", project_id, xml_form_id)
    publish_draft(db(), blobs(), project, form, query_text("version"), caller().actor_id, now())
    return central_json.success()


@drafts.post(SLOT)
def post_file(project_id: int, xml_form_id: str, name: str) -> Response:
    """The raw body, perhaps chunked, is on disk before the writing transaction begins."""
    _, form = load_form(reading(), caller(), "form.update", project_id, xml_form_id)
    media.get_slot(reading(), form, name)
    stored = blobs().put(cast(BinaryIO, request.stream))
    words = read_words(blobs(), name, stored.sha256)
    project, form = load_form(db(), caller(), "form.update", project_id, xml_form_id)
    media.put_file(db(), form, name, stored, content_type_of(name), words, caller().actor_id, now())
    return slot_reply(project, form, name)


def content_type_of(name: str) -> str:
    sent = request.headers.get("Content-Type", "")
    return sent if sent and is_plain(sent) else type_of_name(name)


def slot_reply(project: Project, form: Form, name: str) -> Response:
    draft = verbs.get_draft(db(), form)
    found = find_attachment(db(), project, draft, name)
    if found is None:
        raise NotFound()
    return central_json.reply(forms_json.attachment(with_list(db(), found, reach_of(caller(), project, today()))))


@drafts.patch(SLOT)
def patch_file(project_id: int, xml_form_id: str, name: str) -> Response:
    project, form = load_form(db(), caller(), "form.update", project_id, xml_form_id)
    load_project(db(), caller(), "dataset.list", project_id)
    sent = read_json({"dataset": bool})
    media.link_file(db(), form, name, sent["dataset"], caller().actor_id, now())
    return slot_reply(project, form, name)


@drafts.delete(SLOT)
def delete_file(project_id: int, xml_form_id: str, name: str) -> Response:
    _, form = load_form(db(), caller(), "form.update", project_id, xml_form_id)
    media.clear_file(db(), form, name, caller().actor_id, now())
    return central_json.success()
