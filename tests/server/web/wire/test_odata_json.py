"""Rows of OData by HTTP, in Central's shapes (odk-contract.md 7.3)."""

from typing import Any
from urllib.parse import quote

from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update

from server.db import Database
from server.models import SubmissionVersion
from server.web.wire.odata_json import quote_id
from tests.client import Client
from tests.making import a_form, a_phone, new_id
from tests.server.reports.census import Send
from tests.server.reports.reading import HOST, ids
from tests.server.reports.samples import a_census, a_census_form, a_member


def test_a_row_has_centrals_shape(as_bob: Client, send: Send, cast: dict[str, int], feed: str) -> None:
    sent = send(
        start="2026-08-21T09:10:11.123+08",
        visited_on="2026-08-21",
        size="4",
        weight="3.5",
        ok="true",
        methods="iud pill",
        gps="30.12345 104.5 512.3 4.7",
        members=a_member("甲", "3"),
        note="好",
        audit="audit.csv",
    )
    submitter = as_bob.get(feed.removesuffix(".svc") + f"/submissions/{sent}").json["submitterId"]

    assert as_bob.get(feed + "/Submissions").json == {
        "@odata.context": f"{HOST}/v1{feed}/$metadata#Submissions",
        "value": [
            {
                "__id": sent,
                "__system": {
                    "submissionDate": "2026-03-02T01:00:01.000Z",
                    "updatedAt": None,
                    "submitterId": str(submitter),
                    "submitterName": "赵秀兰的手机",
                    "attachmentsPresent": 0,
                    "attachmentsExpected": 1,
                    "status": None,
                    "reviewState": None,
                    "deviceId": "collect:test",
                    "edits": 0,
                    "formVersion": "1",
                    "deletedAt": None,
                },
                "start": "2026-08-21T09:10:11.123+08:00",
                "visited_on": "2026-08-21",
                "size": 4,
                "weight": 3.5,
                "ok": True,
                "methods": "iud pill",
                "place": {
                    "gps": {
                        "type": "Point",
                        "coordinates": [104.5, 30.12345, 512.3],
                        "properties": {"accuracy": 4.7},
                    },
                    "path": None,
                    "field": None,
                },
                "member@odata.navigationLink": f"Submissions('{quote(sent, safe='')}')/member",
                "__": "好",
                "___2": None,
                "meta": {"audit": "audit.csv", "instanceID": sent},
            }
        ],
    }


def test_poison_in_one_record_spoils_neither_the_feed_nor_its_other_answers(
    as_bob: Client, send: Send, feed: str
) -> None:
    poison = send(
        start="NaN", visited_on="tomorrow", size="NaN", weight="1e400", ok="perhaps", gps="NaN NaN", note="__proto__"
    )
    sound = send(size="1")
    rows = {row["__id"]: row for row in as_bob.get(feed + "/Submissions").json["value"]}
    assert set(rows) == {poison, sound}
    assert [rows[poison][name] for name in ("start", "visited_on", "size", "weight", "ok")] == [None] * 5
    assert rows[poison]["place"]["gps"] is None
    assert rows[poison]["__"] == "__proto__"
    assert ids(as_bob.get(feed + "/Submissions?$filter=size eq null")) == [poison]


def test_rows_of_repeats_lead_to_their_parents(as_bob: Client, send: Send, feed: str) -> None:
    sent = send(members=a_member("甲", "3", ("球", "车")) + a_member("乙"))
    members = as_bob.get(feed + "/Submissions.member").json["value"]
    toys = as_bob.get(feed + "/Submissions.member.toy").json["value"]

    assert [(one["name"], one["age"], one["__Submissions-id"]) for one in members] == [
        ("甲", 3, sent),
        ("乙", None, sent),
    ]
    assert [(one["label"], one["__Submissions-member-id"]) for one in toys] == [
        ("球", members[0]["__id"]),
        ("车", members[0]["__id"]),
    ]
    assert members[0]["toy@odata.navigationLink"] == (
        f"Submissions('{quote(sent, safe='')}')/member('{members[0]['__id']}')/toy"
    )
    assert ids(as_bob.get(f"{feed}/{members[0]['toy@odata.navigationLink']}")) == [one["__id"] for one in toys]
    assert ids(as_bob.get(f"{feed}/{members[1]['toy@odata.navigationLink']}")) == []


def test_expand_puts_repeats_into_their_rows(as_bob: Client, send: Send, feed: str) -> None:
    send(members=a_member("甲", "3", ("球",)))
    (row,) = as_bob.get(feed + "/Submissions?$expand=*").json["value"]
    (member,) = row["member"]
    assert (member["name"], member["toy"][0]["label"]) == ("甲", "球")
    assert member["__id"] == ids(as_bob.get(feed + "/Submissions.member"))[0]
    assert member["toy"][0]["__id"] == ids(as_bob.get(feed + "/Submissions.member.toy"))[0]


