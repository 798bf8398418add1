"""Name, phone, door and place on a record's page: covered until somebody asks, and that is written down."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.masking import is_covered
from server.db import Database
from server.models import Audit, Project, Reading, Submission
from tests.care_town import CareTown
from tests.client import Client
from tests.making import a_record, new_id


@pytest.mark.parametrize(
    ("name", "kind", "covered"),
    [
        ("display_name", "string", True),
        ("door_code", "string", True),
        ("location", "geopoint", True),
        ("note", "string", False),
    ],
)
def test_what_is_covered_goes_by_name_and_type_and_only_in_care_projects(name: str, kind: str, covered: bool) -> None:
    assert is_covered(Project(kind="care"), name, kind) is covered
    assert is_covered(Project(kind="plain"), name, kind) is False


class Desk:
    """A record with a point, and somebody who reads it."""

    def __init__(self, app: Flask, database: Database, kind: str = "care") -> None:
        town = CareTown(app, database)
        self.database = database
        instance = new_id()
        sent = town.phone("A1").send(town.project_id, a_record(instance_id=instance, gps="30.00123 105.00456 0 5"))
        assert sent.status_code == 201
        with database.transaction() as db:
            db.execute(update(Submission).values(village_id=town.ids["A1"]))
            self.record = db.scalars(select(Submission.id)).one()
            db.execute(update(Project).where(Project.id == town.project_id).values(kind=kind))
        role = "reviewer" if kind == "care" else "manager"
        self.reader = Client.signed_in(app, database, town.person("reader", role, "A1"))
        self.reader.prefix = ""

    def looks(self) -> list[str]:
        with self.database.reading() as db:
            return list(db.scalars(select(Reading.action)))

    def reveals(self) -> list[object]:
        with self.database.reading() as db:
            rows = db.scalars(select(Audit).where(Audit.action == "field.reveal"))
            return [(row.submission_id, row.details) for row in rows]


@pytest.mark.parametrize("fragment", ["", "/panel"])
def test_a_place_is_covered_on_the_page_and_in_the_panel(app: Flask, database: Database, fragment: str) -> None:
    desk = Desk(app, database)
    page = desk.reader.get(f"/review/{desk.record}{fragment}").text
    assert "30.00123" not in page and "•••" in page
    assert desk.reveals() == []


def test_who_asks_sees_it_and_that_is_written_down(app: Flask, database: Database) -> None:
    desk = Desk(app, database)
    answer = desk.reader.post(f"/review/{desk.record}/show")
    assert "30.00123, 105.00456" in answer.text and "•••" not in answer.text
    assert desk.reveals() == [(desk.record, {"fields": ["gps"]})]
    panel = desk.reader.post(f"/review/{desk.record}/show", headers={"HX-Request": "true"})
    assert "30.00123" in panel.text and "<html" not in panel.text
    assert "30.00123" not in desk.reader.get(f"/review/{desk.record}").text, "the next look is covered again"


def test_a_plain_project_covers_nothing(app: Flask, database: Database) -> None:
    desk = Desk(app, database, kind="plain")
    assert "30.00123" in desk.reader.get(f"/review/{desk.record}").text


@pytest.mark.parametrize("sent", [{"state": "received"}, {"state": "comment", "comment": ""}])
def test_a_decision_that_decides_nothing_is_a_look(app: Flask, database: Database, sent: dict[str, str]) -> None:
    desk = Desk(app, database)
    answer = desk.reader.post(f"/review/{desk.record}/state", data=sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "•••" in answer.text
    assert desk.looks() == ["submission.read"]


def test_what_is_uncovered_without_a_look_before_is_a_look_too(app: Flask, database: Database) -> None:
    desk = Desk(app, database)
    assert desk.reader.post(f"/review/{desk.record}/show").status_code == 200
    assert desk.looks() == ["submission.read"]


def test_a_decision_is_written_down_as_what_it_is(app: Flask, database: Database) -> None:
    desk = Desk(app, database)
    sent = {"state": "approved", "comment": "看过了"}
    assert (
        desk.reader.post(f"/review/{desk.record}/state", data=sent, headers={"HX-Request": "true"}).status_code == 200
    )
    assert desk.looks() == []
