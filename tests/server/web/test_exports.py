"""Exports by HTTP: Briefcase's CSV, the archive, GeoJSON (odk-contract.md sections 8 and 9), and who may take them."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import event, select, update

from server.access.roles import REVIEWER
from server.db import Database
from server.models import (
    Assignment,
    Audit,
    Form,
    Project,
    Submission,
    SubmissionVersion,
    Village,
    VillageScope,
)
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_form, a_phone, new_id
from tests.server.reports.samples import a_census, a_census_form, a_member

PHOTO = b"\xff\xd8\xff\xe0photo"
HEAD = (
    "SubmissionDate,start,visited_on,size,weight,ok,methods,"
    "place-gps-Latitude,place-gps-Longitude,place-gps-Altitude,place-gps-Accuracy,place-path,place-field,"
    "备注,其他,meta-audit,meta-instanceID,"
    "KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion\n"
)
Send = Callable[..., str]


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, "census", xml=a_census_form())
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


@pytest.fixture
def base(project_id: int) -> str:
    return f"/projects/{project_id}/forms/census/submissions"


@pytest.fixture
def send(phone: Client, project_id: int, clock: Clock) -> Send:
    """Sends a record of the census, a second after the one before; gives its id."""

    def send_one(files: dict[str, bytes] | None = None, **answers: str) -> str:
        clock.forward(seconds=1)
        instance_id = answers.pop("instance_id", None) or new_id()
        assert phone.send(project_id, a_census(instance_id=instance_id, **answers), files).status_code == 201
        return instance_id

    return send_one


def submitter_of(client: Client, base: str, instance_id: str) -> int:
    found: int = client.get(f"{base}/{instance_id}").json["submitterId"]
    return found


def unpack(reply: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_root_table_in_briefcases_layout(as_bob: Client, send: Send, base: str) -> None:
    first = send(
        start="2026-03-02T09:00:00.000+08:00",
        visited_on="2026-03-02",
        size="-4",
        weight="3.50",
        ok="true",
        methods="iud pill",
        gps="30.1 104.5 512.3 4.7",
        path="30 104 0 0;31 105 0 0",
        note='他说:"好",走了',
        audit="audit.csv",
    )
    second = send(note="=1+1")
    by = submitter_of(as_bob, base, first)
    reply = as_bob.get(base + ".csv")

    assert reply.content_type == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == "attachment; filename=\"census.csv\"; filename*=UTF-8''census.csv"
    assert reply.data.decode() == (
        HEAD
        + f"2026-03-02T01:00:02.000Z,,,,,,,,,,,,,'=1+1,,,{second},{second},{by},赵秀兰的手机,0,0,,,collect:test,0,1\n"
        + "2026-03-02T01:00:01.000Z,2026-03-02T09:00:00.000+08:00,2026-03-02,-4,3.50,true,iud pill,30.1,104.5,512.3,4.7,"
        + '30 104 0 0;31 105 0 0,,"他说:""好"",走了",,audit.csv,'
        + f"{first},{first},{by},赵秀兰的手机,0,1,,,collect:test,0,1\n"
    )


def test_the_guard_can_be_switched_off_for_machines(as_bob: Client, send: Send, base: str) -> None:
    send(note="=1+1", instance_id="@SUM(A1)", other="\t=1", size="=2")
    guarded = as_bob.get(base + ".csv").data.decode()
    for text in (",'=1+1,", ",'@SUM(A1),", ",'=2,"):
        assert text in guarded
    raw = as_bob.get(base + ".csv?guard=FALSE").data.decode()
    assert "'" not in raw
    assert ",=1+1," in raw


def test_poison_is_shown_as_it_was_sent(as_bob: Client, send: Send, base: str) -> None:
    send(size="NaN", weight="1e400", gps="NaN NaN", note="__proto__")
    line = as_bob.get(base + ".csv").data.decode().splitlines()[1]
    assert ",NaN,1e400,,,NaN,NaN,,,,,__proto__,," in line


def test_names_without_groups_and_selects_in_columns(as_bob: Client, send: Send, base: str) -> None:
    send(methods="pill other")
    send(methods="iud")
    send()
    query = "?groupPaths=false&splitSelectMultiples=true&bom=true"
    head, *lines = as_bob.get(base + ".csv" + query).data.decode().splitlines()
    assert head.startswith(
        "\ufeffSubmissionDate,start,visited_on,size,weight,ok,methods,methods/iud,methods/other,methods/pill,gps-L"
    )
    assert ",path,field," in head
    assert [line.split(",")[6:10] for line in lines] == [
        ["", "0", "0", "0"],
        ["iud", "1", "0", "0"],
        ["pill other", "0", "1", "1"],
    ]


def test_fields_of_older_versions_come_back_when_asked_for(
    as_bob: Client, send: Send, database: Database, base: str, project_id: int
) -> None:
    with database.transaction() as db:
        a_form(db, project_id, "census", xml=a_census_form(version="2", extra="<income/>"))
    send(version="2", extra="<income>100</income>")
    with database.transaction() as db:
        a_form(db, project_id, "census", xml=a_census_form(version="3"))
    assert "income" not in as_bob.get(base + ".csv").data.decode()
    head, line = as_bob.get(base + ".csv?deletedFields=true").data.decode().splitlines()
    assert head.split(",")[7:9] == ["income", "place-gps-Latitude"]
    assert line.split(",")[7] == "100"


def test_a_filter_narrows_the_export(as_bob: Client, send: Send, base: str) -> None:
    send(size="1", members=a_member("甲"))
    two = send(size="2", members=a_member("乙"))
    lines = as_bob.get(base + ".csv?$filter=size gt 1").data.decode().splitlines()
    assert [two in line for line in lines] == [False, True]
    files = unpack(as_bob.get(base + ".csv.zip?$filter=size gt 1"))
    assert files["census-member.csv"].decode().splitlines()[1:] == [f"乙,,{two},{two}/member[1]"]
    assert as_bob.get(base + ".csv?$filter=size gt").json["code"] == 400.18
    assert as_bob.get(base + ".csv.zip?$filter=nobody eq 1").json["code"] == 501.5


def test_the_archive_holds_every_table_and_every_file(as_bob: Client, send: Send, base: str) -> None:
    log = b"event,node,start,end\nform start,,1,2\n"
    sent = send(
        {"audit.csv": log, "1.jpg": PHOTO},
        members=a_member("甲", "3", ("球", "车")) + a_member("乙", "", ("书",)),
        audit="audit.csv",
    )
    reply = as_bob.get(base + ".csv.zip")
    files = unpack(reply)

    assert reply.content_type == "application/zip"
    assert 'filename="census.zip"' in reply.headers["Content-Disposition"]
    assert list(files) == [
        "census.csv",
        "census-member.csv",
        "census-toy.csv",
        "census - audit.csv",
        "media/1.jpg",
    ]
    assert files["census.csv"] == as_bob.get(base + ".csv").data
    assert files["census-member.csv"].decode() == (
        f"name,age,PARENT_KEY,KEY\n甲,3,{sent},{sent}/member[1]\n乙,,{sent},{sent}/member[2]\n"
    )
    assert files["census-toy.csv"].decode() == (
        "label,PARENT_KEY,KEY\n"
        f"球,{sent}/member[1],{sent}/member[1]/toy[1]\n"
        f"车,{sent}/member[1],{sent}/member[1]/toy[2]\n"
        f"书,{sent}/member[2],{sent}/member[2]/toy[1]\n"
    )
    assert files["census - audit.csv"].decode() == (
        "instance ID,event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason\n"
        f"{sent},form start,,1,2,,,,,,,\n"
    )
    assert files["media/1.jpg"] == PHOTO


def test_without_attachments_the_archive_has_another_name(as_bob: Client, send: Send, base: str) -> None:
    send({"1.jpg": PHOTO})
    reply = as_bob.get(base + ".csv.zip?attachments=false")
    assert 'filename="census.csv.zip"' in reply.headers["Content-Disposition"]
    assert set(unpack(reply)) == {"census.csv", "census-member.csv", "census-toy.csv"}


def test_files_of_one_name_are_all_kept(as_bob: Client, send: Send, base: str) -> None:
    for content in (b"one", b"two", b"two"):
        send({"1.jpg": PHOTO + content})
    files = unpack(as_bob.get(base + ".csv.zip"))
    assert {name: data for name, data in files.items() if name.startswith("media/")} == {
        "media/1.jpg": PHOTO + b"two",
        "media/1~1.jpg": PHOTO + b"one",
    }


def test_a_file_that_is_lost_on_disk_does_not_break_the_archive(
    as_bob: Client, send: Send, base: str, app: Flask
) -> None:
    send({"1.jpg": PHOTO, "2.jpg": PHOTO + b"2"})
    for path in app.extensions["fangshi.blobs"].root.rglob("*"):
        if path.is_file() and path.read_bytes() == PHOTO:
            path.unlink()
    assert "media/2.jpg" in unpack(as_bob.get(base + ".csv.zip"))
    assert "media/1.jpg" not in unpack(as_bob.get(base + ".csv.zip"))


def test_ruodk_posts_its_options_and_passphrases(as_bob: Client, send: Send, base: str) -> None:
    send(note="=1")
    reply = as_bob.post(
        base + ".csv.zip?attachments=false", data={"7": "passphrase", "guard": "false", "groupPaths": "false"}
    )
    files = unpack(reply)
    assert (reply.status_code, "ETag" in reply.headers) == (200, False)
    assert b",gps-Latitude," in files["census.csv"]
    assert b",=1," in files["census.csv"]
    assert as_bob.post(base + ".csv").status_code == 200


def test_an_encrypted_record_shows_its_status_only(as_bob: Client, send: Send, database: Database, base: str) -> None:
    sent = send(size="4", members=a_member("甲"))
    with database.transaction() as db:
        db.execute(update(SubmissionVersion).values(encrypted=True, values_json=None))
    files = unpack(as_bob.get(base + ".csv.zip"))
    line = files["census.csv"].decode().splitlines()[1]
    assert line.split(",")[1:17] == [""] * 16
    assert line.split(",")[17] == sent
    assert ",missing encrypted form data," in line
    assert len(files["census-member.csv"].splitlines()) == 1


def test_every_export_is_written_down_and_a_304_is_none(
    as_bob: Client, send: Send, database: Database, cast: dict[str, int], base: str
) -> None:
    send()
    tag = as_bob.get(base + ".csv").headers["ETag"]
    as_bob.post(base + ".csv.zip")
    assert tag.startswith('W/"')
    assert as_bob.get(base + ".csv", headers={"If-None-Match": tag}).status_code == 304
    as_bob.get(base + ".csv?$filter=broken")
    with database.reading() as db:
        rows = db.scalars(select(Audit).where(Audit.action == "form.submission.export")).all()
    assert [(row.actor_id, row.project_id, row.details) for row in rows] == [(cast["bob"], cast["project"], None)] * 2
    send()
    assert as_bob.get(base + ".csv", headers={"If-None-Match": tag}).status_code == 200


def test_a_draft_exports_its_own_records(as_bob: Client, send: Send, database: Database, base: str) -> None:
    sent = send()
    draft = base.replace("/submissions", "/draft/submissions")
    assert as_bob.get(draft + ".csv").json["code"] == 404.1
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        form.draft_version_id = form.current_version_id
        for model in (Submission, SubmissionVersion):
            db.execute(update(model).values(draft=True))
    assert sent in as_bob.get(draft + ".csv").data.decode()
    assert sent in unpack(as_bob.get(draft + ".csv.zip"))["census.csv"].decode()
    assert len(as_bob.get(draft + ".geojson").json["features"]) == 1
    assert sent not in as_bob.get(base + ".csv").data.decode()


@pytest.mark.parametrize("form_id", ["入户 走访/一", "a.b", "x.csv"])
def test_any_form_id_names_its_export(as_bob: Client, database: Database, project_id: int, form_id: str) -> None:
    with database.transaction() as db:
        a_form(db, project_id, form_id, xml=a_census_form(form_id))
    base = f"/projects/{project_id}/forms/{quote(form_id, safe='')}/submissions"
    name = form_id.replace("/", "_")
    assert f"filename*=UTF-8''{quote(name)}.csv" in as_bob.get(base + ".csv").headers["Content-Disposition"]
    assert f"{name}.csv" in unpack(as_bob.get(base + ".csv.zip"))
    assert as_bob.get(base + ".geojson").json == {"type": "FeatureCollection", "features": []}


def test_a_workbook_has_a_sheet_for_each_table(as_bob: Client, send: Send, base: str) -> None:
    sent = send(size="-4", visited_on="2026-03-01", note="=1+1", members=a_member("甲", "3"))
    reply = as_bob.get(base + ".xlsx")
    assert 'filename="census.xlsx"' in reply.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(reply.data))
    assert book.sheetnames == ["Submissions", "member", "toy"]
    head, line = book["Submissions"].iter_rows(values_only=True)
    row = dict(zip(head, line, strict=True))
    assert list(row) == HEAD.strip().split(",")
    assert (row["size"], row["visited_on"].date(), row["备注"], row["KEY"]) == (-4, date(2026, 3, 1), "'=1+1", sent)
    assert [cell.data_type for cell in book["Submissions"][2] if cell.value == "'=1+1"] == ["s"]
    assert list(book["member"].values)[1] == ("甲", 3, sent, f"{sent}/member[1]")


def test_records_on_a_map(as_bob: Client, send: Send, base: str) -> None:
    bad = send(gps="NaN NaN")
    good = send(gps="30.1 104.5 512.3 4.7", path="30 104;31 105")
    place = {"type": "Point", "coordinates": [104.5, 30.1, 512.3]}
    feature = {"type": "Feature", "id": good, "geometry": place, "properties": {"fieldpath": "/place/gps"}}
    nowhere = {"type": "Feature", "id": bad, "geometry": None, "properties": None}

    reply = as_bob.get(base + ".geojson")
    assert reply.content_type.startswith("application/json")
    assert reply.json == {"type": "FeatureCollection", "features": [feature, nowhere]}
    assert as_bob.get(f"{base}/{quote(good, safe='')}.geojson").json["features"] == [feature]
    assert as_bob.get(f"{base}/nobody.geojson").json["code"] == 404.1
    line = as_bob.get(base + ".geojson?fieldpath=/place/path").json["features"][0]
    assert (line["geometry"]["type"], line["properties"]) == ("LineString", {"fieldpath": "/place/path"})
    assert as_bob.get(base + ".geojson?fieldpath=/place/gps&fieldpath=/place/path").json["code"] == 400.41
    assert len(as_bob.get(base + ".geojson?$filter=place/path ne null").json["features"]) == 1
    tag = reply.headers["ETag"]
    assert as_bob.get(base + ".geojson", headers={"If-None-Match": tag}).status_code == 304


def test_an_earlier_version_keeps_its_place(
    as_bob: Client, send: Send, phone: Client, base: str, project_id: int
) -> None:
    first, second = send(gps="30 104"), new_id()
    edit = a_census(instance_id=second, gps="31 105").replace(
        b"<orx:instanceID>", f"<orx:deprecatedID>{first}</orx:deprecatedID><orx:instanceID>".encode()
    )
    assert phone.send(project_id, edit).status_code == 201

    def place(path: str) -> Any:
        (feature,) = as_bob.get(base + path).json["features"]
        return feature["id"], feature["geometry"]["coordinates"]

    assert place(".geojson") == place(f"/{first}.geojson") == (first, [105, 31])
    assert place(f"/{first}/versions/{first}.geojson") == (first, [104, 30])
    assert place(f"/{first}/versions/{second}.geojson") == (first, [105, 31])
    assert as_bob.get(f"{base}/{first}/versions/nobody.geojson").json["code"] == 404.1


def test_a_place_in_a_repeat_is_shown_when_asked_for(
    as_bob: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        xml = a_census_form().replace(
            b'<bind nodeset="/data/member/name" type="string"/>', b'<bind nodeset="/data/member/name" type="geopoint"/>'
        )
        form = a_form(db, project_id, "census", xml=xml)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    members = a_member("30 104") + a_member("somewhere") + a_member("31 105")
    Client(app, key=token).send(project_id, a_census(members=members))
    path = f"/projects/{project_id}/forms/census/submissions.geojson?fieldpath=/member/name"
    (feature,) = as_bob.get(path).json["features"]
    assert feature["geometry"]["type"] == "GeometryCollection"
    assert [one["coordinates"] for one in feature["geometry"]["geometries"]] == [[104, 30], [105, 31]]


ENDINGS = (".csv", ".csv.zip", ".xlsx", ".geojson")


def test_only_those_with_the_right_take_exports(
    as_chelsea: Client, as_nobody: Client, phone: Client, send: Send, base: str
) -> None:
    sent = send()
    for ending in (*ENDINGS, f"/{sent}.geojson"):
        assert as_chelsea.get(base + ending).json["code"] == 403.1
        assert as_nobody.get(base + ending).json["code"] == 401.2
        assert phone.get(base + ending).json["code"] == 403.1
    assert as_chelsea.post(base + ".csv.zip").json["code"] == 403.1


def test_outside_ones_villages_nothing_is_exported(
    as_alice: Client,
    as_bob: Client,
    as_chelsea: Client,
    send: Send,
    database: Database,
    cast: dict[str, int],
    base: str,
) -> None:
    near = send({"near.jpg": PHOTO}, gps="30 104", members=a_member("near"))
    far = send({"far.jpg": PHOTO + b"far"}, gps="31 105", members=a_member("far"), methods="far_choice")
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
        village = Village(project_id=cast["project"], code="510823101001", name="一村", created_at=MORNING)
        db.add(village)
        db.flush()
        db.execute(update(Submission).where(Submission.instance_id == near).values(village_id=village.id))
        db.execute(update(Submission).where(Submission.instance_id == far).values(village_id=None))
        db.add(Assignment(actor_id=cast["chelsea"], role_id=REVIEWER, project_id=cast["project"]))
        db.add(VillageScope(actor_id=cast["chelsea"], project_id=cast["project"], village_id=village.id))

    assert [one["id"] for one in as_chelsea.get(base + ".geojson").json["features"]] == [near]
    assert as_chelsea.get(f"{base}/{far}.geojson").json["code"] == 404.1
    whole = as_chelsea.get(base + ".csv?splitSelectMultiples=true").data.decode()
    assert near in whole
    assert "far" not in whole
    files = unpack(as_chelsea.get(base + ".csv.zip"))
    assert "media/near.jpg" in files
    assert not any("far" in name or b"far" in data for name, data in files.items())
    for ending in ENDINGS:
        assert as_alice.get(base + ending).json["code"] == 403.1
        assert near.encode() not in as_bob.get(base + ending).data


def test_an_export_takes_no_more_memory_and_no_more_queries_for_more_records(
    as_bob: Client, phone: Client, base: str, database: Database, project_id: int
) -> None:
    from tests.server.web.test_odata import many_records

    counted: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))

    def take(path: str) -> int:
        counted.clear()
        reply = as_bob.inner.get(f"/v1{path}", headers=as_bob.headers, buffered=False)
        assert sum(len(piece) for piece in reply.iter_encoded()) > 0
        reply.close()
        return len(counted)

    few = take(base + ".csv.zip?attachments=false")
    many_records(database, project_id, 5_000)
    tracemalloc.start()
    many = take(base + ".csv.zip?attachments=false")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6_000_000
    assert many <= few + 5_000 // 500 + 1