GROUPED = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>G</h:title>
<model><instance><data id="grouped" version="1"><home><child><name/><more><pet><name/></pet></more></child></home>
<meta><instanceID/></meta></data></instance><bind nodeset="/data/home/child/name" type="string"/></model></h:head>
<h:body><group ref="/data/home"><repeat nodeset="/data/home/child"><input ref="/data/home/child/name"><label>N</label></input>
<group ref="/data/home/child/more"><repeat nodeset="/data/home/child/more/pet"><input ref="/data/home/child/more/pet/name"/>
</repeat></group></repeat></group></h:body></h:html>"""


GROUPED_RECORD = """<data id="grouped" version="1"><home><child><name>a</name><more><pet><name>p</name></pet></more></child>
<child><name>b</name></child></home><meta><instanceID>{}</instanceID></meta></data>"""


def test_a_repeat_within_a_group_is_found_by_its_whole_path(
    as_bob: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        form = a_form(db, project_id, "grouped", xml=GROUPED)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    sent = new_id()
    assert Client(app, key=token).send(project_id, GROUPED_RECORD.format(sent).encode()).status_code == 201
    base = f"/projects/{project_id}/forms/grouped.svc"

    assert [one["name"] for one in as_bob.get(base).json["value"]] == [
        "Submissions",
        "Submissions.home.child",
        "Submissions.home.child.more.pet",
    ]
    link = as_bob.get(base + "/Submissions").json["value"][0]["home"]["child@odata.navigationLink"]
    children = as_bob.get(f"{base}/{link}").json["value"]
    assert [(one["name"], one["__Submissions-id"]) for one in children] == [("a", sent), ("b", sent)]
    pets = as_bob.get(f"{base}/{children[0]['more']['pet@odata.navigationLink']}")
    assert [(one["name"], one["__Submissions-home-child-id"]) for one in pets.json["value"]] == [
        ("p", children[0]["__id"])
    ]
    assert pets.json["value"] == as_bob.get(base + "/Submissions.home.child.more.pet").json["value"]
    expanded = as_bob.get(base + "/Submissions?$expand=*").json["value"][0]
    assert expanded["home"]["child"][0]["more"]["pet"][0]["name"] == "p"


def test_select_leaves_what_was_named(as_bob: Client, send: Send, feed: str) -> None:
    sent = send(size="4", gps="30 104 0 0", members=a_member("甲", "3"))

    def selected(names: str, table: str = "Submissions") -> Any:
        return as_bob.get(f"{feed}/{table}?$select={names}").json["value"]

    assert selected("__id,size") == [{"__id": sent, "size": 4}]
    assert selected("__system/status, place/path") == [{"__system": {"status": None}, "place": {"path": None}}]
    assert set(selected("place/path,place")[0]["place"]) == {"gps", "path", "field"}
    assert list(selected("member")[0]) == ["member@odata.navigationLink"]
    assert selected("age", "Submissions.member") == [{"age": 3}]
    assert len(selected("*")[0]) > 10


@given(st.text() | st.text("aZ09_.-~:'/% é"))
@example("uuid:25fe50eb-5764-407f-b27d-67f22f527042")
def test_an_id_is_quoted_as_any_text_is(text: str) -> None:
    assert quote_id(text) == quote(text.replace("'", "''"), safe="")


def test_wkt_is_text(as_bob: Client, send: Send, feed: str) -> None:
    send(gps="30 104 5 1", path="30 104 1 1;31 105 1 1")
    place = as_bob.get(feed + "/Submissions?$wkt=True").json["value"][0]["place"]
    assert place == {"gps": "POINT (104 30 5)", "path": "LINESTRING (104 30 1,105 31 1)", "field": None}


def test_an_edit_shows_its_newest_answers_under_the_first_id(
    as_bob: Client, send: Send, census_phone: Client, feed: str, project_id: int
) -> None:
    first, second = send(size="1"), new_id()
    edit = a_census(instance_id=second, size="2").replace(
        b"<orx:instanceID>", f"<orx:deprecatedID>{first}</orx:deprecatedID><orx:instanceID>".encode()
    )
    assert census_phone.send(project_id, edit).status_code == 201
    (row,) = as_bob.get(feed + "/Submissions").json["value"]
    assert (row["__id"], row["size"], row["meta"]["instanceID"]) == (first, 2, second)
    assert (row["__system"]["edits"], row["__system"]["reviewState"]) == (1, "edited")


def test_a_record_of_an_older_form_answers_by_path(
    as_bob: Client, send: Send, database: Database, feed: str, project_id: int
) -> None:
    sent = send(size="1")
    with database.transaction() as db:
        a_form(db, project_id, "census", xml=a_census_form(version="2", extra="<income/>"))
    (row,) = as_bob.get(feed + "/Submissions").json["value"]
    assert (row["__id"], row["size"], row["income"], row["__system"]["formVersion"]) == (sent, 1, None, "1")


def test_a_record_that_was_not_read_has_empty_fields_and_an_encrypted_one_says_so(
    as_bob: Client, send: Send, database: Database, feed: str
) -> None:
    unread, sealed = send(size="1"), send(size="2")
    with database.transaction() as db:
        db.execute(update(SubmissionVersion).values(values_json=None))
        db.execute(update(SubmissionVersion).where(SubmissionVersion.instance_id == sealed).values(encrypted=True))
    second, first = as_bob.get(feed + "/Submissions").json["value"]
    assert (first["__id"], first["size"], first["place"]["gps"]) == (unread, None, None)
    assert set(second) == {"__id", "__system"}
    assert second["__system"]["status"] == "missingEncryptedFormData"
