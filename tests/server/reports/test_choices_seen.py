"""Columns for the choices of selects of several: which there are, and what finding them costs."""

import io
import zipfile

import pytest
from flask import Flask

from server.db import Database
from server.reports import choices_seen
from server.reports.choices_seen import Given
from tests.client import Client
from tests.conftest import Listen
from tests.making import a_form, a_phone, new_id

FORM = b"""<?xml version="1.0" encoding="UTF-8"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>H</h:title><model><instance><data id="homes" version="1"><crops/>
<member><name/><pains/><visit><given/></visit></member><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/crops" type="string"/><bind nodeset="/data/member/name" type="string"/>
<bind nodeset="/data/member/pains" type="string"/><bind nodeset="/data/member/visit/given" type="string"/>
<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head>
<h:body><select ref="/data/crops"><label>Crops</label><item><label>R</label><value>rice</value></item></select>
<group ref="/data/member"><label>M</label><repeat nodeset="/data/member"><input ref="/data/member/name"><label>N</label></input>
<select ref="/data/member/pains"><label>P</label><item><label>B</label><value>back</value></item></select>
<group ref="/data/member/visit"><label>V</label><repeat nodeset="/data/member/visit">
<select ref="/data/member/visit/given"><label>G</label><item><label>Z</label><value>zinc</value></item></select>
</repeat></group></repeat></group></h:body></h:html>"""
RECORD = """<data id="homes" version="1" xmlns:orx="http://openrosa.org/xforms"><crops>{crops}</crops>{members}
<orx:meta><orx:instanceID>{id}</orx:instanceID></orx:meta></data>"""
MEMBER = "<member><name>{}</name><pains>{}</pains><visit><given>{}</given></visit></member>"
SPLIT = "?attachments=false&splitSelectMultiples=true"


@pytest.fixture
def archive(app: Flask, database: Database, project_id: int) -> str:
    """The address of an export of three homes; choices that no list has were given too."""
    with database.transaction() as db:
        form = a_form(db, project_id, "homes", xml=FORM)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    phone = Client(app, key=token)
    for crops, pains, given in (("rice", "back", ""), ("rice tea", "", "zinc ors"), ("", "knee back", "ors")):
        members = MEMBER.format("A", pains, given) + MEMBER.format("B", "", "")
        sent = RECORD.format(crops=crops, members=members, id=new_id()).encode()
        assert phone.send(project_id, sent).status_code == 201
    return f"/projects/{project_id}/forms/homes/submissions.csv.zip{SPLIT}"


def test_each_choice_that_was_given_has_a_column_in_repeats_too(as_bob: Client, archive: str) -> None:
    with zipfile.ZipFile(io.BytesIO(as_bob.get(archive).data)) as made:
        tables = {name: made.read(name).decode().splitlines() for name in made.namelist()}
    assert tables["homes.csv"][0].split(",")[1:5] == ["crops", "crops/rice", "crops/tea", "meta-instanceID"]
    assert tables["homes-member.csv"][0] == "name,pains,pains/back,pains/knee,PARENT_KEY,KEY"
    assert tables["homes-member.csv"][1].startswith("A,knee back,1,1,")
    assert tables["homes-visit.csv"][0] == "given,given/ors,given/zinc,PARENT_KEY,KEY"


def test_the_choices_of_all_tables_are_found_by_one_reading(as_bob: Client, archive: str, listen: Listen) -> None:
    asked: list[str] = []
    listen("before_cursor_execute", lambda *args: asked.append(args[2]))

    def readings_of(address: str) -> int:
        asked.clear()
        assert as_bob.get(address).status_code == 200
        return len([one for one in asked if "values_json" in one])

    assert readings_of(archive) == readings_of(archive.replace("=true", "=false")) + 1


def test_the_archive_begins_before_the_records_were_looked_at(as_bob: Client, archive: str, listen: Listen) -> None:
    asked: list[str] = []
    listen("before_cursor_execute", lambda *args: asked.append(args[2]))
    reply = as_bob.inner.get(f"/v1{archive}", headers=as_bob.headers, buffered=False)
    pieces = reply.iter_encoded()
    assert next(pieces).startswith(b"PK\x03\x04")
    assert not [one for one in asked if "values_json" in one]
    whole = b"".join(pieces)
    reply.close()
    assert b"PK\x05\x06" in whole
    assert [one for one in asked if "values_json" in one]


def test_a_filter_on_answers_narrows_the_columns_too(as_bob: Client, archive: str) -> None:
    reply = as_bob.get(archive + "&$filter=crops eq 'rice'")
    with zipfile.ZipFile(io.BytesIO(reply.data)) as made:
        assert made.read("homes.csv").decode().split(",")[1:4] == ["crops", "crops/rice", "meta-instanceID"]
        assert made.read("homes-visit.csv").decode().startswith("given,PARENT_KEY,KEY")


def test_what_is_remembered_of_long_answers_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices_seen, "MOST_TOGETHER", 2)
    given = Given(("crops",))
    for answer in ("a b", "b", "c a", "a b", None, ["d"]):
        given.add(answer)
        assert len(given.together) <= 2
    assert given.choices == {"a", "b", "c"}
