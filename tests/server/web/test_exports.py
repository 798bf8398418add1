"""Exports by HTTP: Briefcase's CSV (odk-contract.md section 8), and who may take any of them."""

from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from server.access.roles import REVIEWER
from server.db import Database
from server.models import Assignment, Audit, Form, Project, Submission, SubmissionVersion, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form
from tests.server.reports.census import Send
from tests.server.reports.reading import CSV_HEAD, PHOTO, unpack
from tests.server.reports.samples import a_census_form, a_member


def submitter_of(client: Client, records: str, instance_id: str) -> int:
    found: int = client.get(f"{records}/{instance_id}").json["submitterId"]
    return found


def test_the_root_table_in_briefcases_layout(as_bob: Client, send: Send, records: str) -> None:
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
    by = submitter_of(as_bob, records, first)
    reply = as_bob.get(records + ".csv")

    assert reply.content_type == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == "attachment; filename=\"census.csv\"; filename*=UTF-8''census.csv"
    assert reply.data.decode() == (
        CSV_HEAD
        + f"2026-03-02T01:00:02.000Z,,,,,,,,,,,,,'=1+1,,,{second},{second},{by},赵秀兰的手机,0,0,,,collect:test,0,1\n"
        + "2026-03-02T01:00:01.000Z,2026-03-02T09:00:00.000+08:00,2026-03-02,-4,3.50,true,iud pill,30.1,104.5,512.3,4.7,"
        + '30 104 0 0;31 105 0 0,,"他说:""好"",走了",,audit.csv,'
        + f"{first},{first},{by},赵秀兰的手机,0,1,,,collect:test,0,1\n"
    )


def test_the_guard_can_be_switched_off_for_machines(as_bob: Client, send: Send, records: str) -> None:
    send(note="=1+1", instance_id="@SUM(A1)", other="\t=1", size="=2")
    guarded = as_bob.get(records + ".csv").data.decode()
    for text in (",'=1+1,", ",'@SUM(A1),", ",'=2,"):
        assert text in guarded
    raw = as_bob.get(records + ".csv?guard=FALSE").data.decode()
    assert "'" not in raw
    assert ",=1+1," in raw


def test_poison_is_shown_as_it_was_sent(as_bob: Client, send: Send, records: str) -> None:
    send(size="NaN", weight="1e400", gps="NaN NaN", note="__proto__")
    line = as_bob.get(records + ".csv").data.decode().splitlines()[1]
    assert ",NaN,1e400,,,NaN,NaN,,,,,__proto__,," in line


def test_names_without_groups_and_selects_in_columns(as_bob: Client, send: Send, records: str) -> None:
    send(methods="pill other")
    send(methods="iud")
    send()
    query = "?groupPaths=false&splitSelectMultiples=true&bom=true"
    head, *lines = as_bob.get(records + ".csv" + query).data.decode().splitlines()
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
    as_bob: Client, send: Send, database: Database, records: str, project_id: int
) -> None:
    with database.transaction() as db:
        a_form(db, project_id, "census", xml=a_census_form(version="2", extra="<income/>"))
    send(version="2", extra="<income>100</income>")
    with database.transaction() as db:
        a_form(db, project_id, "census", xml=a_census_form(version="3"))
    assert "income" not in as_bob.get(records + ".csv").data.decode()
    head, line = as_bob.get(records + ".csv?deletedFields=true").data.decode().splitlines()
    assert head.split(",")[7:9] == ["income", "place-gps-Latitude"]
    assert line.split(",")[7] == "100"


def test_a_filter_narrows_the_export(as_bob: Client, send: Send, records: str) -> None:
    send(size="1", members=a_member("甲"))
    two = send(size="2", members=a_member("乙"))
    lines = as_bob.get(records + ".csv?$filter=size gt 1").data.decode().splitlines()
    assert [two in line for line in lines] == [False, True]
    files = unpack(as_bob.get(records + ".csv.zip?$filter=size gt 1"))
    assert files["census-member.csv"].decode().splitlines()[1:] == [f"乙,,{two},{two}/member[1]"]
    assert as_bob.get(records + ".csv?$filter=size gt").json["code"] == 400.18
    assert as_bob.get(records + ".csv.zip?$filter=nobody eq 1").json["code"] == 501.5


def test_ruodk_posts_its_options_and_passphrases(as_bob: Client, send: Send, records: str) -> None:
    send(note="=1")
    reply = as_bob.post(
        records + ".csv.zip?attachments=false", data={"7": "passphrase", "guard": "false", "groupPaths": "false"}
    )
    files = unpack(reply)
    assert (reply.status_code, "ETag" in reply.headers) == (200, False)
    assert b",gps-Latitude," in files["census.csv"]
    assert b",=1," in files["census.csv"]
    assert as_bob.post(records + ".csv").status_code == 200


