"""The definition has every address of ours with every method, whatever a view reads, and every number of a problem."""

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from server import errors
from server.web.api.answers import FILES_OF, IN_FILES, IN_JSON, NOTHING_COMES, SCHEMA_OF
from server.web.api.asked import path_of
from server.web.api.document import openapi
from server.web.api.document import operations as read_operations
from server.web.api.words import WORDS
from server.web.json_body import read_json
from server.web.wire.rest_schemas import SCHEMAS
from tests.defined import definition_of, operations_of
from tests.matrix_routes import ROUTES

SWITCHES = ("HEAD", "OPTIONS")


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    return definition_of(app)


def missing(app: Flask, document: dict[str, Any]) -> list[str]:
    """What can be asked for below /v1 and is not in a definition."""
    return [
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in sorted((rule.methods or set()) - set(SWITCHES))
        if method.lower() not in document["paths"].get(path_of(rule), {})
    ]


def test_every_address_with_every_method_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    assert missing(app, document) == []
    del document["paths"]["/projects"]["post"]
    assert missing(app, document) == ["POST /v1/projects"]


def test_two_rules_are_never_one_path(app: Flask) -> None:
    rules = [
        (path_of(rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in (rule.methods or set()) - set(SWITCHES)
    ]
    assert len(rules) == len(set(rules)) > 200


def test_it_is_openapi(document: dict[str, Any]) -> None:
    validate(document)
    named = [one["operationId"] for one in operations(document)]
    assert document["openapi"] == "3.1.0" and len(named) == len(set(named))


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for methods in document["paths"].values() for one in methods.values()]


def test_every_number_of_a_problem_is_in_it(document: dict[str, Any]) -> None:
    known = set(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    assert {kind.code for kind in all_problems()} <= known


def all_problems() -> set[type[errors.Problem]]:
    found, waiting = set(), [errors.Problem]
    while waiting:
        kind = waiting.pop()
        found.add(kind)
        waiting += kind.__subclasses__()
    return {kind for kind in found if kind.__module__.startswith("server.errors")}


def test_every_operation_says_what_comes_when_all_is_well(document: dict[str, Any]) -> None:
    silent = [
        one["operationId"]
        for one in operations(document)
        if not any(status < "400" for status in one["responses"]) and "501" not in one["responses"]
    ]
    assert silent == []


def test_the_tables_name_views_schemas_and_fields_that_there_are(app: Flask, document: dict[str, Any]) -> None:
    views = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {*SCHEMA_OF, *FILES_OF, *NOTHING_COMES} <= views
    assert not SCHEMA_OF.keys() & FILES_OF.keys() and len(IN_FILES) > 5
    used = {part.strip("[]") for name in IN_JSON for part in name.split("|")}
    assert used <= SCHEMAS.keys()
    doors = {view.partition(".")[0] for view in views}
    assert {name.partition(".")[0] for name in WORDS} <= doors and {name for name in WORDS if "." in name} <= views


def test_no_word_is_said_of_a_field_that_nobody_reads(app: Flask, document: dict[str, Any]) -> None:
    for name, words in WORDS.items():
        told = {
            field for one in operations_of(app) if is_of(name, one.rule.endpoint) for field in fields(document, one)
        }
        assert set(words) <= told, name


def is_of(name: str, endpoint: str) -> bool:
    return endpoint == name or endpoint.partition(".")[0] == name


def fields(document: dict[str, Any], one: Any) -> set[str]:
    told = document["paths"][one.path][one.method.lower()]
    kinds = told.get("requestBody", {}).get("content", {}).values()
    body = {field for kind in kinds for field in kind.get("schema", {}).get("properties", {})}
    return body | {f"?{each['name']}" for each in told["parameters"] if each["in"] == "query"}


def test_who_need_not_sign_in_is_who_need_not_by_the_access_matrix(app: Flask, document: dict[str, Any]) -> None:
    levels, level = {}, ""
    for line in ROUTES.splitlines():
        if match := re.match(r"\[(\w+)\]", line):
            level = match[1]
        elif line:
            levels[line] = level
    for one in operations_of(app):
        told_open = document["paths"][one.path][one.method.lower()].get("security") == []
        if told_open:
            assert levels[f"{one.method} {one.rule.rule}"] in ("open", "token", "person"), one.path


def test_a_body_has_what_its_view_requires_and_refuses_what_it_refuses(document: dict[str, Any]) -> None:
    def body(path: str, method: str) -> dict[str, Any]:
        found: dict[str, Any] = document["paths"][path][method]["requestBody"]
        return found | found["content"]["application/json"]["schema"]

    project = body("/projects", "post")
    assert project["required"] == ["name"] and set(project["properties"]) == {"name", "description", "kind"}
    assert body("/projects/{projectId}/app-users/{actorId}/carer", "put")["required"] == ["userId"]
    entity = body("/projects/{projectId}/datasets/{name}/entities/{uuid}", "patch")
    assert entity["additionalProperties"] is False and entity["required"] is False


def test_a_view_that_asks_for_something_else_changes_the_definition(app: Flask) -> None:
    def view() -> object:
        return read_json({"hamlet": str}, {"homes": int | None})

    rule = next(rule for rule in app.url_map.iter_rules() if rule.rule == "/v1/projects" and "POST" in rule.methods)
    (one,) = (one for one in read_operations([rule], {rule.endpoint: view}) if one.method == "POST")
    told = openapi([one])["paths"]["/projects"]["post"]
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["hamlet"] and schema["properties"]["homes"]["anyOf"][1] == {"type": "null"}
    assert "400.2" in told["responses"]["400"]["description"]
