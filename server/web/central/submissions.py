"""Records by REST: list, detail, bytes, files, review, comments, versions; and sending or correcting one as XML."""

from urllib.parse import quote

from flask import Response, redirect, request

from forms.instance import read_instance
from server.access.allow import may, scope_of
from server.access.audit_queries import Wanted, list_audits, look_up
from server.access.projects import get_project
from server.errors import DeprecatedIdExpected, MissingParameter, NotFound, UnexpectedValue
from server.intake import queries, review
from server.intake.feedback import is_nameless
from server.intake.items import Item, Receipt, StoredFile
from server.intake.quality_limits import BLIND
from server.intake.queries import Listed, Records
from server.models import Form
from server.publishing.versions import asked_of, get_draft_by_token, get_version
from server.web.central.door import CentralDoor
from server.web.central.loading import load_form
from server.web.files import send_bytes, send_photo
from server.web.json_body import read_bytes, read_json
from server.web.parameters import is_true, page, wants_extended
from server.web.readings import note_read
from server.web.session import blobs, caller, db, now, own_url, reading, store
from server.web.streams import json_array, stream
from server.web.wire import audits_json, central_json, people_json, submission_json

submissions = CentralDoor("submissions")
FORM = "/projects/<int:project_id>/forms/<form_id>"
ALL = FORM + "/submissions"
ONE = ALL + "/<instance_id>"
VERSION = ONE + "/versions/<version_id>"
MOST_XML_BYTES = 10_000_000
MOST_FILE_BYTES = 110_000_000


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


@submissions.get(ALL)
@submissions.get(FORM + "/draft/submissions")
def list_submissions(project_id: int, form_id: str) -> Response:
    records = find_records("submission.list", project_id, form_id, deleted=is_true("deleted"))
    wanted, extended = page(), wants_extended()
    return stream(
        lambda session: json_array(
            submission_json.submission(one, extended)
            for one in queries.iterate_records(session, records, wanted.offset, wanted.limit)
        ),
        "application/json; charset=utf-8",
    )


@submissions.get(ALL + "/submitters")
def list_submitters(project_id: int, form_id: str) -> Response:
    records = find_records("submission.list", project_id, form_id)
    return central_json.reply([people_json.actor(one) for one in queries.list_submitters(reading(), records)])


@submissions.get(ALL + "/keys")
def list_keys(project_id: int, form_id: str) -> Response:
    """The keys of encrypted records; the server holds none."""
    find_records("submission.read", project_id, form_id)
    return central_json.reply([])


@submissions.get(ONE)
@submissions.get(FORM + "/draft/submissions/<instance_id>")
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
    parts = (project_id, quote(form_id, safe=""), quote(root, safe=""), quote(instance_id, safe=""))
    location = own_url() + "/projects/{}/forms/{}/submissions/{}/versions/{}".format(*parts)
    answer: Response = redirect(location, 301)  # type: ignore[assignment]
    return answer


@submissions.get(ONE + ".xml")
@submissions.get(VERSION + ".xml")
@submissions.get(FORM + "/draft/submissions/<instance_id>.xml")
def get_xml(project_id: int, form_id: str, instance_id: str, version_id: str | None = None) -> Response:
    wanted = current_version("submission.read", project_id, form_id, instance_id, version_id)
    name = f"{version_id or instance_id}.xml"
    return send_bytes(queries.read_xml_of(reading(), wanted), None, name, "application/xml")


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


@submissions.get(ONE + "/comments")
def list_comments(project_id: int, form_id: str, instance_id: str) -> Response:
    listed = find_one("submission.read", project_id, form_id, instance_id)
    rows = queries.list_comments(reading(), listed.submission.id)
    return central_json.reply([submission_json.comment(row, by, wants_extended()) for row, by in rows])


@submissions.post(ONE + "/comments")
def add_comment(project_id: int, form_id: str, instance_id: str) -> Response:
    body = read_json(required={"body": str})["body"]
    listed = find_one("submission.read", project_id, form_id, instance_id)
    who = caller().actor_id
    assert who is not None, "somebody was allowed"
    added = review.add_comment(db(), listed.submission, body, who, now())
    return central_json.reply(
        {"body": added.body, "actorId": added.actor_id, "createdAt": central_json.instant(added.created_at)}
    )


@submissions.get(ONE + "/audits")
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


@submissions.get(ONE + "/versions")
def list_versions(project_id: int, form_id: str, instance_id: str) -> Response:
    listed = find_one("submission.read", project_id, form_id, instance_id)
    rows = queries.list_versions(reading(), listed.submission.id)
    return central_json.reply([submission_json.listed_version(row, wants_extended()) for row in rows])


