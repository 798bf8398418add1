"""What ODK Collect reads. Facts: odk-contract.md 2.1, 2.4, 2.6, 2.9, 2.11; Collect insists on text/xml and the version header."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from flask import Response, request

from server import clock
from server.errors import Problem
from server.web import languages

ACCEPT_BYTES = 20_000_000  # larger bodies are taken too; smaller requests get through weak rural links (2.10)
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
LIST_NAMESPACE = "http://openrosa.org/xforms/xformsList"
MANIFEST_NAMESPACE = "http://openrosa.org/xforms/xformsManifest"
RESPONSE_NAMESPACE = "http://openrosa.org/http/response"


@dataclass(frozen=True)
class ListedForm:
    """One form of a form list; `version` may be empty, `manifest_url` is None when the form needs no file."""

    form_id: str
    name: str
    version: str
    md5: str
    download_url: str
    manifest_url: str | None


@dataclass(frozen=True)
class ListedFile:
    """One file of a manifest; `type` is None, entityList or approvalEntityList."""

    name: str
    md5: str
    download_url: str
    type: str | None = None
    integrity_url: str | None = None


def reply(body: str, status: int = 200) -> Response:
    """An OpenRosa document: without these headers Collect refuses it."""
    response = Response(DECLARATION + body, status=status, content_type="text/xml; charset=utf-8")
    return add_headers(response)


def document(body: str) -> Response:
    """What a phone asks for at every sync, under the MD5 of its bytes: 304 without them where the phone has them (2.8)."""
    response = reply(body)
    response.set_etag(hashlib.md5(response.get_data(), usedforsecurity=False).hexdigest())
    response.make_conditional(request)
    return response


def add_headers(response: Response) -> Response:
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(ACCEPT_BYTES)
    response.headers["Date"] = format_datetime(clock.now(), usegmt=True)
    response.headers["Content-Language"] = languages.language_tag()
    return response


def ready() -> Response:
    """HEAD and GET /submission: 204, any other 2xx fails the upload."""
    return add_headers(Response(status=204))


def message(text: str, nature: str, status: int) -> Response:
    return reply(
        f'<OpenRosaResponse xmlns="{RESPONSE_NAMESPACE}" items="0">'
        f"<message nature={quoteattr(nature)}>{escape(text)}</message></OpenRosaResponse>",
        status,
    )


def created(text: str) -> Response:
    """201: the record is on disk. The text is shown to the worker."""
    return message(text, "", 201)


def error(problem: Problem) -> Response:
    return message(languages.word(problem), "error", problem.status)


def form_list(forms: Iterable[ListedForm]) -> Response:
    items = "".join(
        f"<xform>{tag('formID', form.form_id)}{tag('name', form.name or form.form_id)}"
        f"{tag('version', form.version)}{tag('hash', 'md5:' + form.md5)}{tag('downloadUrl', form.download_url)}"
        f"{tag('manifestUrl', form.manifest_url) if form.manifest_url else ''}</xform>"
        for form in forms
    )
    return document(f'<xforms xmlns="{LIST_NAMESPACE}">{items}</xforms>')


def manifest(files: Iterable[ListedFile]) -> Response:
    items = "".join(
        f"<mediaFile{f' type={quoteattr(file.type)}' if file.type else ''}>"
        f"{tag('filename', file.name)}{tag('hash', 'md5:' + file.md5)}{tag('downloadUrl', file.download_url)}"
        f"{tag('integrityUrl', file.integrity_url) if file.integrity_url else ''}</mediaFile>"
        for file in files
    )
    return document(f'<manifest xmlns="{MANIFEST_NAMESPACE}">{items}</manifest>')


def integrity(deleted: Iterable[tuple[str, bool]]) -> Response:
    """Which of the entities a phone asked for are gone; exactly true or false."""
    items = "".join(
        f"<entity id={quoteattr(uuid)}><deleted>{'true' if gone else 'false'}</deleted></entity>"
        for uuid, gone in deleted
    )
    return document(f"<data><entities>{items}</entities></data>")


def tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
