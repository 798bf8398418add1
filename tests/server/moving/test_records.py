"""What a real project may hold: names with every odd character, lists behind forms, chains of changes made offline."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import select

from server.intake.review import set_review_state
from server.models import Dataset, Entity, FormAttachment, Submission
from server.moving.bringing import Bringing
from server.moving.central_source import CentralSource
from server.moving.import_central import import_central
from tests.conftest import Clock
from tests.making import XLSX, a_record, a_workbook, an_xform
from tests.server.moving.test_import_central import KEY

QUOTED = 'it\'s "x" 100% a+b?c#d&e/中'
IDS = ("uuid:a/b c%25?#&=+'\"中;,", "../../versions", "%2e%2e", "x" * 249, "uuid:\u200bz")
FILES = ("a b#1%20.jpg", "中'文\"&?.jpg", "x...jpg")


@pytest.fixture
def bring(town: dict[str, Any], new_server: Callable[[], Bringing], source: Callable[..., CentralSource]) -> Any:
    def run(**how: Any) -> Bringing:
        bringing = new_server()
        import_central(bringing, source(bringing), KEY, **how)
        return bringing

    return run


def post(town: dict[str, Any], path: str, **how: Any) -> Any:
    answer = town["alice"].post(town["project"] + path, **how)
    assert answer.status_code == 200, answer.text
    return answer.json


def publish(town: dict[str, Any], xml: bytes) -> None:
    post(town, "/forms?publish=true&ignoreWarnings=true", data=xml, headers={"Content-Type": "application/xml"})


def entity(how: str, which: str, label: str = "户") -> str:
    return f'<entity dataset="homes" id="{which}" {how}><label>{label}</label></entity>'


def send(town: dict[str, Any], xml: bytes, files: dict[str, bytes] | None = None) -> None:
    town["send"](xml, files)


def test_odd_names_come_over(bring: Any, town: dict[str, Any]) -> None:
    name = escape(QUOTED, {'"': "&quot;"})
    version = escape('1/2 "x"%2F?#', {'"': "&quot;"})
    publish(town, an_xform(name, version))
    post(town, f"/forms/{quote(QUOTED, safe='')}/assignments/2/{town['phone']['id']}")
    for one in IDS:
        told = escape(one)
        send(town, a_record(name, version, instance_id=told, photo=escape(FILES[0])), {FILES[0]: b"0"})
    send(town, a_record(name, version, photo=escape(FILES[1]), note="长" * 40_000), {FILES[1]: b"1"})
    send(town, a_record(name, version, photo=escape(FILES[2]), deprecated_id=escape(IDS[0])), {FILES[2]: b"2"})
    bringing = bring()
    assert bringing.report.is_whole, list(bringing.report.as_lines())
    assert not +bring().report.came


def test_what_was_reviewed_or_settled_here_stays_though_it_changed_there_later(
    bring: Any, town: dict[str, Any], clock: Clock
) -> None:
    with (first := bring()).database.transaction() as db:
        clock.forward(seconds=9)
        mine = db.scalars(select(Submission).where(Submission.instance_id == town["hidden"])).one()
        set_review_state(db, mine, "hasIssues", None, clock.now())
        home = db.scalars(select(Entity).where(Entity.uuid == town["home"])).one()
        home.conflict, home.updated_at = None, clock.now()
    clock.forward(seconds=9)
    answer = town["alice"].patch(
        f"{town['project']}/forms/secret/submissions/{town['hidden']}", json={"reviewState": "rejected"}
    )
    assert answer.status_code == 200
    left = {(one.what, one.which, one.why) for one in bring().report.left}
    assert ("submissions", f"secret {town['hidden']}", "changed_here") in left
    assert ("entities", f"homes {town['home']}", "changed_here") in left
    with first.database.reading() as db:
        assert db.scalar(select(Submission.review_state).where(Submission.instance_id == town["hidden"])) == "hasIssues"
        assert db.scalar(select(Entity.conflict).where(Entity.uuid == town["home"])) is None


def test_lists_behind_forms_and_offline_chains_come_over(bring: Any, town: dict[str, Any]) -> None:
    book = a_workbook(
        [["type", "name", "label"], ["select_one_from_file homes.csv", "home", "户"]],
        [["form_id", "version", "form_title"], ["linked", "1", "户"]],
    )
    post(town, "/forms?ignoreWarnings=true&publish=true", data=book, headers={"Content-Type": XLSX})
    which, branch = str(uuid.uuid4()), str(uuid.uuid4())
    offline = f'update="1" branchId="{branch}" trunkVersion="1"'
    send(town, a_record("home", village="B1", entity=entity('create="1"', which)))
    send(town, a_record("home", village="B2", entity=entity(f'{offline} baseVersion="1"', which)))
    send(town, a_record("home", village="B3", entity=entity(f'{offline} baseVersion="2"', which)))
    send(town, a_record("home", village="B4", entity=entity('update="1" baseVersion="1"', which)))
    bringing = bring()
    assert bringing.report.is_whole, list(bringing.report.as_lines())
    with bringing.database.reading() as db:
        slot = db.scalars(select(FormAttachment).where(FormAttachment.name == "homes.csv")).one()
        assert slot.dataset_id == db.scalar(select(Dataset.id).where(Dataset.name == "homes"))
    assert not +bring().report.came
