"""What this server answers to, as OpenAPI 3.1 for programs and as a page for people: for everybody, since it tells of nobody."""

from functools import lru_cache
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template
from flask_babel import gettext as _

from server.web.addresses import base_url
from server.web.api.document import addressed, openapi, operations
from server.web.central.door import CentralDoor
from server.web.session import config
from server.web.wire import central_json

definition = CentralDoor("definition")


@lru_cache(maxsize=1)
def described(app: Flask) -> dict[str, Any]:
    """Read from the code once, when somebody asks for the first time."""
    return openapi(operations(app.url_map.iter_rules(), app.view_functions))


def document() -> dict[str, Any]:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return addressed(described(app), base_url(config().public_url), _("Fangshi"))


@definition.get("/openapi.json")
def get_document() -> Response:
    """This definition."""
    return central_json.reply(document())


@definition.get("/openapi")
def get_page() -> Response:
    """This definition, for people."""
    told = document()
    response = make_response(render_template("definition.html", document=told, groups=groups_of(told)))
    response.headers["Vary"] = "Accept-Language, Accept-Encoding, Origin"
    return response


def groups_of(told: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The operations by their tags, as lines of the page."""
    found: dict[str, list[dict[str, Any]]] = {one["name"]: [] for one in told["tags"]}
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            found[one["tags"][0]].append(line(path, method, one))
    return list(found.items())


def line(path: str, method: str, one: dict[str, Any]) -> dict[str, Any]:
    kinds = one.get("requestBody", {}).get("content", {})
    schemas = [kind.get("schema", {}) for kind in kinds.values()]
    return {
        "method": method.upper(),
        "path": path,
        "summary": one["summary"],
        "parameters": [each["name"] for each in one["parameters"] if each["in"] != "path"],
        "body": ", ".join(kinds),
        "fields": [name for schema in schemas for name in schema.get("properties", {})],
        "answers": [(status, answer["description"]) for status, answer in one["responses"].items()],
    }
