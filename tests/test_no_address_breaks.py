"""Every address, by every kind of caller, with names and bodies that nobody should send: clear refusals, never a 5xx.

The addresses come from the route map, so a new one is tried the day it is made.
"""

import itertools
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from server.db import Database
from server.web.session import SAFE
from tests.client import Client
from tests.making import a_dataset, a_form, a_phone, a_record, an_xform

NUMBERS = [0, 999_999, 2**40, 2**63, 2**70]
NAMES = [
    "visit",
    "homes",
    "__proto__",
    "'; DROP TABLE form; --",
    "中文 空格/斜杠.xml",
    "uuid:0",
    "\u202e\ufeff",
    "a" * 300,
    "..",
    "%",
]
JUNK = ["\x00", "\x1b[31m", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
QUERIES = [
    {},
    {"limit": "-1", "offset": "x", "$top": "1e9", "$filter": "a eq", "box": "NaN,1,2", "zoom": "inf"},
    {"$filter": "(" * 400, "$skiptoken": "01e30=", "$orderby": "x", "id": "\x00", "q": "\ud7ff%", "formID": "\x00"},
    {
        "$select": "__id,nothing",
        "$expand": "*",
        "deleted": "TRUE",
        "start": "soon",
        "publish": "True",
        "page": "0",
        "lang": "xx",
    },
]
BODIES: list[dict[str, Any]] = [
    {},
    {"data": b"{", "content_type": "application/json"},
    {"data": b"[1]", "content_type": "application/json"},
    {"data": b'{"name":{"a":1},"email":3,"label":[],"reviewState":{},"body":false,"ids":[1],"villages":7,"forms":"x"}'},
    {"data": b'{"name":"\\u0000","displayName":"\\ud800","email":"\\u0000"}', "content_type": "application/json"},
    {"data": b"\xff\xfe\x00<", "content_type": "application/xml"},
    {"data": an_xform("other"), "content_type": "application/xml"},
    {"data": a_record(), "content_type": "text/xml"},
    {"data": b"PK\x03\x04junk", "content_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"data": b"--b\r\nContent-Disposition: form-data; name=", "content_type": "multipart/form-data; boundary=b"},
    {"data": {"name": "x", "file": "y", "role": "manager", "actor": "zzz", "state": "?"}},
]


@pytest.fixture
def callers(
    app: Flask,
    database: Database,
    project_id: int,
    as_alice: Client,
    as_bob: Client,
    as_chelsea: Client,
    as_nobody: Client,
) -> dict[str, Client]:
    with database.transaction() as db:
        form = a_form(db, project_id, entities=True)
        a_dataset(db, project_id, "homes", ["village_code"])
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    phone = Client(app, key=token)
    phone.send(project_id, a_record())
    return {"alice": as_alice, "bob": as_bob, "chelsea": as_chelsea, "nobody": as_nobody, "phone": phone}


def addresses(rule: Rule, project_id: int, rng: random.Random) -> Iterator[str]:
    """The rule with a likely filling, and with an odd one."""
    for odd in (False, True):
        values = {}
        for name, converter in rule._converters.items():
            if type(converter).__name__ == "IntegerConverter" or "int" in type(converter).__name__.lower():
                values[name] = rng.choice(NUMBERS) if odd else (project_id if name == "project_id" else 1)
            else:
                values[name] = quote(rng.choice(NAMES + JUNK) if odd else rng.choice(NAMES[:2]), safe="")
        yield "".join(str(values[part]) if part in values else part for _, part in rule._trace if part != "|")


def test_no_address_answers_with_a_server_error(
    app: Flask, callers: dict[str, Client], project_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    rng = random.Random(7)
    tried, broken = 0, []
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    for rule, (name, client) in itertools.product(rules, callers.items()):
        for method in sorted(rule.methods or set()):
            for path in addresses(rule, project_id, rng):
                how = {} if method in SAFE else dict(rng.choice(BODIES))
                answer = client.inner.open(
                    (client.prefix if path.startswith("/v1") else "/v1").removesuffix("/v1") + path,
                    method=method,
                    query_string=rng.choice(QUERIES),
                    headers=client.headers,
                    buffered=True,
                    **how,
                )
                tried += 1
                if answer.status_code >= 500 and answer.status_code not in (501, 503):
                    broken.append((answer.status_code, name, method, path, how.get("data")))
                if answer.status_code == 503:
                    assert answer.headers["Retry-After"]
                if answer.is_json and answer.status_code >= 400 and method != "HEAD":
                    assert {"message", "code"} <= set(answer.json), (path, answer.json)
    print(f"{tried} requests to {len(rules)} addresses")
    assert broken == [], caplog.text[-3000:]
