"""Records by REST: list, detail, bytes, files, review, comments, versions. How one is sent or corrected: sending.py.

A draft's records, which its testers sent, have the same addresses under /draft, but for what only real ones need: state, trash.
"""

from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote

from flask import Response, redirect, request

from server.access.allow import scope_of
from server.access.audit_queries import Wanted, list_audits, look_up
from server.access.projects import get_project
from server.errors import MissingParameter, NotFound, NoWebForm
from server.intake import queries, review
from server.intake.encryption import list_public_keys
from server.intake.items import StoredFile
from server.intake.quality_limits import BLIND
from server.intake.queries import Listed, Records
from server.reports.queries import read_change_mark
from server.reports.records import Source
from server.web.addresses import base_url
from server.web.central.door import CentralDoor
from server.web.central.loading import load_form
from server.web.files import send_bytes, send_photo
from server.web.json_body import read_bytes, read_json
from server.web.openable import find_open
from server.web.parameters import is_true, page, wants_extended
from server.web.readings import note_read
from server.web.session import blobs, caller, config, db, now, own_url, reading
from server.web.streams import json_array, stream
from server.web.wire import audits_json, central_json, people_json, submission_json

submissions = CentralDoor("submissions")
FORM = "/projects/<int:project_id>/forms/<form_id>"
ALL, OF_DRAFT = FORM + "/submissions", FORM + "/draft/submissions"
ONE = ALL + "/<instance_id>"
VERSION = "/<instance_id>/versions/<version_id>"
MOST_FILE_BYTES = 110_000_000
View = Callable[..., Response]


def both(path: str, method: str = "GET") -> Callable[[View], View]:
    """The view answers for a form's records and for those of its draft."""

    def register(view: View) -> View:
        for base in (ALL, OF_DRAFT):
            submissions.add_url_rule(base + path, view_func=view, methods=[method])
        return view

    return register


def find_records(verb: str, project_id: int, form_id: str, deleted: bool = False) -> Records:
    """The records of a form that the caller's rights reach, after allowing the verb. A look at the list is noted."""
    project, form = load_form(reading(), caller(), verb, project_id, form_id)
    if verb == "submission.list" and not asks_for_draft():
        note_read(project, verb, details={"formId": form.xml_form_id})
    return Records(form, scope_of(caller(), project), draft=asks_for_draft(), deleted=deleted)


def asks_for_draft() -> bool:
    """Told by the route and not by the path: a form or a record may itself be called "draft"."""
    assert request.url_rule is not None, "a view runs for a route"
    return "/draft/submissions" in request.url_rule.rule


def find_one(verb: str, project_id: int, form_id: str, instance_id: str, deleted: bool = False) -> Listed:
    """One record, in the request's own session: what a view changes on it is committed."""
    records = find_records(verb, project_id, form_id, deleted)
    listed = queries.get_listed(db(), records, instance_id)
    if verb == "submission.read":
        note_look(project_id, listed)
    return listed


def note_look(project_id: int, listed: Listed) -> None:
    """Somebody reads this record; what testers sent to a draft is nobody's."""
    if not asks_for_draft():
        note_read(get_project(reading(), project_id), "submission.read", submission_id=listed.submission.id)


def current_version(verb: str, project_id: int, form_id: str, instance_id: str, version_id: str | None) -> int:
    """The id of the version that an address means: the named one, else the current one."""
    listed = find_one(verb, project_id, form_id, instance_id)
    if version_id is None:
        return listed.version.id
    return queries.get_version_of(db(), listed.submission.id, version_id).version.id


@both("")
def list_submissions(project_id: int, form_id: str) -> Response:
    """The list, or 304 for who has it."""
    records = find_records("submission.list", project_id, form_id, deleted=is_true("deleted"))
    wanted, extended = page(), wants_extended()
    mark = mark_of_list(records, extended)
    if request.if_none_match.contains_weak(mark):
        answer = Response(status=304)
    else:
        answer = stream(
            lambda session: json_array(
                submission_json.submission(one, extended)
                for one in queries.iterate_records(session, records, wanted.offset, wanted.limit)
            ),
            "application/json; charset=utf-8",
        )
    answer.set_etag(mark, weak=True)
    return answer


