"""A form that knows its times, a phone that sends it, and what is asked about its records once the job has run."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import select, update

from geo.boundaries import read_boundaries
from server import jobs
from server.clock import SHANGHAI
from server.db import Database
from server.models import Project, QualityFlag, QualityWait, Submission
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone, new_id

NAMES = "village_code one two three four five six bp_sys bp_dia note photo"
KINDS_OF = {"photo": "binary"}
FORM = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t</h:title><model>'
    '<instance><data id="{form_id}" version="1"><start/><end/><gps/>{elements}<meta><instanceID/></meta></data></instance>'
    '<bind nodeset="/data/start" type="dateTime"/><bind nodeset="/data/end" type="dateTime"/>'
    '<bind nodeset="/data/gps" type="geopoint"/>{binds}</model></h:head><h:body><input ref="/data/gps"><label>g</label></input>'
    "{inputs}</h:body></h:html>"
)
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=SHANGHAI)  # no holiday; records came on the evening of the day after
CAME = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
VILLAGE = "519901201001"
COLLECT = {"User-Agent": "org.odk.collect.android/v2026.1.0"}


def a_timed_form(form_id: str) -> bytes:
    names = NAMES.split()
    return FORM.format(
        form_id=form_id,
        elements="".join(f"<{one}/>" for one in names),
        binds="".join(f'<bind nodeset="/data/{one}" type="{KINDS_OF.get(one, "string")}"/>' for one in names),
        inputs="".join(
            f'<upload ref="/data/{one}" mediatype="image/*"><label>{one}</label></upload>'
            if one in KINDS_OF
            else f'<input ref="/data/{one}"><label>{one}</label></input>'
            for one in names
        ),
    ).encode()


def a_timed_record(form_id: str, answers: dict[str, str], instance_id: str = "", deprecated_id: str = "") -> bytes:
    told = "".join(f"<{name}>{text}</{name}>" for name, text in answers.items())
    before = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    meta = f"<meta><instanceID>{instance_id or new_id()}</instanceID>{before}</meta>"
    return f'<data id="{form_id}" version="1">{told}{meta}</data>'.encode()


class QualityTown:
    """`send` gives a record's id, `judge` runs the job, `asked` gives {kind: numbers} of a record."""

    def __init__(self, app: Flask, database: Database, project_id: int, kind: str = "plain") -> None:
        self.app, self.database, self.project_id = app, database, project_id
        with database.transaction() as db:
            db.execute(update(Project).where(Project.id == project_id).values(kind=kind))
            self.form = a_form(db, project_id, "visit", xml=a_timed_form("visit"))
        self.phone_id, self.phone = self.a_phone("一号")

    def a_phone(self, name: str, form_id: str = "visit") -> tuple[int, Client]:
        with self.database.transaction() as db:
            form = a_form(db, self.project_id, form_id, xml=a_timed_form(form_id)) if form_id != "visit" else self.form
            number, token = a_phone(db, self.app.extensions["fangshi.key"], self.project_id, form, name)
        return number, Client(self.app, key=token)

    def add_villages(self, *squares: tuple[str, float, float, float, float]) -> None:
        """(code, west, south, east, north) each."""
        features = [
            {
                "type": "Feature",
                "properties": {"code": code, "name": code[-3:]},
                "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
            }
            for code, w, s, e, n in squares
        ]
        file = orjson.dumps({"type": "FeatureCollection", "features": features})
        with self.database.transaction() as db:
            import_boundaries(db, self.project_id, read_boundaries(file, "v.geojson", "EPSG:4326"), None, MORNING)

    def send(
        self,
        at: datetime | None = MONDAY,
        seconds: int = 300,
        phone: Client | None = None,
        form_id: str = "visit",
        files: dict[str, bytes] | None = None,
        instance_id: str = "",
        deprecated_id: str = "",
        headers: dict[str, str] | None = None,
        **answers: str,
    ) -> int:
        """A record begun at that time; with `at` None it says no times."""
        end = at + timedelta(seconds=seconds) if at else None
        times = {"start": at.isoformat(), "end": end.isoformat()} if at and end else {}
        xml = a_timed_record(form_id, {**times, **answers}, instance_id, deprecated_id)
        more: dict[str, Any] = {"headers": headers} if headers else {}
        sent = (phone or self.phone).send(self.project_id, xml, files, **more)
        assert sent.status_code == 201, sent.get_data(as_text=True)
        with self.database.reading() as db:
            return int(db.scalars(select(Submission.id).order_by(Submission.id.desc()).limit(1)).one())

    def judge(self) -> int:
        """How many records were judged; nothing waits afterwards."""
        done = jobs.judge_waiting(self.database, CAME, jobs.MOST_JUDGED)
        with self.database.reading() as db:
            assert db.scalars(select(QualityWait.id)).all() == []
        return done

    def asked(self, submission_id: int) -> dict[str, dict[str, int]]:
        with self.database.reading() as db:
            rows = db.execute(
                select(QualityFlag.kind, QualityFlag.told_json).where(QualityFlag.submission_id == submission_id)
            )
            return {kind: orjson.loads(told) for kind, told in rows}
