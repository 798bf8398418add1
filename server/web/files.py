"""Files that people sent, given back: never run in our origin, never stored by a proxy, told apart by ETag."""

from urllib.parse import quote

from flask import Response, request, send_file

from server.web.session import blobs

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
    """A stored file. A picture whose first bytes say so is shown, all else is a download (threats.md row 11)."""
    path = blobs().path(sha256)
    with path.open("rb") as file:
        head = file.read(8)
    picture = next((kind for magic, kind in INLINE.items() if head.startswith(magic)), None)
    response = send_file(path, mimetype=picture or content_type, etag=etag, conditional=True, max_age=None)
    return seal(response, "inline" if picture else "attachment", name)


def send_bytes(content: bytes, etag: str | None, name: str, content_type: str, kind: str = "attachment") -> Response:
    response = Response(content, content_type=content_type)
    if etag is not None:
        response.set_etag(etag)
        response.make_conditional(request)
    return seal(response, kind, name)


def seal(response: Response, kind: str, name: str) -> Response:
    response.headers["Content-Disposition"] = disposition(kind, name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
