"""What pages say to the script that talks to the browser's passkeys: JSON, errors in the reader's words."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, jsonify

from server.access.passkeys import Site
from server.errors import Problem
from server.web import session
from server.web.addresses import base_url
from server.web.errors import say_when_again
from server.web.pages.problem_words import word_for_people


def own_site() -> Site:
    """What passkeys are bound to: the public address's host. Raises HostUnknown."""
    origin = base_url(session.config().public_url)
    parts = urlsplit(origin)
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def reply(body: dict[str, Any]) -> Response:
    return jsonify(body)


def say_json(problem: Problem) -> Response:
    """Nothing of what was begun is kept, so a challenge that was used is not used up: it ends with its minutes."""
    session.db().rollback()
    answer = jsonify({"message": word_for_people(problem), "code": problem.code})
    answer.status_code = problem.status
    say_when_again(answer, problem)
    return answer
