"""Whether what the app answers is what its definition says, looked at beside any test: statuses, and all fields of JSON."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import orjson
from flask import Flask, Response, current_app, request, request_finished
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from server.web.api.asked import path_of
from server.web.api.document import Operation, addressed, openapi, operations

NAME = "urn:definition"


@lru_cache(maxsize=1)
def operations_of(app: Flask) -> list[Operation]:
    return operations(app.url_map.iter_rules(), app.view_functions)


def definition_of(app: Flask) -> dict[str, Any]:
    return addressed(openapi(operations_of(app)), "https://fangshi.town.test", "Fangshi")


@lru_cache(maxsize=1)
def defined(app: Flask) -> tuple[dict[str, Any], Registry[Any]]:
    document = closed(definition_of(app))
    return document, Registry().with_resource(NAME, DRAFT202012.create_resource(document))


def closed(schema: Any) -> Any:
    """With no field that is not named: a definition may say less than there is, but a test is to notice it."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    more = {"additionalProperties": False} if schema.get("type") == "object" and schema.get("properties") else {}
    return {**more, **{name: closed(one) for name, one in schema.items()}}


@contextmanager
def answers_that_fit() -> Iterator[None]:
    """Fails at the end of the block where an answer below /v1 was none of those that the definition has."""
    wrong: list[str] = []

    def look(_sender: object, response: Response, **_more: object) -> None:
        if request.url_rule is not None and request.url_rule.rule.startswith("/v1/") and request.method != "OPTIONS":
            wrong.extend(what_is_wrong(current_app._get_current_object(), response))  # type: ignore[attr-defined]

    with request_finished.connected_to(look):
        yield
    assert wrong == [], "\n".join(dict.fromkeys(wrong))


def what_is_wrong(app: Flask, response: Response) -> Iterator[str]:
    document, registry = defined(app)
    assert request.url_rule is not None
    method = "get" if request.method == "HEAD" else request.method.lower()
    asked = f"{request.method} {path_of(request.url_rule)} {response.status_code}"
    found = document["paths"][path_of(request.url_rule)][method]["responses"].get(str(response.status_code))
    if found is None:
        yield f"{asked}: not in the definition"
        return
    if response.status_code >= 400 and response.is_json and not names_code(found["description"], response):
        yield f"{asked}: {response.get_json()['code']} is none of its codes: {found['description']}"
    kinds = {kind.partition(";")[0]: one for kind, one in found.get("content", {}).items()}
    if response.mimetype not in kinds and "*/*" not in kinds and kinds:
        yield f"{asked}: {response.mimetype} is none of {list(kinds)}"
    schema = kinds.get("application/json", {}).get("schema")
    if schema is None or response.is_streamed or response.mimetype != "application/json" or request.method == "HEAD":
        return
    pointed = orjson.loads(orjson.dumps(schema).replace(b'"#/', f'"{NAME}#/'.encode()))
    for error in Draft202012Validator(pointed, registry=registry).iter_errors(orjson.loads(response.get_data())):
        yield f"{asked}: {error.json_path}: {error.message[:300]}"


def names_code(description: str, response: Response) -> bool:
    return f"{response.get_json()['code']:g}" in description.rpartition("(")[2].rstrip(")").split(", ")