def mark_of_list(records: Records, extended: bool) -> str:
    """Told by the question and by what was last done to the form; with who sent them also by who was taken away since."""
    source = Source(records.form.id, records.scope, records.draft)
    gone = queries.last_farewell(reading()) if extended else None
    seen = (request.full_path, extended, gone, read_change_mark(reading(), source))
    return sha256(repr(seen).encode()).hexdigest()[:40]


@both("/submitters")
def list_submitters(project_id: int, form_id: str) -> Response:
    records = find_records("submission.list", project_id, form_id)
    return central_json.reply([people_json.actor(one) for one in queries.list_submitters(reading(), records)])


@both("/keys")
def list_keys(project_id: int, form_id: str) -> Response:
    """The public keys for which records were encrypted on phones. Their private halves are with whoever made the form."""
    records = find_records("submission.read", project_id, form_id)
    return central_json.reply([submission_json.key(one) for one in list_public_keys(reading(), records)])


@both("/<instance_id>")
def get_submission(project_id: int, form_id: str, instance_id: str) -> Response:
    records = find_records("submission.read", project_id, form_id)
    try:
        listed = queries.get_listed(reading(), records, instance_id)
    except NotFound:
        root = queries.find_root_id(reading(), records, instance_id)
        if root is None:
            raise
        return to_version(project_id, form_id, root, instance_id)
    note_look(project_id, listed)
    return central_json.reply(submission_json.submission(listed, wants_extended()))


def to_version(project_id: int, form_id: str, root: str, instance_id: str) -> Response:
    """A later version's own id leads to it, as Central does it."""
    part = "draft/submissions" if asks_for_draft() else "submissions"
    form, first, version = (quote(one, safe="") for one in (form_id, root, instance_id))
    location = f"{own_url()}/projects/{project_id}/forms/{form}/{part}/{first}/versions/{version}"
    answer: Response = redirect(location, 301)  # type: ignore[assignment]
    return answer


@both("/<instance_id>.xml")
@both(VERSION + ".xml")
def get_xml(project_id: int, form_id: str, instance_id: str, version_id: str | None = None) -> Response:
    wanted = current_version("submission.read", project_id, form_id, instance_id, version_id)
    name = f"{version_id or instance_id}.xml"
    return send_bytes(queries.read_xml_of(reading(), wanted), None, name, "application/xml")


@submissions.get(ONE + "/edit")
def edit_in_browser(project_id: int, form_id: str, instance_id: str) -> Response:
    """To our own page with the record in its form. Raises NoWebForm (409.11) for one that does not open there."""
    listed = find_one("submission.update", project_id, form_id, instance_id)
    if find_open(reading(), get_project(reading(), project_id), listed.submission.id) is None:
        raise NoWebForm()
    page_url = f"{base_url(config().public_url)}/review/{listed.submission.id}/edit?project={project_id}"
    answer: Response = redirect(page_url, 302)  # type: ignore[assignment]
    return answer


@submissions.patch(ONE)
def review_submission(project_id: int, form_id: str, instance_id: str) -> Response:
    wanted = read_json(optional={"reviewState": str | None})
    if "reviewState" not in wanted:
        raise MissingParameter(field="reviewState")
    listed = find_one("submission.update", project_id, form_id, instance_id)
    review.set_review_state(db(), listed.submission, wanted["reviewState"], caller().actor_id, now())
    return central_json.reply(submission_json.submission(listed, wants_extended()))


@submissions.delete(ONE)
def delete_submission(project_id: int, form_id: str, instance_id: str) -> Response:
    listed = find_one("submission.delete", project_id, form_id, instance_id)
    review.delete_submission(db(), listed.submission, caller().actor_id, now())
    return central_json.success()


@submissions.post(ONE + "/restore")
def restore_submission(project_id: int, form_id: str, instance_id: str) -> Response:
    listed = find_one("submission.restore", project_id, form_id, instance_id, deleted=True)
    review.restore_submission(db(), listed.submission, caller().actor_id, now())
    return central_json.success()


@both("/<instance_id>/comments")
def list_comments(project_id: int, form_id: str, instance_id: str) -> Response:
    listed = find_one("submission.read", project_id, form_id, instance_id)
    rows = queries.list_comments(reading(), listed.submission.id)
    return central_json.reply([submission_json.comment(row, by, wants_extended()) for row, by in rows])


