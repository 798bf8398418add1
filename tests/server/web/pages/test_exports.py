"""Files for people: in words, of what the list's filter lets through and the reader may see; never a home beside her health."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from server.access.people import create_user
from server.access.roles import CLINICIAN
from server.models import Assignment, Audit, Submission, User, VillageScope
from server.places import locating
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form
from tests.server.web.pages.conftest import text_of

XFORM = """<?xml version="1.0" encoding="UTF-8"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
 xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>走访表</h:title><model>
<itext><translation lang="zh"><text id="q"><value>谁在家</value></text><text id="a"><value>她本人</value></text>
<text id="b"><value>家人</value></text><text id="n"><value>备注</value></text>
<text id="m"><value>成员</value></text></translation>
<translation lang="en"><text id="q"><value>Who is there</value></text><text id="a"><value>She</value></text>
<text id="b"><value>Family</value></text><text id="n"><value>Note</value></text>
<text id="m"><value>Member</value></text></translation>
</itext>
<instance><data id="door" version="1"><who/><met/><many/><size/><met_at/><note/><gps/><member><name/></member>
<meta><instanceID/></meta></data></instance>
<bind nodeset="/data/who" type="string"/><bind nodeset="/data/met" type="date"/><bind nodeset="/data/many" type="string"/>
<bind nodeset="/data/size" type="int"/><bind nodeset="/data/met_at" type="dateTime"/><bind nodeset="/data/note" type="string"/>
<bind nodeset="/data/gps" type="geopoint"/><bind nodeset="/data/member/name" type="string"/>
<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>
<select1 ref="/data/who"><label ref="jr:itext('q')"/><item><label ref="jr:itext('a')"/><value>she</value></item>
<item><label ref="jr:itext('b')"/><value>family</value></item></select1>
<input ref="/data/met"><label>Met</label></input>
<select ref="/data/many"><label ref="jr:itext('q')"/><item><label ref="jr:itext('a')"/><value>she</value></item>
<item><label ref="jr:itext('b')"/><value>family</value></item></select>
<input ref="/data/size"><label>Size</label></input><input ref="/data/met_at"><label>At</label></input>
<input ref="/data/note"><label ref="jr:itext('n')"/></input><input ref="/data/gps"><label>GPS</label></input>
<group ref="/data/member"><label ref="jr:itext('m')"/><repeat nodeset="/data/member">
<input ref="/data/member/name"><label ref="jr:itext('n')"/></input></repeat></group></h:body></h:html>"""
RECORD = """<data id="door" version="1" xmlns:orx="http://openrosa.org/xforms"><who>she</who><met>2026-02-03</met>
<many>she family</many><size>4</size><met_at>2026-02-03T01:30:00.000Z</met_at><note>{note}</note><gps>{gps}</gps>{members}
<orx:meta><orx:instanceID>{id}</orx:instanceID></orx:meta></data>"""
PAGE = "/review/export"


@pytest.fixture
def door(town, database) -> list[str]:
    """Two records of a form with labels in two languages, one in each village; their instanceIDs."""
    with database.transaction() as db:
        a_form(db, town.project_id, "door", xml=XFORM.encode())
    locating._known.clear()
    ids = []
    for number, west in enumerate((105.005, 105.015)):
        ids.append(f"uuid:00000000-0000-4000-8000-00000000000{number}")
        members = "<member><name>甲</name></member><member><name>乙</name></member>" if number == 0 else ""
        xml = RECORD.format(id=ids[-1], note="=1+1" if number == 0 else "x", gps=f"30.005 {west} 0 5", members=members)
        assert Client(town.app, key=town.key).send(town.project_id, xml.encode()).status_code == 201
    return ids


def take(browser: Any, kind: str, **asked: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in {"form": "door", "format": kind, **asked}.items())
    answer = browser.see(f"{PAGE}/file?{query}")
    assert answer.status_code == 200, text_of(answer)
    return answer


def sheets(answer: Any) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(answer.data))
    return {sheet.title: list(sheet.values) for sheet in book}


def test_the_page_asks_for_a_form_and_then_for_the_rest(town, browse, door) -> None:
    rita = browse("rita")
    assert PAGE in rita.see("/review").get_data(as_text=True)
    assert "哪一张表" in text_of(rita.see(PAGE))
    page = text_of(rita.see(f"{PAGE}?form=door"))
    assert "2 份记录" in page
    assert "Excel" in page
    assert "没有符合的记录" in text_of(rita.see(f"{PAGE}?form=door&state=approved"))
    assert "只含列表筛选出来的" in text_of(rita.see(f"{PAGE}?form=door&state=received"))


def test_a_workbook_has_questions_and_answers_in_words(town, browse, door) -> None:
    answer = take(browse("rita"), "xlsx", lang="zh")
    assert 'filename="door.xlsx"' in answer.headers["Content-Disposition"]
    found = sheets(answer)
    assert list(found) == ["走访表", "成员"]
    head, _newest, row = found["走访表"]
    told = dict(zip(head, row, strict=True))
    assert head[:4] == ("记录", "收到", "状态", "上传人")
    assert (told["谁在家"], told["Size"], told["备注"]) == ("她本人、家人", 4, "'=1+1")
    assert tuple(f"{told[name]:%Y-%m-%d %H:%M}" for name in ("Met", "At")) == ("2026-02-03 00:00", "2026-02-03 09:30")
    assert (told["GPS 纬度"], told["GPS 经度"]) == (30.005, 105.005)
    assert [line[0] for line in found["成员"][1:]] == [row[0]] * 2, "keys join the sheets"
    assert [line[2] for line in found["成员"][1:]] == ["甲", "乙"]


def test_a_workbook_is_ready_to_be_read(town, browse, door) -> None:
    sheet = load_workbook(io.BytesIO(take(browse("rita"), "xlsx").data)).worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.column_dimensions["A"].width > 9


def test_its_language_is_chosen_and_choices_are_split_when_asked(town, browse, door) -> None:
    found = sheets(take(browse("rita"), "xlsx", lang="en", split="1"))
    head = found["走访表"][0]
    assert {"Who is there: She", "Who is there: Family"} <= set(head)
    row = found["走访表"][2]
    assert [row[head.index(f"Who is there: {one}")] for one in ("She", "Family")] == [1, 1]
    assert "She, Family" in row


def test_places_go_to_geojson_and_geopackage(town, browse, door, tmp_path: Path) -> None:
    rita = browse("rita")
    features = json.loads(take(rita, "geojson").data)["features"]
    assert [one["geometry"]["coordinates"][:2] for one in features] == [[105.015, 30.005], [105.005, 30.005]]
    assert features[1]["properties"]["谁在家"] == "她本人"
    target = tmp_path / "door.gpkg"
    target.write_bytes(take(rita, "gpkg").data)
    with sqlite3.connect(target) as file:
        assert file.execute("SELECT count(*) FROM records").fetchone() == (2,)
        assert file.execute("SELECT srs_id FROM gpkg_geometry_columns").fetchone() == (4326,)
        names = [row[1] for row in file.execute("PRAGMA table_info(records)")]
    assert {"谁在家", "谁在家 (2)"} <= set(names)


def test_tables_go_to_an_archive(town, browse, door) -> None:
    with zipfile.ZipFile(io.BytesIO(take(browse("rita"), "zip").data)) as archive:
        assert any(name.endswith(".csv") for name in archive.namelist())


def test_the_filter_and_the_reader_s_villages_hold(town, browse, database, door) -> None:
    with database.transaction() as db:
        db.execute(update(Submission).where(Submission.instance_id == door[0]).values(review_state="approved"))
    approved = sheets(take(browse("rita"), "xlsx", state="approved"))["走访表"]
    assert [row[0] for row in approved[1:]] == [door[0]]
    vera = sheets(take(browse("vera"), "xlsx"))["走访表"]
    assert [row[0] for row in vera[1:]] == [door[0]], "vera reviews village 1 alone"


def test_no_health_record_is_drawn_on_a_map(town, browse, database, door) -> None:
    """Not by her clinician either, who may read it: a home would stand beside what was found."""
    with database.transaction() as db:
        db.execute(update(Submission).where(Submission.instance_id == door[0]).values(health=True))
        lin = create_user(db, "lin@example.test", PASSWORD, "lin", None, MORNING)
        db.add(Assignment(actor_id=lin.actor_id, role_id=CLINICIAN, project_id=town.project_id))
        db.add(VillageScope(actor_id=lin.actor_id, project_id=town.project_id, village_id=None))
    clinician = browse("lin")
    assert len(sheets(take(clinician, "xlsx"))["走访表"]) == 3, "she reads both"
    for kind in ("geojson", "gpkg"):
        told = take(clinician, kind).data
        assert (door[0].encode() in told, door[1].encode() in told) == (False, True)


def test_who_took_it_is_in_the_audit(town, browse, database, door) -> None:
    take(browse("rita"), "xlsx", state="received", answer="/note%3Dx")
    with database.reading() as db:
        row = db.scalars(select(Audit).where(Audit.action == "form.submission.export")).one()
        assert row.actor_id == db.scalar(select(User.actor_id).where(User.email == "rita@example.test"))
    assert row.project_id == town.project_id
    told = row.details or {}
    assert (told["format"], told["records"]) == ("xlsx", 1)
    assert told["filter"] == {"state": "received", "answers": "1"}, "no answer stands in the audit"


def test_what_is_not_there_is_said(town, browse, door) -> None:
    rita = browse("rita")
    for query in ("form=door", "form=nothing&format=xlsx", "format=xlsx", "form=door&format=exe"):
        assert rita.see(f"{PAGE}/file?{query}").status_code == 400, query
    assert browse("lea").see(PAGE).status_code == 403


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(town, browse, door, monkeypatch) -> None:
    monkeypatch.setattr("server.reports.workbook_in_words.MOST_ROWS", 1)
    found = sheets(take(browse("rita"), "xlsx"))
    assert [name for name in found if name.startswith("走访表")] == ["走访表", "走访表~2"]
    assert [len(rows) for name, rows in found.items() if name.startswith("走访表")] == [2, 2]
