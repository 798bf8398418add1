"""Files that people sent, given back: never run in our origin, never stored by a proxy, told apart by ETag."""

from collections.abc import Callable
from io import SEEK_END
from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from forms.photos.leaving_out import leave_out_metadata
from server.blobs import noticing_damage
from server.web.session import blobs

PIECE = 1 << 16  # bytes that are sent at once
INLINE = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def disposition(kind: str, name: str) -> str:
    """Content-Disposition with the name twice: plain for old clients, UTF-8 for Chinese ones."""
    plain = "".join(char if " " <= char < "\x7f" and char not in '"\\' else "_" for char in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def send_blob(sha256: str, etag: str, name: str, content_type: str) -> Response:
    """A stored file, byte for byte: what a form's author gave to phones."""
    return send_open(blobs().open_whole(sha256), etag, name, content_type)


def send_photo(sha256: str, etag: str, name: str, content_type: str, with_metadata: bool) -> Response:
    """A file that came with a record, without the place, the day and the camera that a photo tells beside its picture.

    The original stays in the store, for no door, unless the project says that photos go out `with_metadata`. A file that
    tells nothing is given byte for byte under the ETag of its bytes (threats.md row 12).
    """
    source = blobs().open_whole(sha256)
    with noticing_damage(sha256):  # a long one's midst is read here first
        cleaned = None if with_metadata else leave_out_metadata(source)
    if cleaned is None:
        return send_open(source, etag, name, content_type)
    return send_open(cast(BinaryIO, cleaned), f"{etag}-picture", name, content_type)


def send_open(source: BinaryIO, etag: str, name: str, content_type: str) -> Response:
    """A picture whose first bytes say so is shown, all else is a download (threats.md row 11); parts may be asked for."""
    size = source.seek(0, SEEK_END)
    source.seek(0)
    head = source.read(8)
    source.seek(0)
    picture = next((kind for magic, kind in INLINE.items() if head.startswith(magic)), None)
    # not the web server's own wrapper, which sends from wherever the system's file stands, whatever was read before
    body = FileWrapper(source, PIECE)
    response = Response(body, mimetype=picture or content_type, direct_passthrough=True)
    response.content_length = size
    response.set_etag(etag)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        source.close()
        response = Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    return seal(response, "inline" if picture else "attachment", name)


def send_bytes(
    content: bytes | Callable[[], bytes], etag: str | None, name: str, content_type: str, kind: str = "attachment"
) -> Response:
    """What is given, or is made only now that it is known to be wanted: not for a 304 or a 412."""
    response = Response(content_type=content_type)
    if etag is not None:
        response.set_etag(etag)
        response.make_conditional(request)
    if response.status_code == 200:
        response.set_data(content if isinstance(content, bytes) else content())
    return seal(response, kind, name)


def seal(response: Response, kind: str, name: str) -> Response:
    response.headers["Content-Disposition"] = disposition(kind, name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
