"""A form's file given to whoever may read the form: a phone, a draft's tester, an office program."""

from flask import Response, request

from server.access.allow import scope_of
from server.errors import NotFound
from server.models import FormVersion, Project
from server.publishing.queries import find_attachment
from server.registry.lists import list_csv
from server.web.files import send_blob, send_bytes
from server.web.session import caller, reading


def send_attachment(project: Project, version: FormVersion, name: str) -> Response:
    """A blob's bytes, or the caller's part of an entity list as CSV; 304 where the caller has it already.

    Raises NotFound for a name the version does not expect, or that nothing fills.
    """
    scope = scope_of(caller(), project)
    found = find_attachment(reading(), version, name, scope)
    if found is None or found.hash is None:
        raise NotFound()
    if found.blob is not None:
        return send_blob(found.blob.sha256, found.hash, name, found.blob.content_type)
    assert found.dataset is not None, "what has a hash is a list or a blob"
    known = request.if_none_match.contains_weak(found.hash)
    content = b"" if known else list_csv(reading(), found.dataset, scope)
    return send_bytes(content, found.hash, name, "text/csv; charset=utf-8")


def send_workbook(version: FormVersion, form_id: str, extension: str) -> Response:
    """The workbook as uploaded. Raises NotFound when the form came as XML, or as the other kind of workbook."""
    sha256, content_type = version.xls_sha256, version.xls_content_type
    if sha256 is None or (content_type == "application/vnd.ms-excel") != (extension == "xls"):
        raise NotFound()
    return send_blob(sha256, sha256, f"{form_id}.{extension}", content_type or "")


def send_xml(version: FormVersion, form_id: str) -> Response:
    """The exact bytes that were stored: phones compare their MD5."""
    return send_bytes(bytes(version.xml), version.md5, f"{form_id}.xml", "application/xml; charset=utf-8", "inline")