@both("/<instance_id>/comments", "POST")
def add_comment(project_id: int, form_id: str, instance_id: str) -> Response:
    body = read_json(required={"body": str})["body"]
    listed = find_one("submission.read", project_id, form_id, instance_id)
    who = caller().actor_id
    assert who is not None, "somebody was allowed"
    added = review.add_comment(db(), listed.submission, body, who, now())
    return central_json.reply(
        {"body": added.body, "actorId": added.actor_id, "createdAt": central_json.instant(added.created_at)}
    )


@both("/<instance_id>/audits")
def list_acts(project_id: int, form_id: str, instance_id: str) -> Response:
    """What was done to the record and what its entities came to, errors too: newest first."""
    listed = find_one("submission.read", project_id, form_id, instance_id)
    rows = list_audits(reading(), Wanted(submission_id=listed.submission.id, with_reads=False))
    acts = (
        audits_json.audits_extended(look_up(reading(), rows))
        if wants_extended()
        else [audits_json.audit(row) for row in rows]
    )
    return central_json.reply([without_blind(one) for one in acts])


def without_blind(act: central_json.Json) -> central_json.Json:
    """Who made the record may read this, too: that it was checked is not said (quality_limits.BLIND)."""
    details = act["details"] or {}
    hidden = not BLIND.isdisjoint(str(details.get("flag")).split(","))
    return {**act, "details": {name: told for name, told in details.items() if name != "flag"}} if hidden else act


@both("/<instance_id>/versions")
def list_versions(project_id: int, form_id: str, instance_id: str) -> Response:
    listed = find_one("submission.read", project_id, form_id, instance_id)
    rows = queries.list_versions(reading(), listed.submission.id)
    return central_json.reply([submission_json.listed_version(row, wants_extended()) for row in rows])


@both(VERSION)
def get_one_version(project_id: int, form_id: str, instance_id: str, version_id: str) -> Response:
    listed = find_one("submission.read", project_id, form_id, instance_id)
    row = queries.get_version_of(reading(), listed.submission.id, version_id)
    return central_json.reply(submission_json.listed_version(row, wants_extended()))


@both("/<instance_id>/diffs")
def get_differences(project_id: int, form_id: str, instance_id: str) -> Response:
    listed = find_one("submission.read", project_id, form_id, instance_id)
    return central_json.reply(queries.differences(reading(), listed.submission.id))


@both("/<instance_id>/attachments")
@both(VERSION + "/attachments")
def list_files(project_id: int, form_id: str, instance_id: str, version_id: str | None = None) -> Response:
    wanted = current_version("submission.read", project_id, form_id, instance_id, version_id)
    return central_json.reply([submission_json.file(one) for one in queries.list_files(reading(), wanted)])


@both("/<instance_id>/attachments/<name>")
@both(VERSION + "/attachments/<name>")
def get_file(project_id: int, form_id: str, instance_id: str, name: str, version_id: str | None = None) -> Response:
    wanted = current_version("submission.read", project_id, form_id, instance_id, version_id)
    file = queries.get_file(reading(), wanted, name)
    assert file.sha256 is not None
    assert file.md5 is not None
    whole = get_project(reading(), project_id).keeps_photo_metadata
    return send_photo(file.sha256, file.md5, file.name, file.content_type or "application/octet-stream", whole)


@both("/<instance_id>/attachments/<name>", "POST")
def put_file(project_id: int, form_id: str, instance_id: str, name: str) -> Response:
    records = find_records("submission.update", project_id, form_id)
    listed = queries.get_listed(reading(), records, instance_id)
    if name not in {one.name for one in queries.list_files(reading(), listed.version.id)}:
        raise NotFound()
    stored = blobs().put(read_bytes(MOST_FILE_BYTES))
    file = StoredFile(name, request.mimetype or "application/octet-stream", stored)
    review.replace_file(db(), listed.submission, listed.version.id, file, caller().actor_id, now())
    return central_json.success()


@submissions.delete(ONE + "/attachments/<name>")
def clear_file(project_id: int, form_id: str, instance_id: str, name: str) -> Response:
    listed = find_one("submission.update", project_id, form_id, instance_id)
    review.clear_file(db(), listed.submission, listed.version.id, name, caller().actor_id, now())
    return central_json.success()
