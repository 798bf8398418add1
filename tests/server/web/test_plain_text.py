"""The one rule for text, and whole addresses full of it: every door there is, asked with values nobody foresaw."""

import itertools
import re

import pytest
from flask import Flask

from server.db import Database
from server.errors import TooLong, UnexpectedValue
from server.web.plain_text import check_text, check_texts
from tests.client import Client
from tests.making import a_form, a_phone

VALUES = ["%00", "%ff", "9" * 25, "-1", "..%2F..", "%ee%80%80", "x" * 300, "%F0%9F%98%80", "'%22%3C%3B--", "%ed%a0%80"]
BODIES = [
    b"",
    b"\x00",
    b"[" * 2000,
    b'{"forms": ' + b"[" * 900 + b"]" * 900 + b', "name": "x", "properties": ' + b'{"a":' * 900 + b"1" + b"}" * 901,
    b'{"name": 1e400, "email": [], "state": {}, "displayName": 9223372036854775808, "forms": [null], "dataset": 3}',
    b"\xff\xfe<\x00a\x00/\x00>\x00",
    b'{"name": "\\ud83d", "body": "\\u0000"}',
]
QUERIES = [
    "",
    "?limit=%00&offset=9e9&q=%00",
    "?formID=%00&id=%00",
    "?$top=99999999999999999999&$skip=-1&$filter=%00",
    "?%24filter=((((((((((&%24skiptoken=%C3%28",
    "?version=%ff&deviceID=%00&box=1,2&zoom=nan&project=9e99&lang=%00",
]


@pytest.mark.parametrize("text", ["a\x00", "\x07", "\x7f", "\ud800", "\ufffe"])
def test_text_that_no_database_keeps_is_refused_by_name(text: str) -> None:
    with pytest.raises(UnexpectedValue) as caught:
        check_texts([{"a": ["b", {text: 1}]}], "field")
    assert caught.value.details["field"] == "field"


@pytest.mark.parametrize("text", ["", "赵秀兰", "two\nlines\tand a tab\r\n", "😀", "é"])
def test_ordinary_text_passes_unchanged(text: str) -> None:
    assert check_text(text, "field") == text


def test_text_beyond_all_need_is_refused() -> None:
    with pytest.raises(TooLong):
        check_text("长" * 10_001, "field")


def addresses(app: Flask, values: dict[str, str]) -> list[tuple[str, str]]:
    """(method, address) of every rule, with these values, and in turn something odd, in its places."""
    found = []
    odd = itertools.cycle(VALUES)
    for rule in app.url_map.iter_rules():
        names = re.findall(r"<(?:[^:>]+:)?([^>]+)>", rule.rule)
        for place in [None, *names]:
            filled = {name: next(odd) if name == place else values.get(name, "1") for name in names}
            path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", lambda match, filled=filled: filled[match[1]], rule.rule)
            found += [(method, path) for method in sorted(rule.methods - {"OPTIONS", "HEAD"})]
    return found


@pytest.mark.parametrize("who", ["alice", "phone", "nobody"])
def test_no_address_answers_anything_odd_with_an_error_of_the_server(
    app: Flask, as_alice: Client, as_nobody: Client, database: Database, project_id: int, who: str
) -> None:
    with database.transaction() as db:
        form = a_form(db, project_id)
        actor_id, key = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    known = {
        "project_id": str(project_id),
        "xml_form_id": "visit",
        "form_id": "visit",
        "extension": "xlsx",
        "role": "2",
    }
    client = {"alice": as_alice, "phone": Client(app, key=key), "nobody": as_nobody}[who]
    client.prefix = client.prefix.removesuffix("/v1")
    bodies, queries = itertools.cycle(BODIES), itertools.cycle(QUERIES)
    failures = []
    for method, path in addresses(app, known | {"actor_id": str(actor_id), "version": "1", "name": "x"}):
        shown = path.removeprefix("/v1") if client.prefix else path
        answer = client.open(method, shown + next(queries), data=next(bodies), content_type="application/json")
        if answer.status_code >= 500 and answer.status_code != 501:
            failures.append((method, path, answer.status_code))
        answer.close()
    assert failures == []


@pytest.mark.parametrize("path", ["/v1/projects", "/formList", "/sign-in", "/review"])
@pytest.mark.parametrize("query", ["q=\xff", "\xc3(=1", "lang=\xe6\x9d\x91"])
def test_bare_bytes_behind_an_address_are_no_error_of_the_server(client: Client, path: str, query: str) -> None:
    answer = client.open(path, environ_overrides={"QUERY_STRING": query})
    assert answer.status_code < 500
