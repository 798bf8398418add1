"""What a thief of the disk or of a backup gets: after a whole run no answer, no name, no photo and no key stands open in
any file of the data folder or any row of the database, and everything is read as before by who may.
"""

import io
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, text

from server.config import Config
from server.db import Database
from server.models import Base
from tests.making import an_xform, new_id
from tests.phones.office import Office
from tests.server.registry.caring import Care, a_uuid, created
from tests.serving import RunningServer, running_server

ENTITY = "7e1ff2a1-0000-4000-8000-00000000e571"
SENTINELS = {
    "an answer": "ANSWER-SENTINEL",
    "an answer in a repeat": "MEMBER-SENTINEL",
    "a record's name": "NAMED-SENTINEL",
    "an entity's label": "LABEL-SENTINEL",
    "an entity's property": "PROPERTY-SENTINEL",
    "an earlier version": "EARLIER-SENTINEL",
    "a comment": "COMMENT-SENTINEL",
    "a photo": "PHOTO-SENTINEL",
    "a complaint": "COMPLAINT-SENTINEL",
}


def record(instance_id: str, note: str, deprecated_id: str | None = None, size: str = "3") -> bytes:
    deprecated = f"<orx:deprecatedID>{deprecated_id}</orx:deprecatedID>" if deprecated_id else ""
    act = f'<entity dataset="homes" id="{ENTITY}" create="true"><label>LABEL-SENTINEL</label></entity>'
    return (
        '<data id="visit" version="1" xmlns:orx="http://openrosa.org/xforms"><village_code>A1</village_code>'
        f"<photo>1.jpg</photo><note>{note}</note><size>{size}</size><member><name>MEMBER-SENTINEL</name></member>"
        f"<orx:meta>{'' if deprecated_id else act}{deprecated}<orx:instanceID>{instance_id}</orx:instanceID>"
        "<orx:instanceName>NAMED-SENTINEL</orx:instanceName></orx:meta></data>"
    ).encode()


def live_a_day(server: RunningServer) -> None:
    """A phone sends and corrects, the office comments, changes an entity, and takes everything out; all of it goes well."""
    office = Office(server)
    project = office.make_project("禾川镇")
    form = office.publish(project, an_xform(entities=True).decode())
    phone, first, second = office.make_phone(project, form), new_id(), new_id()
    for xml in (record(first, "EARLIER-SENTINEL", size="COMPLAINT-SENTINEL"), record(second, "ANSWER-SENTINEL", first)):
        photo = b"\xff\xd8\xff\xe0 PHOTO-SENTINEL"
        files = {"xml_submission_file": ("s.xml", io.BytesIO(xml), "text/xml"), "1.jpg": ("1.jpg", io.BytesIO(photo))}
        sent = office.http.post(
            f"{phone.url}/submission", files=files, headers={"X-OpenRosa-Version": "1.0"}, timeout=60
        )
        assert sent.status_code == 201, sent.text
    here = f"/projects/{project}/forms/{form}/submissions"
    office.call("POST", f"{here}/{first}/comments", json={"body": "COMMENT-SENTINEL"})
    homes = f"/projects/{project}/datasets/homes"
    office.call("POST", f"{homes}/properties", json={"name": "kept"})
    office.call("PATCH", f"{homes}/entities/{ENTITY}?force=true", json={"data": {"kept": "PROPERTY-SENTINEL"}})
    told = b"".join(
        [
            office.call("GET", f"{here}/{first}.xml"),
            office.call("GET", f"{here}/{first}/versions/{first}.xml"),
            office.call("GET", f"{here}/{first}/attachments/1.jpg"),
            office.call("GET", f"{here}.csv.zip?attachments=true"),
            str(office.call("GET", f"{here}/{first}/comments")).encode(),
            str(office.call("GET", f"{homes}/entities/{ENTITY}")).encode(),
        ]
    )
    for word in ("ANSWER", "EARLIER", "MEMBER", "NAMED", "PHOTO", "COMMENT", "LABEL", "PROPERTY"):
        assert f"{word}-SENTINEL".encode() in told, word


def rows_as_bytes(url: str) -> bytes:
    """Every value of every table as the database holds it."""
    engine = create_engine(url)
    held = []
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                held += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    engine.dispose()
    return b"\n".join(held)


def test_after_a_served_day_no_file_and_no_row_holds_what_was_said(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_server(data) as server:
        live_a_day(server)
        setting = server.database_url
        lying = b"\n".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    lying += b"\n".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    if setting:
        lying += rows_as_bytes(Config(data, **setting).sqlalchemy_url)
    lying += "".join(server.lines).encode()
    assert [what for what, word in SENTINELS.items() if word.encode() in lying] == []
    assert ENTITY.encode() in lying, "what was looked into is the right thing"


CARE_WORDS = ("DOORCODE-SENTINEL", "W-0777 SENTINEL*", "ADDRESS-SENTINEL", "SECRET-SENTINEL", "implant-sentinel")


def test_what_follows_from_care_records_is_sealed_too(app: Flask, database: Database, project_id: int) -> None:
    care, woman, home, pregnancy, episode = Care(app, database, project_id), a_uuid(), a_uuid(), a_uuid(), a_uuid()
    visit = {"visit_date": "2026-02-01", "visit_result": "met", "consent_household": "yes", "location_ok": "yes"}
    visit |= {"village_code": "519901201001", "hamlet": "三社", "door_code": CARE_WORDS[0]}
    care.post("household_visit", visit, created("households", home, CARE_WORDS[2]))
    given = {"action": "register", "consent_service": "yes", "consent_location": "yes", "consent_until": "2027-02-01"}
    given |= {"visit_date": "2026-02-01", "village_code": "519901201001", "display_name": CARE_WORDS[3]}
    care.post("woman_consent", given, created("women", woman, CARE_WORDS[1]))
    told = {"woman": woman, "visit_date": "2026-02-10", "wants_registration": "yes", "lmp_known": "exact"}
    told |= {"lmp_date": "2025-12-01", "danger_now": "none"}
    care.post("pregnancy_registration", told, created("pregnancies", pregnancy, CARE_WORDS[1] + " #1"))
    chosen = {"client": woman, "episode": episode, "visit_date": "2026-02-12", "reason": "start", "choice_hers": "yes"}
    chosen["method"] = CARE_WORDS[4]
    care.post("contraception_followup", chosen, created("contraception_episodes", episode, "x"))
    held = rows_as_bytes(database.engine.url.render_as_string(hide_password=False))
    assert [word for word in CARE_WORDS if word.encode() in held] == []
    for table in ("woman", "household", "pregnancy", "contraception_episode", "care_event", "follow_up"):
        with database.engine.connect() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar(), table
