"""A town on one server, served on the loopback, and an empty server beside it."""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from server import build_app, equip_app
from server.access.roles import PROJECT_VIEWER
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.models import Assignment, Base
from server.moving.bringing import Bringing
from server.moving.central_client import CentralClient
from server.moving.central_source import CentralSource
from server.moving.import_central import import_central
from server.moving.report import Report
from tests.client import Client
from tests.conftest import PASSWORD, Clock
from tests.making import XLSX, a_record, a_workbook, an_xform, new_id

KEY = b"k" * 32
HERE = frozenset({"127.0.0.1"})
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
WELLS = b"name,label\na,\xe4\xba\x95\n"
SLASHED = "水井/一"
ENCRYPTED_FORM = an_xform("secret").replace(b"</instance>", b'</instance><submission base64RsaPublicKey="MIIB"/>', 1)
ENCRYPTED = b"""<?xml version="1.0"?><data id="secret" version="1" encrypted="yes" xmlns="http://www.opendatakit.org/xforms/encrypted">
<base64EncryptedKey>a2V5</base64EncryptedKey><meta xmlns="http://openrosa.org/xforms"><instanceID>%s</instanceID></meta>
<media><file>b.jpg.enc</file><file>a.jpg.enc</file></media><encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a free port of the loopback, in a thread."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def new_server(
    make_database_url: Callable[[], str], databases: Any, database: Database, tmp_path: Path, clock: Clock
) -> Callable[[], Bringing]:
    """Gives what an import is handed, each time for the same empty server, as a new run of the command has it."""
    there = databases.open(make_database_url())
    store = BlobStore(tmp_path / "new" / "blobs", there.keys)

    def begin() -> Bringing:
        clock.forward(minutes=1)
        return Bringing(there, store, clock.now, Report("there"), "import-central there")

    return begin


@pytest.fixture
def source(address: str, cast: dict[str, int]) -> Iterator[Callable[..., CentralSource]]:
    """Gives the town as its administrator sees it, with a report of its own."""
    made = []

    def begin(bringing: Bringing, email: str = "alice@example.test") -> CentralSource:
        client = CentralClient(address, email, PASSWORD, HERE, gaps=())
        made.append(client)
        return CentralSource(client, cast["project"], bringing.report)

    yield begin
    for client in made:
        client.close()


@pytest.fixture
def bring_it(new_server: Callable[[], Bringing], source: Callable[..., CentralSource]) -> Callable[..., Bringing]:
    """One run of the command over what is there by then, with an account of the other server."""

    def run(email: str = "alice@example.test", **how: Any) -> Bringing:
        bringing = new_server()
        import_central(bringing, source(bringing, email), KEY, **how)
        return bringing

    return run


@pytest.fixture
def new_app(tmp_path: Path) -> Callable[[Bringing], Flask]:
    """What came, as its own server gives it out once the name leads there."""
    made = build_app()

    def serve(bringing: Bringing) -> Flask:
        equip_app(made, Config(data_dir=tmp_path / "new", testing=True), bringing.database)
        return made

    return serve


def rows_of(database: Database) -> dict[str, int]:
    with database.reading() as db:
        tables = Base.metadata.sorted_tables
        return {one.name: db.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}


def why_left(bringing: Bringing) -> set[tuple[str, str]]:
    return {(one.what, one.why) for one in bringing.report.left}


def form_of(form_id: str) -> str:
    return "/forms/" + form_id.replace("/", "%2F")


def entity(dataset_uuid: str, how: str, label: str = "") -> str:
    return f'<entity dataset="homes" id="{dataset_uuid}" {how}><label>{label}</label></entity>'


@pytest.fixture
def town(
    app: Flask, as_alice: Client, cast: dict[str, int], database: Database, clock: Clock, without_java: None
) -> dict[str, Any]:
    """Forms of every kind, two versions, a draft; records corrected, commented on, deleted, encrypted; entities in conflict."""
    project = f"/projects/{cast['project']}"
    xml = {"Content-Type": "application/xml"}

    def post(path: str, **how: Any) -> Any:
        clock.forward(seconds=7)
        answer = as_alice.post(project + path, **how)
        assert answer.status_code == 200, answer.text
        return answer.json

    post("/forms?publish=true&ignoreWarnings=true", data=an_xform("visit", "1"), headers=xml)
    post("/forms/visit/draft?ignoreWarnings=true", data=an_xform("visit", "2 [新]"), headers=xml)
    post("/forms/visit/draft/publish")
    post("/forms/visit/draft?ignoreWarnings=true", data=an_xform("visit", "3"), headers=xml)
    book = a_workbook(
        [["type", "name", "label"], ["select_one_from_file wells.csv", "well", "水井"]],
        [["form_id", "version", "form_title"], [SLASHED, "", "水井"]],
    )
    post("/forms?ignoreWarnings=true", data=book, headers={"Content-Type": XLSX})
    post(form_of(SLASHED) + "/draft/attachments/wells.csv", data=WELLS, headers={"Content-Type": "text/csv"})
    post(form_of(SLASHED) + "/draft/publish")
    post("/forms?publish=true&ignoreWarnings=true", data=an_xform("home", "1", entities=True), headers=xml)
    post("/forms?publish=true&ignoreWarnings=true", data=ENCRYPTED_FORM, headers=xml)
    phone = post("/app-users", json={"displayName": "赵秀兰的手机"})
    stopped = post("/app-users", json={"displayName": "丢了的手机"})
    for form_id in ("visit", SLASHED, "home", "secret"):
        post(form_of(form_id) + f"/assignments/2/{phone['id']}")
    collect = Client(app, key=phone["token"])

    def send(record: bytes, files: dict[str, bytes] | None = None) -> None:
        clock.forward(seconds=7)
        answer = collect.send(cast["project"], record, files, headers={"User-Agent": "Collect/2026"})
        assert answer.status_code == 201, answer.text

    first, second, gone, hidden = new_id(), new_id(), new_id(), new_id()
    members = [("甲", "3"), ("乙", "44")]
    send(a_record(instance_id=first, gps="30.1 105.2 0 5", photo="p.png", members=members), {"p.png": PHOTO})
    send(a_record(instance_id=second, deprecated_id=first, photo="p.png", note="改"), None)
    send(a_record(version="2 [新]", instance_id=gone, photo="late.png"))
    send(a_record(version="2 [新]", note="=1+1", photo="late.png"))
    for body in ("看过了", "再看"):
        post(f"/forms/visit/submissions/{first}/comments", json={"body": body})
    as_alice.patch(f"{project}/forms/visit/submissions/{first}", json={"reviewState": "approved"})
    as_alice.delete(f"{project}/forms/visit/submissions/{gone}")
    send(ENCRYPTED % hidden.encode(), {"a.jpg.enc": b"aaaa", "b.jpg.enc": b"bbbb", "submission.xml.enc": b"cccc"})
    home, other = str(uuid.uuid4()), str(uuid.uuid4())
    send(a_record("home", village="A1", entity=entity(home, 'create="1"', "一户")))
    send(a_record("home", village="A2", entity=entity(home, 'update="1" baseVersion="1"')))
    send(a_record("home", village="A3", entity=entity(home, 'update="1" baseVersion="1"')))
    send(a_record("home", village="A4", entity=entity(other, 'update="1" baseVersion="1"')))  # an error: it is unknown
    post("/datasets", json={"name": "wards", "approvalRequired": True})
    post("/datasets/wards/properties", json={"name": "别名"})
    ward = str(uuid.uuid4())
    post("/datasets/wards/entities", json={"uuid": ward, "label": "一组", "data": {"别名": "北"}})
    clock.forward(seconds=7)
    as_alice.patch(f"{project}/datasets/wards/entities/{ward}?force=true", json={"data": {"别名": "南"}})
    as_alice.delete(f"/sessions/{stopped['token']}")
    as_alice.patch(f"{project}/forms/secret", json={"state": "closing"})
    with database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=PROJECT_VIEWER, project_id=cast["project"]))
    return {
        "send": send,
        "alice": as_alice,
        "project": project,
        "phone": phone,
        "first": first,
        "second": second,
        "gone": gone,
        "home": home,
        "ward": ward,
        "hidden": hidden,
    }
