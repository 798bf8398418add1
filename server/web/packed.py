"""Static files, packed for whoever unpacks them: on a village's network a map's script comes in a quarter of the time."""

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Response, request
from werkzeug.security import safe_join

KINDS = {".css", ".js", ".json", ".svg"}
LEAST = 1000  # bytes: less comes in one packet either way
LEVEL = 6


def send_packed(folder: str, name: str) -> Response | None:
    """The file as gzip, under a mark of its own; None where it is to be sent as it lies there: the caller unpacks nothing,
    asks for a part, or packing such a file saves nothing.
    """
    found = safe_join(folder, name)
    if found is None or Path(name).suffix not in KINDS or not request.accept_encodings["gzip"]:
        return None
    path = Path(found)
    if "Range" in request.headers or not path.is_file() or path.stat().st_size < LEAST:
        return None
    packed = pack(path, path.stat().st_mtime_ns)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    answer = Response(packed, mimetype=kind, headers={"Content-Encoding": "gzip"})
    answer.set_etag(f"{hashlib.sha256(packed).hexdigest()[:16]}-gzip")
    answer.make_conditional(request)
    return answer


@lru_cache(maxsize=128)
def pack(path: Path, _changed: int) -> bytes:
    """Once a process and state of the file; without the time of packing, so that the mark is the same in each process."""
    return gzip.compress(path.read_bytes(), LEVEL, mtime=0)
