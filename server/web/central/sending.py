"""A record sent or corrected by REST as XML (odk-contract.md 6.8), also one that tries a draft."""

from flask import Response, request

from forms.instance import Instance, read_instance
from server.access.allow import may, scope_of
from server.access.projects import get_project
from server.errors import DeprecatedIdExpected, Forbidden, NotFound, UnexpectedValue
from server.intake import queries
from server.intake.feedback import is_nameless
from server.intake.items import Item
from server.models import Form
from server.publishing.queries import find_version_of
from server.publishing.versions import Asked, asked_of, get_draft_by_token, get_version
from server.web.central.door import CentralDoor
from server.web.central.loading import load_form
from server.web.central.submissions import ALL, OF_DRAFT, asks_for_draft, find_records
from server.web.json_body import read_bytes
from server.web.receiving import keep
from server.web.session import caller, now, reading
from server.web.wire import central_json, submission_json

sending = CentralDoor("sending")
MOST_XML_BYTES = 10_000_000


@sending.post(ALL)
@sending.post(OF_DRAFT)
def send_submission(project_id: int, form_id: str) -> Response:
    """One record as XML; a known id is an error here (409.3)."""
    _project, form = load_form(reading(), caller(), "submission.create", project_id, form_id)
    item = read_item(project_id, form, strict=True)
    keep(item)
    if is_nameless(item.asked):
        return central_json.reply(submission_json.nameless(item.instance.instance_id))
    return sent(form, item.instance.instance_id)


@sending.put(ALL + "/<instance_id>")
@sending.put(OF_DRAFT + "/<instance_id>")
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


@sending.post("/test/<token>" + OF_DRAFT)
def try_draft(token: str, project_id: int, form_id: str) -> Response:
    """From a tester: the token is all that is asked for."""
    project, form, version = get_draft_by_token(reading(), project_id, form_id, token)
    xml = read_bytes(MOST_XML_BYTES)
    instance = read_of_form(form, xml)
    asked = asked_of(reading(), project, form, version, draft=True)
    keep(Item(asked, instance, xml, (), caller().actor_id, request.args.get("deviceID"), user_agent(), now()))
    return central_json.success()


def read_item(project_id: int, form: Form, strict: bool) -> Item:
    """The body as a record of this form, or of its draft. Raises UnexpectedValue (400.8) when it is another form's."""
    xml = read_bytes(MOST_XML_BYTES)
    instance = read_of_form(form, xml)
    asked = asked_here(project_id, form, instance.version)
    own_only = not may(caller(), "submission.update", asked.project, asked.form)
    device = request.args.get("deviceID")
    who, scope = caller().actor_id, scope_of(caller(), asked.project)
    return Item(asked, instance, xml, (), who, device, user_agent(), now(), own_only, strict, scope, caller().once)


def read_of_form(form: Form, xml: bytes) -> Instance:
    instance = read_instance(xml)
    if instance.form_id != form.xml_form_id:
        raise UnexpectedValue(field="form ID", value=instance.form_id, reason=f"the address says {form.xml_form_id}")
    return instance


def asked_here(project_id: int, form: Form, version: str) -> Asked:
    """The published version that a record names; of a draft there is one, whatever it names. Raises NotFound.

    Whoever has a public link fills in what was published, and nobody's draft: Forbidden.
    """
    if not asks_for_draft():
        return get_version(reading(), project_id, form.xml_form_id, version)
    if caller().type == "public_link":
        raise Forbidden()
    draft = find_version_of(reading(), form, draft=True)
    if draft is None:
        raise NotFound()
    return asked_of(reading(), get_project(reading(), project_id), form, draft, draft=True)


def user_agent() -> str | None:
    return request.headers.get("User-Agent")


def sent(form: Form, instance_id: str) -> Response:
    """What was just stored, to whoever sent it: read anew, since the store wrote on a connection of its own."""
    reading().expire_all()
    listed = queries.get_sent(reading(), form, instance_id, asks_for_draft())
    return central_json.reply(submission_json.submission(listed))
