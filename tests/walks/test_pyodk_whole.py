"""Every public function of pyODK 1.3 against a live server: found by inspection, each one recorded when it has returned.

The other walks with pyODK look closer at what is answered; this one leaves none of its functions out, nor one of the
addresses that it asks (odk-contract.md 11).
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyodk._endpoints
import pytest
import requests
from flask import Flask
from pyodk._utils.session import Session
from pyodk.client import Client

from server.publishing import definition
from tests.api_of_central import read, rules_of
from tests.conftest import PASSWORD
from tests.making import a_record, an_xform, new_id
from tests.walks.test_pyodk_talks_to_us import address, as_bob, workbook

__all__ = ["address"]

VERBS = ("get", "post", "put", "patch", "delete")
ASKED = """
POST /sessions
GET /users/current
GET /projects
GET /projects/{p}
GET POST /projects/{p}/app-users
POST /projects/{p}/forms/{f}/assignments/2/{id}
GET POST /projects/{p}/forms
GET /projects/{p}/forms/{f}
GET /projects/{p}/forms/{f}.xml
POST /projects/{p}/forms/{f}/draft
POST /projects/{p}/forms/{f}/draft/attachments/{name}
POST /projects/{p}/forms/{f}/draft/publish
GET POST /projects/{p}/forms/{f}/submissions
GET PUT PATCH /projects/{p}/forms/{f}/submissions/{i}
GET POST /projects/{p}/forms/{f}/submissions/{i}/comments
GET /projects/{p}/forms/{f}/submissions/{i}/attachments
POST /projects/{p}/forms/{f}/submissions/{i}/attachments/{name}
GET /projects/{p}/forms/{f}.svc/{table}
GET POST /projects/{p}/datasets
GET /projects/{p}/datasets/{d}
POST /projects/{p}/datasets/{d}/properties
GET POST /projects/{p}/datasets/{d}/entities
PATCH DELETE /projects/{p}/datasets/{d}/entities/{e}
GET /projects/{p}/datasets/{d}.svc/Entities
"""


@dataclass
class Recorder:
    """What was called and returned, and what went over the wire for it."""

    called: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    sent: list[tuple[str, str]] = field(default_factory=list)

    def of(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def recorded(*args: Any, **how: Any) -> Any:
            before = len(self.sent)
            answer = function(*args, **how)
            self.called.add(name)
            if len(self.sent) == before:
                self.silent.add(name)
            return answer

        return recorded

    def sending(self) -> Callable[..., requests.Response]:
        def send(session: Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
            path = urlsplit(str(request.url)).path.replace("%2F", "-")  # of a form's id: it parts nothing
            self.sent.append((str(request.method), unquote(path)))
            answer = requests.Session.send(session, request, **how)
            assert answer.ok, (request.method, request.url, answer.text)
            return answer

        return send

    def rules(self, app: Flask) -> set[tuple[str, str]]:
        bound = app.url_map.bind("")
        return {(method, bound.match(path, method, return_rule=True)[0].rule) for method, path in self.sent}


def services() -> Iterator[type]:
    """The classes of pyODK that speak to a server."""
    for one in pkgutil.iter_modules(pyodk._endpoints.__path__):
        module = importlib.import_module(f"pyodk._endpoints.{one.name}")
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if name.endswith("Service") and kind.__module__ == module.__name__ and public_functions(kind):
                yield kind


def public_functions(kind: type) -> list[str]:
    return [name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")]


def every_function() -> dict[str, tuple[type, str]]:
    """Each public function of the services and of the client, and the client's five verbs, which are its session's."""
    found = {f"{kind.__name__}.{name}": (kind, name) for kind in services() for name in public_functions(kind)}
    found |= {f"Client.{name}": (Client, name) for name in public_functions(Client)}
    return found | {f"Client.{verb}": (Session, verb) for verb in VERBS}


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setattr(definition, "read_warnings_of_validate", lambda xml: [])
    recorder = Recorder()
    for label, (kind, name) in every_function().items():
        monkeypatch.setattr(kind, name, recorder.of(label, getattr(kind, name)))
    monkeypatch.setattr(Session, "send", recorder.sending())
    return recorder


def set_up_forms(odk: Client, folder: Path) -> None:
    wells = folder / "wells.csv"
    wells.write_text("name,label\nw1,东井\n")
    made = odk.forms.create(workbook(folder / "book.xlsx", "1"), attachments=[wells])
    odk.forms.update(made.xmlFormId, definition=workbook(folder / "two.xlsx", "2"))
    odk.forms.create(an_xform().decode())
    assert {one.xmlFormId for one in odk.forms.list()} == {"visit", made.xmlFormId}
    assert odk.forms.get("visit").version in odk.forms.get_xml("visit")
    assert odk.projects.get().id == odk.projects.list()[0].id == odk.project_id
    assert len(list(odk.projects.create_app_users(["王秀英"], forms=["visit"]))) == 1


def send_and_review(odk: Client, folder: Path) -> None:
    photo, first = folder / "a.jpg", new_id()
    photo.write_bytes(b"\xff\xd8\xff\xe0photo")
    odk.submissions.default_form_id = "visit"
    odk.submissions.create(a_record(instance_id=first, photo="a.jpg").decode(), attachments=[photo])
    odk.submissions.edit(first, a_record(deprecated_id=first, note="改正").decode(), comment="写错了")
    odk.submissions.review(first, "approved")
    odk.submissions.add_comment(first, "看过了")
    assert [one.body for one in odk.submissions.list_comments(first)] == ["看过了", "写错了"]
    assert [one.instanceId for one in odk.submissions.list()] == [odk.submissions.get(first).instanceId]
    assert odk.submissions.get_table()["value"][0]["note"] == "改正"


def keep_a_list(odk: Client) -> None:
    odk.entity_lists.create(entity_list_name="trees")
    odk.entity_lists.add_property(name="species", entity_list_name="trees")
    assert [one.name for one in odk.entity_lists.list()] == [odk.entity_lists.get("trees").name]
    odk.entities.default_entity_list_name = "trees"
    one = odk.entities.create(label="柏", data={"species": "Cypress"})
    odk.entities.create_many([{"label": "松", "species": "Pine"}], create_source="盘点.csv")
    odk.entities.update(one.uuid, label="老柏", base_version=1)
    odk.entities.merge([{"label": "杉", "species": "Fir"}, {"label": "松", "species": "Larch"}])
    assert {row["label"] for row in odk.entities.get_table()["value"]} == {"老柏", "松", "杉"}
    odk.entities.delete(one.uuid)
    assert {one.currentVersion.label for one in odk.entities.list()} == {"松", "杉"}


def ask_by_verbs(odk: Client) -> None:
    """What pyODK has no function for is asked by its verbs."""
    project = f"projects/{odk.project_id}"
    assert odk.get(f"{project}/forms/visit/versions").json()[0]["xmlFormId"] == "visit"
    link = odk.post(f"{project}/forms/visit/public-links", json={"displayName": "赶场", "once": False}).json()
    assert odk.patch(f"{project}/forms/visit/public-links/{link['id']}", json={"displayName": "集市"}).ok
    assert odk.put(project, json={"name": "禾川"}).json()["name"] == "禾川"
    assert odk.delete(f"{project}/forms/visit/public-links/{link['id']}").json() == {"success": True}


def test_every_public_function_of_pyodk_is_called_against_a_live_server(
    app: Flask, address: str, cast: dict[str, int], tmp_path: Path, recorder: Recorder
) -> None:
    assert version("pyodk").startswith("1.3.")
    for _time in range(2):  # the second time with the token of the first
        as_bob(address, cast["project"], tmp_path, PASSWORD).open().close()
    with as_bob(address, cast["project"], tmp_path, PASSWORD) as odk:
        set_up_forms(odk, tmp_path)
        send_and_review(odk, tmp_path)
        keep_a_list(odk)
        ask_by_verbs(odk)
    assert every_function().keys() - recorder.called == set()
    assert recorder.silent == {"Client.close"}
    pairs = rules_of(app.url_map, read(ASKED))
    assert len(pairs) == 33
    assert pairs - recorder.rules(app) == set()


def test_the_functions_are_found_and_one_that_nobody_calls_is_missed(recorder: Recorder) -> None:
    assert {"EntityService.merge", "FormDraftService.publish", "AuthService.verify_token", "Client.get"} <= (
        every_function().keys() - recorder.called
    )
    assert len(every_function()) >= 44
