"""Makers with defaults: forms, records, phones, villages. Functions, no factory library."""

import hashlib
import io
import uuid
from datetime import datetime

import openpyxl
import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.xform import read_xform
from server.access.phones import create_app_user
from server.access.roles import APP_USER
from server.db import Database
from server.jobs import Job, note_run
from server.models import Assignment, Dataset, DatasetProperty, Form, FormAttachment, FormVersion, Project
from tests.conftest import MORNING

XFORM = """<?xml version="1.0" encoding="UTF-8"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
 xmlns:orx="http://openrosa.org/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities">
<h:head><h:title>{title}</h:title><model{model}><instance><data id="{form_id}" version="{version}">
<village_code/><gps/><photo/><note/><size/>
<member><name/><age/></member>
<meta>{entity}<instanceID/><instanceName/></meta></data></instance>
<bind nodeset="/data/village_code" type="string"{saveto}/><bind nodeset="/data/gps" type="geopoint"/>
<bind nodeset="/data/photo" type="binary"/><bind nodeset="/data/note" type="string"/><bind nodeset="/data/size" type="int"/>
<bind nodeset="/data/member/name" type="string"/><bind nodeset="/data/member/age" type="int"/>
<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head>
<h:body><input ref="/data/village_code"><label>Village</label></input><input ref="/data/gps"><label>GPS</label></input>
<upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload><input ref="/data/note"><label>Note</label></input>
<group ref="/data/member"><label>Member</label><repeat nodeset="/data/member">
<input ref="/data/member/name"><label>Name</label></input>
<input ref="/data/member/age"><label>Age</label></input></repeat></group></h:body></h:html>"""

ENTITY = '<entity dataset="homes" create="" update="" baseVersion="" id=""><label/></entity>'
RECORD = """<?xml version='1.0' ?><data id="{form_id}" version="{version}" xmlns:orx="http://openrosa.org/xforms">
<village_code>{village}</village_code><gps>{gps}</gps><photo>{photo}</photo><note>{note}</note><size>{size}</size>{members}
<orx:meta>{entity}{deprecated}<orx:instanceID>{instance_id}</orx:instanceID></orx:meta></data>"""


def an_xform(form_id: str = "visit", version: str = "1", title: str = "走访", entities: bool = False) -> bytes:
    """A small form with a point, a photo, a repeat, and perhaps an entity list named homes."""
    return XFORM.format(
        form_id=form_id,
        version=version,
        title=title,
        entity=ENTITY if entities else "",
        model=' entities:entities-version="2024.1.0"' if entities else "",
        saveto=' entities:saveto="village_code"' if entities else "",
    ).encode()


def a_record(
    form_id: str = "visit",
    version: str = "1",
    instance_id: str | None = None,
    deprecated_id: str | None = None,
    gps: str = "",
    photo: str = "",
    note: str = "",
    size: str = "",
    village: str = "",
    members: list[tuple[str, str]] | None = None,
    entity: str = "",
) -> bytes:
    """A filled form as Collect writes it."""
    return RECORD.format(
        form_id=form_id,
        version=version,
        instance_id=instance_id or new_id(),
        deprecated=f"<orx:deprecatedID>{deprecated_id}</orx:deprecatedID>" if deprecated_id else "",
        gps=gps,
        photo=photo,
        note=note,
        size=size,
        village=village,
        members="".join(f"<member><name>{name}</name><age>{age}</age></member>" for name, age in members or []),
        entity=entity,
    ).encode()


def new_id() -> str:
    return f"uuid:{uuid.uuid4()}"


def a_town(db: Session, name: str = "禾川镇", kind: str = "care") -> Project:
    project = Project(name=name, kind=kind, created_at=MORNING)
    db.add(project)
    db.flush()
    return project


def a_form(
    db: Session,
    project_id: int,
    form_id: str = "visit",
    version: str = "1",
    entities: bool = False,
    xml: bytes | None = None,
    now: datetime = MORNING,
) -> Form:
    """A published form; called again for the same id it publishes another version."""
    xml = xml or an_xform(form_id, version, entities=entities)
    read = read_xform(xml)
    form = db.scalar(select(Form).where(Form.project_id == project_id, Form.xml_form_id == form_id))
    if form is None:
        form = Form(project_id=project_id, xml_form_id=form_id, state="open", created_at=now)
        db.add(form)
        db.flush()
    row = FormVersion(
        form_id=form.id,
        version=read.version,
        name=read.title,
        xml=xml,
        md5=hashlib.md5(xml).hexdigest(),
        sha1=hashlib.sha1(xml).hexdigest(),
        sha256=hashlib.sha256(xml).hexdigest(),
        schema_json=orjson.dumps(read.schema.to_json()).decode(),
        entity_related=bool(read.datasets),
        created_at=now,
        published_at=now,
    )
    db.add(row)
    db.flush()
    db.add_all(FormAttachment(form_version_id=row.id, name=need.name, type=need.type) for need in read.media)
    for use in read.datasets:
        a_dataset(db, project_id, use.name, use.properties)
    form.current_version_id = row.id
    db.flush()
    return form


def a_dataset(db: Session, project_id: int, name: str, properties: list[str]) -> Dataset:
    dataset = db.scalar(select(Dataset).where(Dataset.project_id == project_id, Dataset.name == name))
    if dataset is None:
        dataset = Dataset(project_id=project_id, name=name, created_at=MORNING)
        db.add(dataset)
        db.flush()
        db.add_all(DatasetProperty(dataset_id=dataset.id, name=one, published_at=MORNING) for one in properties)
        db.flush()
    return dataset


def a_phone(
    db: Session, key: bytes, project_id: int, form: Form | None = None, name: str = "赵秀兰的手机"
) -> tuple[int, str]:
    """An app user, assigned to a form when one is given: its actor id and its token."""
    phone = create_app_user(db, key, project_id, name, None, MORNING)
    if form is not None:
        db.add(Assignment(actor_id=phone.actor.id, role_id=APP_USER, project_id=project_id, form_id=form.id))
        db.flush()
    assert phone.token is not None
    return phone.actor.id, phone.token


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def a_workbook(
    rows: list[list[str]] | None = None, settings: list[list[str]] | None = None, **more: list[list[str]]
) -> bytes:
    """An XLSForm: the rows of its sheets survey and settings, and of further sheets by name."""
    book = openpyxl.Workbook()
    book.active.title = "survey"
    sheets = {"survey": rows or [["type", "name", "label"], ["text", "hamlet", "社"]], **more}
    if settings:
        sheets["settings"] = settings
    for name, lines in sheets.items():
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_run(database: Database, job: Job, started: datetime, result: str, finished: datetime | None = None) -> None:
    """A run of the timetable that began and ended, at once where nothing else is said."""
    note_run(database, job, started, None, None)
    note_run(database, job, started, finished or started, result)
