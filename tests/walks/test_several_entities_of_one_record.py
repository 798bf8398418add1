"""Several entities of one record, in groups and in repeats (entities 2025.1): all of them or none."""

import uuid

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Audit, Dataset, Entity
from tests.client import Client
from tests.making import a_form, a_phone

PERSON = '<meta><entity dataset="people" id="" create="1" update="" baseVersion=""><label/></entity></meta>'
FORM = f"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
 xmlns:orx="http://openrosa.org/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities">
<h:head><h:title>户与人</h:title><model entities:entities-version="2025.1.0"><instance><data id="house" version="1">
<street/><person jr:template=""><name/><age/>{PERSON}</person><person><name/><age/>{PERSON}</person>
<meta><entity dataset="houses" id="" create="1"><label/></entity><instanceID/></meta></data></instance>
<bind nodeset="/data/street" type="string" entities:saveto="street"/>
<bind nodeset="/data/person/name" type="string" entities:saveto="full_name"/>
<bind nodeset="/data/person/age" type="int" entities:saveto="age"/>
<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head>
<h:body><input ref="/data/street"><label>Street</label></input>
<group ref="/data/person"><label>Person</label><repeat nodeset="/data/person">
<input ref="/data/person/name"><label>N</label></input>
<input ref="/data/person/age"><label>A</label></input></repeat></group></h:body></h:html>""".encode()


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, "house", xml=FORM)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


def person(key: str, name: str, age: int, how: str = 'create="1"', label: str | None = None) -> str:
    return (
        f"<person><name>{name}</name><age>{age}</age><meta>"
        f'<entity dataset="people" id="{key}" {how}><label>{name if label is None else label}</label></entity></meta></person>'
    )


def record(house: str, *people: str) -> bytes:
    return (
        '<data id="house" version="1" xmlns:orx="http://openrosa.org/xforms"><street>河街</street>'
        + "".join(people)
        + f'<orx:meta><entity dataset="houses" id="{house}" create="1"><label>河街 1 号</label></entity>'
        f"<orx:instanceID>uuid:{uuid.uuid4()}</orx:instanceID></orx:meta></data>"
    ).encode()


def entities(database: Database) -> dict[str, tuple[str, str, dict]]:
    with database.reading() as db:
        rows = db.execute(select(Dataset.name, Entity).join(Entity, Entity.dataset_id == Dataset.id)).all()
        return {one.uuid: (name, one.label, orjson.loads(one.data_json)) for name, one in rows}


def errors(database: Database) -> list[dict]:
    with database.reading() as db:
        return list(db.scalars(select(Audit.details).where(Audit.action == "entity.error")))


def keys(number: int) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(number)]


def test_one_record_makes_a_house_and_each_of_its_people(phone: Client, project_id: int, database: Database) -> None:
    house, *people = keys(4)
    told = [person(key, name, age) for key, name, age in zip(people, "甲乙丙", (3, 30, 60), strict=True)]
    assert phone.send(project_id, record(house, *told)).status_code == 201
    assert entities(database) == {
        house: ("houses", "河街 1 号", {"street": "河街"}),
        people[0]: ("people", "甲", {"full_name": "甲", "age": "3"}),
        people[1]: ("people", "乙", {"full_name": "乙", "age": "30"}),
        people[2]: ("people", "丙", {"full_name": "丙", "age": "60"}),
    }
    assert errors(database) == []


@pytest.mark.parametrize("at", range(3))
def test_where_one_cannot_be_made_none_is_and_the_record_stays(
    phone: Client, as_bob: Client, project_id: int, database: Database, at: int
) -> None:
    house, *people = keys(4)
    as_bob.post(f"/projects/{project_id}/datasets/people/entities", json={"uuid": people[at], "label": "先来"})
    before = entities(database)
    told = [person(key, name, 1) for key, name in zip(people, "甲乙丙", strict=True)]
    assert phone.send(project_id, record(house, *told)).status_code == 201, "the phone is not told"
    assert entities(database) == before
    (error,) = errors(database)
    assert error["problem"]["problemCode"] == 400.43
    (sent,) = as_bob.get(f"/projects/{project_id}/forms/house/submissions").json
    acts = as_bob.get(f"/projects/{project_id}/forms/house/submissions/{sent['instanceId']}/audits").json
    assert "entity.error" in [act["action"] for act in acts]


def test_a_blank_label_of_one_undoes_them_all(phone: Client, project_id: int, database: Database) -> None:
    house, first, second = keys(3)
    blank = person(second, "乙", 2, 'create="1" update="1"', label=" ")
    phone.send(project_id, record(house, person(first, "甲", 1), blank))
    assert entities(database) == {}
    (error,) = errors(database)
    assert error["problem"]["problemCode"] in (400.2, 400.43)


def test_repeats_without_an_act_make_nothing(phone: Client, project_id: int, database: Database) -> None:
    house, first, second = keys(3)
    phone.send(project_id, record(house, person(first, "甲", 1), person(second, "乙", 2, 'create="0"')))
    assert set(entities(database)) == {house, first}


def test_the_list_of_a_repeat_names_the_repeat(phone: Client, as_bob: Client, project_id: int) -> None:
    people, houses = (as_bob.get(f"/projects/{project_id}/datasets/{name}").json for name in ("people", "houses"))
    assert people["sourceForms"] == [{"name": "户与人", "xmlFormId": "house", "repeatPath": "/person/"}]
    assert houses["sourceForms"] == [{"name": "户与人", "xmlFormId": "house"}]
