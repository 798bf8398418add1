"""The doors ODK Collect uses: form list, manifest, integrity, submission; and the same for a draft under its test address."""

from urllib.parse import quote

from flask import Response, current_app, request
from sqlalchemy.exc import OperationalError

from forms.instance import Instance, read_instance
from server.access.allow import allow, may
from server.access.phones import RecentUse, note_use
from server.access.projects import get_project
from server.errors import DraftGone, Forbidden, FormNotOpen, NotFound, Unauthenticated
from server.intake.envelope import Envelope
from server.models import Form, FormVersion, Project
from server.models.facts import AnyForm, AnyProject, AnyVersion
from server.publishing.phone import offered_files, offered_forms, reads_list
from server.publishing.shown import get_published, list_open
from server.publishing.versions import Asked, asked_of, get_draft_by_token, get_version
from server.registry.lists import find_dataset, integrity_of
from server.registry.reach import reach_of
from server.web.attachments import send_attachment, send_xml
from server.web.blueprints import Door
from server.web.central.door import add_headers
from server.web.central.loading import allow_forms_of, allow_reading, load_version, signed_in
from server.web.languages import select_language, word_in
from server.web.receiving import item_of, keep, read_upload
from server.web.session import asker, caller, database, now, own_url, reading, today
from server.web.wire import openrosa_xml
from server.web.wire.openrosa_xml import ListedFile, ListedForm

openrosa = Door("openrosa", tongue="openrosa", url_prefix="/v1")
openrosa.after_request(add_headers)


def segment(text: str) -> str:
    """A form id or a file name as one path segment."""
    return quote(text, safe="")


def form_url(project: AnyProject, form: AnyForm) -> str:
    return f"{own_url()}/projects/{project.id}/forms/{segment(form.xml_form_id)}"


@openrosa.get("/projects/<int:project_id>/formList")
def form_list(project_id: int) -> Response:
    who = signed_in(asker())
    project, forms = list_open(reading(), project_id)
    allow_forms_of(who, project)
    offered = offered_forms(who, forms, request.args.get("formID"))
    note_phone()
    return openrosa_xml.form_list(
        listed(form_url(project, one.form), one.form, one.version, one.needs_files) for one in offered
    )


def listed(url: str, form: AnyForm, version: AnyVersion, has_files: bool, ending: str = ".xml") -> ListedForm:
    return ListedForm(
        form_id=form.xml_form_id,
        name=version.name or form.xml_form_id,
        version=version.version,
        md5=version.md5,
        download_url=url + ending,
        manifest_url=f"{url}/manifest" if has_files else None,
    )


@openrosa.get("/projects/<int:project_id>/forms/<form_id>/manifest")
def manifest(project_id: int, form_id: str) -> Response:
    who = signed_in(asker())
    project, form, version, needs_files = get_published(reading(), project_id, form_id)
    allow_reading(who, project, form, version)
    return openrosa_xml.manifest(listed_files(form_url(project, form), project, version) if needs_files else ())


@openrosa.get("/projects/<int:project_id>/forms/<form_id>/draft/manifest")
@openrosa.get("/projects/<int:project_id>/forms/<form_id>/versions/<version>/manifest")
def manifest_of_version(project_id: int, form_id: str, version: str | None = None) -> Response:
    """The manifest of what is not, or no longer, current: for who makes the form."""
    shown = load_version(reading(), caller(), project_id, form_id, draft=version is None, version=version)
    part = "draft" if version is None else f"versions/{segment(version)}"
    url = f"{form_url(shown.project, shown.form)}/{part}"
    return openrosa_xml.manifest(listed_files(url, shown.project, shown.version))


def listed_files(url: str, project: AnyProject, version: AnyVersion) -> list[ListedFile]:
    files = []
    who = asker() if project.kind == "plain" else caller()  # villages bind in a care project alone
    for file in offered_files(reading(), who, project, version, today()):
        download_url = f"{url}/attachments/{segment(file.name)}"
        if file.dataset is None:
            files.append(ListedFile(file.name, file.md5, download_url))
            continue
        kind = "approvalEntityList" if file.dataset.approval_required else "entityList"
        integrity_url = f"{own_url()}/projects/{project.id}/datasets/{segment(file.dataset.name)}/integrity"
        files.append(ListedFile(file.name, file.md5, download_url, kind, integrity_url))
    return files


