"""A form's file given to whoever may read the form: a phone, a draft's tester, an office program."""

from functools import partial

from flask import Response, request

from server.errors import NotFound
from server.models import FormVersion
from server.models.facts import AnyProject, AnyVersion
from server.publishing.phone import made_files, md5_of
from server.publishing.queries import ListedAttachment, find_attachment, with_list
from server.publishing.shown import TEXTS
from server.registry.lists import list_csv
from server.registry.reach import Reach, reach_of
from server.web.files import send_blob, send_bytes
from server.web.readings import note_read
from server.web.session import caller, reading, today

CSV = "text/csv; charset=utf-8"


def send_attachment(project: AnyProject, version: AnyVersion, name: str) -> Response:
    """A blob's bytes, the caller's part of an entity list as CSV, or a list made for the caller; 304 where it is known.

    Villages are read only for lists. Raises NotFound for a name the version does not expect, or that nothing fills.
    """
    found = find_attachment(reading(), project, version, name)
    if found is not None and found.blob is not None and found.row.dataset_id is None:
        return send_blob(found.blob.sha256, found.blob.md5, name, found.blob.content_type)
    if found is None or not (found.made or found.row.dataset_id):
        raise NotFound()
    reach = reach_of(caller(), project, today())
    return send_made(project, version, name, reach) if found.made else send_list(project, found, reach)


def send_made(project: AnyProject, version: AnyVersion, name: str, reach: Reach) -> Response:
    made = made_files(reading(), caller(), project, version, reach, [name])[name]
    if not request.if_none_match.contains_weak(md5_of(made)):
        note_read(project, "entity.list", details={"list": name})
    return send_bytes(made, md5_of(made), name, CSV)


def send_list(project: AnyProject, slot: ListedAttachment, reach: Reach) -> Response:
    listed = with_list(reading(), slot, reach)
    assert listed.dataset is not None and listed.hash is not None, "what names a list has it"
    known = request.if_none_match.contains_weak(listed.hash)
    if not known:
        note_read(project, "entity.list", dataset_id=listed.dataset.id)
    content = b"" if known else list_csv(reading(), listed.dataset, reach)
    return send_bytes(content, listed.hash, slot.row.name, CSV)


def send_workbook(version: FormVersion, form_id: str, extension: str) -> Response:
    """The workbook as uploaded. Raises NotFound when the form came as XML, or as the other kind of workbook."""
    sha256, content_type = version.xls_sha256, version.xls_content_type
    if sha256 is None or (content_type == "application/vnd.ms-excel") != (extension == "xls"):
        raise NotFound()
    return send_blob(sha256, sha256, f"{form_id}.{extension}", content_type or "")


def send_xml(version: AnyVersion, form_id: str) -> Response:
    """The exact bytes that were stored: phones compare their MD5. Not read for who has them."""
    text = partial(TEXTS.get, reading(), version)
    return send_bytes(text, version.md5, f"{form_id}.xml", "application/xml; charset=utf-8", "inline")
