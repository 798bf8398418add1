"""The worker that shows pushes: at the root, since a browser lets it reach no further than its own folder."""

from flask import Response, send_from_directory

from server.web.pages.assets import STATIC
from server.web.pages.door import pages


@pages.get("/push-worker.js")
def send_push_worker() -> Response:
    answer = send_from_directory(STATIC, "push_worker.js", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