@openrosa.get("/projects/<int:project_id>/datasets/<name>/integrity")
def integrity(project_id: int, name: str) -> Response:
    who = signed_in(caller())
    project = get_project(reading(), project_id)
    dataset = find_dataset(reading(), project_id, name)
    if dataset is None:
        raise NotFound()
    if not may(who, "entity.list", project) and not reads_list(reading(), who, project, dataset):
        raise Forbidden()
    wanted = request.args.get("id")
    uuids = wanted.split(",") if wanted is not None else None
    return openrosa_xml.integrity(integrity_of(reading(), dataset, reach_of(who, project, today()), uuids))


@openrosa.get("/projects/<int:project_id>/submission")
def ready(project_id: int) -> Response:
    """HEAD comes here too: Flask answers it as GET without a body."""
    signed_in(asker())
    get_project(reading(), project_id)
    return openrosa_xml.ready()


@openrosa.post("/projects/<int:project_id>/submission")
def post_submission(project_id: int) -> Response:
    signed_in(asker())
    envelope = read_upload()
    instance = read_instance(envelope.xml)
    asked = get_version(reading(), project_id, instance.form_id, instance.version)
    allow_sending(asked)
    return receive(envelope, instance, asked)


def allow_sending(asked: Asked) -> None:
    """A key's holder is told what is wrong; somebody with a password is asked for another one (2.11)."""
    try:
        allow(asker(), "submission.create", asked.project, asked.form)
    except Forbidden:
        if asker().key is None:
            raise Unauthenticated() from None
        raise
    if asked.form.state == "closed":
        raise FormNotOpen()


def receive(envelope: Envelope, instance: Instance, asked: Asked) -> Response:
    """Files to disk, then rows; the answer leaves after the commit."""
    try:
        receipt = keep(item_of(envelope, instance, asked))
    finally:
        note_phone()
    return openrosa_xml.created(word_in(select_language(), receipt.word))


def note_phone() -> None:
    """When this phone last spoke, in a transaction of its own. Where others write just now, it is noted the next time."""
    who = asker()
    uses: RecentUse = current_app.extensions["fangshi.uses"]
    device = request.args.get("deviceID")
    if who.type != "field_key" or who.actor_id is None or not uses.is_due(who.actor_id, device, who.key or "", now()):
        return
    try:
        with database().transaction_in_passing() as own:
            note_use(own, who.actor_id, device, now())
    except OperationalError:
        uses.forget(who.actor_id)


DRAFT = "/test/<token>/projects/<int:project_id>/forms/<form_id>/draft"


def draft_of(token: str, project_id: int, form_id: str) -> tuple[Project, Form, FormVersion, str]:
    """A draft and the address of it. The token is all that is asked for."""
    project, form, version = get_draft_by_token(reading(), project_id, form_id, token)
    url = f"{own_url()}/test/{token}/projects/{project.id}/forms/{segment(form.xml_form_id)}/draft"
    return project, form, version, url


@openrosa.get(DRAFT + "/formList")
def draft_form_list(token: str, project_id: int, form_id: str) -> Response:
    """Here alone a token that is over has a number of its own (odk-contract.md 2.13)."""
    try:
        project, form, version, url = draft_of(token, project_id, form_id)
    except NotFound:
        raise DraftGone() from None
    has_files = bool(offered_files(reading(), caller(), project, version, today()))
    return openrosa_xml.form_list([listed(url, form, version, has_files)])


@openrosa.get(DRAFT + "/manifest")
def draft_manifest(token: str, project_id: int, form_id: str) -> Response:
    project, _form, version, url = draft_of(token, project_id, form_id)
    return openrosa_xml.manifest(listed_files(url, project, version))


@openrosa.get(DRAFT + ".xml")
def draft_xml(token: str, project_id: int, form_id: str) -> Response:
    _project, form, version, _url = draft_of(token, project_id, form_id)
    return send_xml(version, form.xml_form_id)


@openrosa.get(DRAFT + "/attachments/<name>")
def draft_attachment(token: str, project_id: int, form_id: str, name: str) -> Response:
    project, _form, version, _url = draft_of(token, project_id, form_id)
    return send_attachment(project, version, name)


@openrosa.get(DRAFT + "/submission")
def draft_ready(token: str, project_id: int, form_id: str) -> Response:
    draft_of(token, project_id, form_id)
    return openrosa_xml.ready()


@openrosa.post(DRAFT + "/submission")
def post_draft_submission(token: str, project_id: int, form_id: str) -> Response:
    project, form, version, _url = draft_of(token, project_id, form_id)
    envelope = read_upload()
    instance = read_instance(envelope.xml)
    if instance.form_id != form.xml_form_id:
        raise NotFound("The form {form} is not in this project.", form=instance.form_id)
    return receive(envelope, instance, asked_of(reading(), project, form, version, draft=True))