@submissions.get(VERSION)
def get_one_version(project_id: int, form_id: str, instance_id: str, version_id: str) -> Response:
    listed = find_one("submission.read", project_id, form_id, instance_id)
    row = queries.get_version_of(reading(), listed.submission.id, version_id)
    return central_json.reply(submission_json.listed_version(row, wants_extended()))


@submissions.get(ONE + "/diffs")
def get_differences(project_id: int, form_id: str, instance_id: str) -> Response:
    listed = find_one("submission.read", project_id, form_id, instance_id)
    return central_json.reply(queries.differences(reading(), listed.submission.id))


@submissions.get(ONE + "/attachments")
@submissions.get(VERSION + "/attachments")
@submissions.get(FORM + "/draft/submissions/<instance_id>/attachments")
def list_files(project_id: int, form_id: str, instance_id: str, version_id: str | None = None) -> Response:
    wanted = current_version("submission.read", project_id, form_id, instance_id, version_id)
    return central_json.reply([submission_json.file(one) for one in queries.list_files(reading(), wanted)])


@submissions.get(ONE + "/attachments/<name>")
@submissions.get(VERSION + "/attachments/<name>")
@submissions.get(FORM + "/draft/submissions/<instance_id>/attachments/<name>")
def get_file(project_id: int, form_id: str, instance_id: str, name: str, version_id: str | None = None) -> Response:
    wanted = current_version("submission.read", project_id, form_id, instance_id, version_id)
    file = queries.get_file(reading(), wanted, name)
    assert file.sha256 is not None
    assert file.md5 is not None
    whole = get_project(reading(), project_id).keeps_photo_metadata
    return send_photo(file.sha256, file.md5, file.name, file.content_type or "application/octet-stream", whole)


@submissions.post(ONE + "/attachments/<name>")
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


@submissions.post(ALL)
def send_submission(project_id: int, form_id: str) -> Response:
    """One record as XML; a known id is an error here (409.3)."""
    _project, form = load_form(reading(), caller(), "submission.create", project_id, form_id)
    item = read_item(project_id, form, strict=True)
    keep(item)
    if is_nameless(item.asked):
        return central_json.reply(submission_json.nameless(item.instance.instance_id))
    return sent(form, item.instance.instance_id)


@submissions.put(ONE)
def correct_submission(project_id: int, form_id: str, instance_id: str) -> Response:
    records = find_records("submission.update", project_id, form_id)
    listed = queries.get_listed(reading(), records, instance_id)
    item = read_item(project_id, records.form, strict=False)
    if item.instance.deprecated_id is None:
        raise DeprecatedIdExpected(expected=listed.version.instance_id)
    if queries.find_root_id(reading(), records, item.instance.deprecated_id) != instance_id:
        raise DeprecatedIdExpected(expected=listed.version.instance_id)
    keep(item)
    return sent(records.form, instance_id)


@submissions.post("/test/<token>" + FORM + "/draft/submissions")
def send_draft_submission(token: str, project_id: int, form_id: str) -> Response:
    project, form, version = get_draft_by_token(reading(), project_id, form_id, token)
    xml = read_bytes(MOST_XML_BYTES)
    instance = read_instance(xml)
    if instance.form_id != form.xml_form_id:
        raise UnexpectedValue(field="form ID", value=instance.form_id, reason=f"the address says {form.xml_form_id}")
    asked = asked_of(reading(), project, form, version, draft=True)
    keep(Item(asked, instance, xml, (), caller().actor_id, request.args.get("deviceID"), user_agent(), now()))
    return central_json.success()


def read_item(project_id: int, form: Form, strict: bool) -> Item:
    """The body as a record of this form. Raises UnexpectedValue (400.8) when it is another form's."""
    xml = read_bytes(MOST_XML_BYTES)
    instance = read_instance(xml)
    if instance.form_id != form.xml_form_id:
        raise UnexpectedValue(field="form ID", value=instance.form_id, reason=f"the address says {form.xml_form_id}")
    asked = get_version(reading(), project_id, form.xml_form_id, instance.version)
    own_only = not may(caller(), "submission.update", asked.project, asked.form)
    device = request.args.get("deviceID")
    who, scope = caller().actor_id, scope_of(caller(), asked.project)
    return Item(asked, instance, xml, (), who, device, user_agent(), now(), own_only, strict, scope)


def user_agent() -> str | None:
    return request.headers.get("User-Agent")


def keep(item: Item) -> None:
    """On disk when it returns. Raises what kept the record out."""
    (outcome,) = store().store([item])
    if not isinstance(outcome, Receipt):
        raise outcome


def sent(form: Form, instance_id: str) -> Response:
    """What was just stored, to whoever sent it: read anew, since the store wrote on a connection of its own."""
    reading().rollback()
    return central_json.reply(submission_json.submission(queries.get_sent(reading(), form, instance_id)))