def test_an_encrypted_record_shows_its_status_only(
    as_bob: Client, send: Send, database: Database, records: str
) -> None:
    sent = send(size="4", members=a_member("甲"))
    with database.transaction() as db:
        db.execute(update(SubmissionVersion).values(encrypted=True, values_json=None))
    files = unpack(as_bob.get(records + ".csv.zip"))
    line = files["census.csv"].decode().splitlines()[1]
    assert line.split(",")[1:17] == [""] * 16
    assert line.split(",")[17] == sent
    assert ",missing encrypted form data," in line
    assert len(files["census-member.csv"].splitlines()) == 1


def test_every_export_is_written_down_and_a_304_is_none(
    as_bob: Client, send: Send, database: Database, cast: dict[str, int], records: str
) -> None:
    send()
    tag = as_bob.get(records + ".csv").headers["ETag"]
    as_bob.post(records + ".csv.zip")
    assert tag.startswith('W/"')
    assert as_bob.get(records + ".csv", headers={"If-None-Match": tag}).status_code == 304
    as_bob.get(records + ".csv?$filter=broken")
    with database.reading() as db:
        rows = db.scalars(select(Audit).where(Audit.action == "form.submission.export")).all()
    assert [(row.actor_id, row.project_id, row.details) for row in rows] == [(cast["bob"], cast["project"], None)] * 2
    send()
    assert as_bob.get(records + ".csv", headers={"If-None-Match": tag}).status_code == 200


def test_a_draft_exports_its_own_records(as_bob: Client, send: Send, database: Database, records: str) -> None:
    sent = send()
    draft = records.replace("/submissions", "/draft/submissions")
    assert as_bob.get(draft + ".csv").json["code"] == 404.1
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        form.draft_version_id = form.current_version_id
        for model in (Submission, SubmissionVersion):
            db.execute(update(model).values(draft=True))
    assert sent in as_bob.get(draft + ".csv").data.decode()
    assert sent in unpack(as_bob.get(draft + ".csv.zip"))["census.csv"].decode()
    assert len(as_bob.get(draft + ".geojson").json["features"]) == 1
    assert sent not in as_bob.get(records + ".csv").data.decode()


@pytest.mark.parametrize("form_id", ["入户 走访/一", "a.b", "x.csv"])
def test_any_form_id_names_its_export(as_bob: Client, database: Database, project_id: int, form_id: str) -> None:
    with database.transaction() as db:
        a_form(db, project_id, form_id, xml=a_census_form(form_id))
    base = f"/projects/{project_id}/forms/{quote(form_id, safe='')}/submissions"
    name = form_id.replace("/", "_")
    assert f"filename*=UTF-8''{quote(name)}.csv" in as_bob.get(base + ".csv").headers["Content-Disposition"]
    assert f"{name}.csv" in unpack(as_bob.get(base + ".csv.zip"))
    assert as_bob.get(base + ".geojson").json == {"type": "FeatureCollection", "features": []}


ENDINGS = (".csv", ".csv.zip", ".xlsx", ".geojson")


def test_only_those_with_the_right_take_exports(
    as_chelsea: Client, as_nobody: Client, census_phone: Client, send: Send, records: str
) -> None:
    sent = send()
    for ending in (*ENDINGS, f"/{sent}.geojson"):
        assert as_chelsea.get(records + ending).json["code"] == 403.1
        assert as_nobody.get(records + ending).json["code"] == 401.2
        assert census_phone.get(records + ending).json["code"] == 403.1
    assert as_chelsea.post(records + ".csv.zip").json["code"] == 403.1


def test_outside_ones_villages_nothing_is_exported(
    as_alice: Client,
    as_bob: Client,
    as_chelsea: Client,
    send: Send,
    database: Database,
    cast: dict[str, int],
    records: str,
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

    assert [one["id"] for one in as_chelsea.get(records + ".geojson").json["features"]] == [near]
    assert as_chelsea.get(f"{records}/{far}.geojson").json["code"] == 404.1
    whole = as_chelsea.get(records + ".csv?splitSelectMultiples=true").data.decode()
    assert near in whole
    assert "far" not in whole
    files = unpack(as_chelsea.get(records + ".csv.zip"))
    assert "media/near.jpg" in files
    assert not any("far" in name or b"far" in data for name, data in files.items())
    for ending in ENDINGS:
        assert as_alice.get(records + ending).json["code"] == 403.1
        assert near.encode() not in as_bob.get(records + ending).data
