"""OData by HTTP: what Excel, Power BI, R and pyODK rely on (odk-contract.md section 7), and who may read what."""

import base64
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import event, insert, select, text, update
from werkzeug.serving import make_server

from server.access.authenticate import open_session
from server.access.roles import PROJECT_MANAGER, REVIEWER
from server.db import Database
from server.models import (
    Assignment,
    Form,
    Project,
    Submission,
    SubmissionVersion,
    Village,
    VillageScope,
)
from server.reports import queries
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_form, a_phone, new_id
from tests.server.reports.samples import a_census, a_census_form, a_member

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
HOST = "http://localhost"


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, "census", xml=a_census_form())
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


@pytest.fixture
def base(project_id: int) -> str:
    return f"/projects/{project_id}/forms/census.svc"


Send = Callable[..., str]


@pytest.fixture
def send(phone: Client, project_id: int, clock: Clock) -> Send:
    """Sends a record of the census, a second after the one before; gives its id."""

    def send_one(**answers: str) -> str:
        clock.forward(seconds=1)
        instance_id = answers.pop("instance_id", None) or new_id()
        xml = a_census(instance_id=instance_id, **answers)
        assert phone.send(project_id, xml).status_code == 201
        return instance_id

    return send_one


def ids(reply: Any) -> list[str]:
    return [row["__id"] for row in reply.json["value"]]


def pages_of(client: Client, path: str) -> list[list[str]]:
    """The rows' ids, page by page, along the links."""
    pages = []
    while True:
        reply = client.get(path)
        assert reply.status_code == 200, reply.data
        pages.append(ids(reply))
        if "@odata.nextLink" not in reply.json:
            return pages
        path = reply.json["@odata.nextLink"].removeprefix(f"{HOST}/v1")


def test_the_service_document_names_every_table(as_bob: Client, phone: Client, base: str) -> None:
    reply = as_bob.get(base)
    assert reply.headers["OData-Version"] == "4.0"
    assert reply.content_type.startswith("application/json")
    assert "odata.metadata=minimal" in reply.content_type
    assert reply.json == {
        "@odata.context": f"{HOST}/v1{base}/$metadata",
        "value": [
            {"name": name, "kind": "EntitySet", "url": name}
            for name in ("Submissions", "Submissions.member", "Submissions.member.toy")
        ],
    }


def test_the_metadata_declares_what_the_rows_hold(as_bob: Client, phone: Client, base: str) -> None:
    reply = as_bob.get(base + "/$metadata")
    assert reply.content_type.startswith("application/xml")
    assert as_bob.get(base + "/%24metadata").data == as_bob.get(base + "/$metadata/").data == reply.data
    root = etree.fromstring(reply.data)
    types = {one.get("Name"): one for one in root.iter(EDM + "EntityType", EDM + "ComplexType")}

    assert {one.get("Name"): one.get("Type") for one in types["Submissions"].iter(EDM + "Property")} == {
        "__id": "Edm.String",
        "__system": "org.opendatakit.submission.metadata",
        "start": "Edm.DateTimeOffset",
        "visited_on": "Edm.Date",
        "size": "Edm.Int64",
        "weight": "Edm.Decimal",
        "ok": "Edm.Boolean",
        "methods": "Edm.String",
        "place": "org.opendatakit.user.census.place",
        "__": "Edm.String",
        "___2": "Edm.String",
        "meta": "org.opendatakit.user.census.meta",
    }
    assert {one.get("Name"): one.get("Type") for one in types["place"]} == {
        "gps": "Edm.GeographyPoint",
        "path": "Edm.GeographyLineString",
        "field": "Edm.GeographyPolygon",
    }
    toys = [one.attrib for one in types["Submissions.member"].iter(EDM + "NavigationProperty")]
    assert toys == [{"Name": "toy", "Type": "Collection(org.opendatakit.user.census.Submissions.member.toy)"}]
    assert "__Submissions-member-id" in {one.get("Name") for one in types["Submissions.member.toy"]}
    assert [one.get("Name") for one in root.iter(EDM + "EntitySet")] == [
        "Submissions",
        "Submissions.member",
        "Submissions.member.toy",
    ]
    assert [one.get("Name") for one in root.iter(EDM + "EnumType")] == ["Status", "ReviewState"]


def test_a_row_has_centrals_shape(as_bob: Client, send: Send, cast: dict[str, int], base: str) -> None:
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
    submitter = as_bob.get(base.removesuffix(".svc") + f"/submissions/{sent}").json["submitterId"]

    assert as_bob.get(base + "/Submissions").json == {
        "@odata.context": f"{HOST}/v1{base}/$metadata#Submissions",
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
    as_bob: Client, send: Send, base: str
) -> None:
    poison = send(
        start="NaN", visited_on="tomorrow", size="NaN", weight="1e400", ok="perhaps", gps="NaN NaN", note="__proto__"
    )
    sound = send(size="1")
    rows = {row["__id"]: row for row in as_bob.get(base + "/Submissions").json["value"]}
    assert set(rows) == {poison, sound}
    assert [rows[poison][name] for name in ("start", "visited_on", "size", "weight", "ok")] == [None] * 5
    assert rows[poison]["place"]["gps"] is None
    assert rows[poison]["__"] == "__proto__"
    assert ids(as_bob.get(base + "/Submissions?$filter=size eq null")) == [poison]


def test_rows_of_repeats_lead_to_their_parents(as_bob: Client, send: Send, base: str) -> None:
    sent = send(members=a_member("甲", "3", ("球", "车")) + a_member("乙"))
    members = as_bob.get(base + "/Submissions.member").json["value"]
    toys = as_bob.get(base + "/Submissions.member.toy").json["value"]

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
    assert ids(as_bob.get(f"{base}/{members[0]['toy@odata.navigationLink']}")) == [one["__id"] for one in toys]
    assert ids(as_bob.get(f"{base}/{members[1]['toy@odata.navigationLink']}")) == []


def test_one_record_is_addressed_by_its_id_encoded_or_not(as_bob: Client, send: Send, base: str) -> None:
    sent, _other = send(size="1"), send(size="2")
    for spelling in (sent, quote(sent, safe="")):
        assert ids(as_bob.get(f"{base}/Submissions('{spelling}')")) == [sent]
    reply = as_bob.get(f"{base}/Submissions('{sent}')/member?$count=true")
    assert (reply.json["value"], reply.json["@odata.count"]) == ([], 0)
    assert reply.json["@odata.context"].endswith("$metadata#Submissions.member")
    for path in ("Submissions('uuid:nobody')", "Submissions('uuid:nobody')/member", "Submissions('')", "Nothing"):
        assert as_bob.get(f"{base}/{path}").json["code"] == 404.1


def test_an_id_with_a_quote_and_a_slash_has_an_address(as_bob: Client, send: Send, base: str) -> None:
    sent = send(instance_id="it's/odd", members=a_member("甲"))
    link = as_bob.get(base + "/Submissions").json["value"][0]["member@odata.navigationLink"]
    assert link == "Submissions('it%27%27s%2Fodd')/member"
    assert as_bob.get(f"{base}/{link}").json["value"][0]["__Submissions-id"] == sent


def test_expand_puts_repeats_into_their_rows(as_bob: Client, send: Send, base: str) -> None:
    send(members=a_member("甲", "3", ("球",)))
    (row,) = as_bob.get(base + "/Submissions?$expand=*").json["value"]
    (member,) = row["member"]
    assert (member["name"], member["toy"][0]["label"]) == ("甲", "球")
    assert member["__id"] == ids(as_bob.get(base + "/Submissions.member"))[0]
    assert member["toy"][0]["__id"] == ids(as_bob.get(base + "/Submissions.member.toy"))[0]


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


def test_select_leaves_what_was_named(as_bob: Client, send: Send, base: str) -> None:
    sent = send(size="4", gps="30 104 0 0", members=a_member("甲", "3"))

    def selected(names: str, table: str = "Submissions") -> Any:
        return as_bob.get(f"{base}/{table}?$select={names}").json["value"]

    assert selected("__id,size") == [{"__id": sent, "size": 4}]
    assert selected("__system/status, place/path") == [{"__system": {"status": None}, "place": {"path": None}}]
    assert set(selected("place/path,place")[0]["place"]) == {"gps", "path", "field"}
    assert list(selected("member")[0]) == ["member@odata.navigationLink"]
    assert selected("age", "Submissions.member") == [{"age": 3}]
    assert len(selected("*")[0]) > 10


def test_wkt_is_text(as_bob: Client, send: Send, base: str) -> None:
    send(gps="30 104 5 1", path="30 104 1 1;31 105 1 1")
    place = as_bob.get(base + "/Submissions?$wkt=True").json["value"][0]["place"]
    assert place == {"gps": "POINT (104 30 5)", "path": "LINESTRING (104 30 1,105 31 1)", "field": None}


def test_pages_meet_every_row_once_and_count_ignores_them(as_bob: Client, send: Send, base: str) -> None:
    sent = [send(members=a_member("甲") + a_member("乙") + a_member("丙")) for _ in range(5)][::-1]
    assert pages_of(as_bob, base + "/Submissions?$top=2") == [sent[:2], sent[2:4], sent[4:]]
    assert pages_of(as_bob, base + "/Submissions?$top=5") == [sent]
    assert pages_of(as_bob, base + "/Submissions?$top=3&$skip=1") == [sent[1:4], sent[4:]]
    assert pages_of(as_bob, base + "/Submissions?$skip=3") == [sent[3:]]

    members = ids(as_bob.get(base + "/Submissions.member"))
    assert len(set(members)) == 15
    pages = pages_of(as_bob, base + "/Submissions.member?$top=4")
    assert [len(page) for page in pages] == [4, 4, 4, 3]
    assert [one for page in pages for one in page] == members
    assert pages_of(as_bob, base + "/Submissions.member?$top=9&$skip=2") == [members[2:11], members[11:]]

    for table, total in (("Submissions", 5), ("Submissions.member", 15)):
        reply = as_bob.get(f"{base}/{table}?$top=0&$count=true")
        assert (reply.json["value"], reply.json["@odata.count"]) == ([], total)
        first = as_bob.get(f"{base}/{table}?$top=1&$count=True")
        link = first.json["@odata.nextLink"].removeprefix(f"{HOST}/v1")
        assert as_bob.get(link).json["@odata.count"] == total


def test_a_page_goes_on_where_the_last_one_ended_whatever_came_or_went(
    as_bob: Client, send: Send, base: str, project_id: int
) -> None:
    sent = [send() for _ in range(4)][::-1]
    link = as_bob.get(base + "/Submissions?$top=2").json["@odata.nextLink"].removeprefix(f"{HOST}/v1")
    send()
    as_bob.delete(f"/projects/{project_id}/forms/census/submissions/{sent[1]}")
    assert ids(as_bob.get(link)) == sent[2:]


def a_token(held: object) -> str:
    return quote("01" + base64.b64encode(orjson.dumps(held)).decode())


def test_a_token_may_name_a_repeats_row_alone(as_bob: Client, send: Send, base: str) -> None:
    send(members=a_member("甲") + a_member("乙"))
    first, second = ids(as_bob.get(base + "/Submissions.member"))
    assert ids(as_bob.get(f"{base}/Submissions.member?$skiptoken={a_token({'repeatId': first})}")) == [second]


LOST = (
    ("Submissions", "01%21%21", 400.35),
    ("Submissions", "garbage", 400.35),
    ("Submissions", a_token([]), 400.35),
    ("Submissions", a_token({"instanceId": 5}), 400.35),
    ("Submissions", a_token({"instanceId": "a\x00b"}), 400.35),
    ("Submissions", a_token({"instanceId": "uuid:gone"}), 400.34),
    ("Submissions.member", a_token({"repeatId": "gone"}), 400.34),
)


def test_a_token_that_leads_nowhere_is_said(as_bob: Client, send: Send, base: str) -> None:
    send(members=a_member("甲"))
    for table, token, code in LOST:
        assert as_bob.get(f"{base}/{table}?$skiptoken={token}").json["code"] == code, token


def test_an_order_of_ones_own_pages_by_skip(as_bob: Client, send: Send, base: str, project_id: int) -> None:
    sent = [send() for _ in range(3)]
    as_bob.patch(f"/projects/{project_id}/forms/census/submissions/{sent[1]}", json={"reviewState": "approved"})
    order = "$orderby=__system/reviewState desc,__system/submissionDate asc"
    assert ids(as_bob.get(f"{base}/Submissions?{order}")) == [sent[1], sent[0], sent[2]]
    assert pages_of(as_bob, f"{base}/Submissions?$top=2&{order}") == [[sent[1], sent[0]], [sent[2]]]
    assert ids(as_bob.get(f"{base}/Submissions?$orderby=__system/submissionDate")) == sent


def test_filters_reach_the_records_and_the_answers(as_bob: Client, send: Send, base: str, project_id: int) -> None:
    one = send(size="1", members=a_member("甲", "30"))
    two = send(size="2", gps="30 104 0 0", members=a_member("乙", "5") + a_member("丙", "50"))
    as_bob.patch(f"/projects/{project_id}/forms/census/submissions/{one}", json={"reviewState": "approved"})

    def found(text: str, table: str = "Submissions") -> list[str]:
        return ids(as_bob.get(f"{base}/{table}?$filter={quote(text)}&$count=true"))

    assert found("size ge 2") == [two]
    assert found("__system/reviewState eq 'approved' and size lt 2") == [one]
    assert found("__system/reviewState eq 'approved' or place/gps ne null") == [two, one]
    assert found("__system/submissionDate gt 2026-03-02T01:00:01.500Z") == [two]
    assert len(found("age ge 30", "Submissions.member")) == 2
    assert len(found("$root/Submissions/__system/reviewState eq 'approved'", "Submissions.member")) == 1
    assert len(found("$root/Submissions/size eq 2 and age lt 10", "Submissions.member")) == 1
    member = found("age eq 5", "Submissions.member")[0]
    assert found(f"__id eq '{member}'", "Submissions.member") == [member]
    reply = as_bob.get(f"{base}/Submissions?$filter=size ge 1&$top=1&$count=true")
    assert (len(reply.json["value"]), reply.json["@odata.count"]) == (1, 2)
    assert pages_of(as_bob, f"{base}/Submissions?$filter=size ge 1&$top=1") == [[two], [one]]


def test_search_looks_through_all_answers(as_bob: Client, send: Send, base: str) -> None:
    wang, li = send(note="王家 Pump"), send(members=a_member("李四"))
    assert ids(as_bob.get(base + "/Submissions?$search=王家 pump")) == [wang]
    assert ids(as_bob.get(base + "/Submissions?$search=李四")) == [li]
    assert ids(as_bob.get(base + "/Submissions?$search=nobody")) == []


def test_deleted_records_are_hidden_unless_asked_for(as_bob: Client, send: Send, base: str, project_id: int) -> None:
    gone, stays = send(members=a_member("甲")), send()
    as_bob.delete(f"/projects/{project_id}/forms/census/submissions/{gone}")
    assert ids(as_bob.get(base + "/Submissions")) == [stays]
    assert ids(as_bob.get(base + "/Submissions.member")) == []
    assert as_bob.get(f"{base}/Submissions('{gone}')").json["code"] == 404.1
    assert ids(as_bob.get(base + "/Submissions?$filter=__system/deletedAt ne null")) == [gone]


REFUSED = {
    "$top=many": 400.11,
    "$top=-1": 400.11,
    "$skip=1.5": 400.11,
    "$top=99999999999999999999999": 400.11,
    "$filter=size gt": 400.18,
    "$filter=size gt 'three'": 400.18,
    "$filter=" + "(" * 60 + "ok" + ")" * 60: 400.18,
    "$filter=nobody eq 1": 501.5,
    "$filter=__system/deviceId eq 'x'": 501.5,
    "$filter=contains(methods,'iud')": 501.4,
    "$filter=__id eq 'x' UNION SELECT": 400.18,
    "$orderby=size": 501.5,
    "$orderby=__id sideways": 501.4,
    "$orderby=__id&$skiptoken=01e30=": 501.1,
    "$select=nobody": 400.23,
    "$select=__system/nobody": 400.23,
    "$select=member/name": 400.24,
    "$select=size&$expand=*": 501.11,
    "$expand=member": 501.6,
    "$apply=groupby(size)": 501.1,
    "limit=5": 501.1,
    "$format=atom": 406.1,
}


def test_what_cannot_be_answered_has_its_code(as_bob: Client, send: Send, base: str) -> None:
    send()
    replies = {query: as_bob.get(f"{base}/Submissions?{query}") for query in REFUSED}
    assert {query: reply.json["code"] for query, reply in replies.items()} == REFUSED
    for query, reply in replies.items():
        assert reply.status_code == int(REFUSED[query])
        assert reply.headers["OData-Version"] == "4.0"
        assert "ETag" not in reply.headers


ODD_PLACES = (
    *(
        "",
        "/$metadata",
        "/Submissions",
        "/Submissions.member",
        "/Submissions('{sent}')",
        "/Submissions('{sent}')/member",
    ),
    *(
        "/Submissions('{sent}')/member('x')",
        "/Submissions(''",
        "/Submissions('a')('b')",
        "/('x')",
        "/Submissions//member",
    ),
    *("//", "/Submissions('%00')", "/Submissions('%FF')", "/Submissions.member('x')", "/$batch", "/Submissions/$count"),
    *("/%EE%80%80", "/Submissions('" + "a" * 5000 + "')"),
)
ODD_QUERIES = (
    *("$filter=%00", "$filter=__id eq '%FF'", "$filter=__id eq '%F0%9F%98%80'", "$top=%F0", "$top=１", "$select=,"),
    *("$skip=9007199254740992", "$top=9007199254740992&$skip=9007199254740992", "$select=__id,,size", "$orderby=,"),
    *("$skiptoken=01", "$skiptoken=" + "A" * 9000, "$search=%00", "$filter=ok eq ok eq ok", "$filter=null eq null"),
    *("$filter=year(null) eq 1", "$filter=year(year(now())) eq 1", "$filter=" + "a" * 5000, "$filter=true"),
    *(
        "$filter=-0 eq 0 and __id ne null",
        "$filter=start eq 2026-01-01",
        "$filter=__system/submitterId gt -9223372036854775808",
    ),
)


def test_no_question_is_ever_an_error_of_the_server(as_bob: Client, send: Send, base: str) -> None:
    sent = send(members=a_member("甲"))
    replies = {
        (place, query): as_bob.get(base + place.format(sent=sent) + "?" + query).status_code
        for place in ODD_PLACES
        for query in (ODD_QUERIES if place in ("/Submissions", "/Submissions.member") else ODD_QUERIES[:2])
    }
    assert {asked: status for asked, status in replies.items() if status >= 500 and status != 501} == {}


FORMATS = {
    "": (200, 200),
    "*/*": (200, 200),
    "application/json;odata.metadata=minimal;q=1.0, text/plain": (200, 406),
    "application/xml": (406, 200),
    "text/html, application/*;q=0.5": (200, 200),
    "application/json;q=0": (406, 406),
}


def test_a_format_the_client_excludes_is_406(as_bob: Client, phone: Client, base: str) -> None:
    def status(path: str, accept: str) -> int:
        return as_bob.get(base + path, headers={"Accept": accept}).status_code

    assert {one: (status("/Submissions", one), status("/$metadata", one)) for one in FORMATS} == FORMATS
    assert {one: status("", one) for one in FORMATS} == {one: both[0] for one, both in FORMATS.items()}


def test_older_versions_of_odata_are_not_spoken(as_bob: Client, phone: Client, base: str) -> None:
    assert as_bob.get(base, headers={"OData-MaxVersion": "3.0"}).json["code"] == 404.1
    assert as_bob.get(base, headers={"OData-MaxVersion": "4.01"}).status_code == 200


def test_metadata_complains_in_xml(as_bob: Client, as_chelsea: Client, phone: Client, base: str) -> None:
    refused = as_chelsea.get(base + "/$metadata")
    root = etree.fromstring(refused.data)
    assert (refused.status_code, root.tag, root.get("code")) == (403, "error", "403.1")
    assert root.find("message").text
    assert etree.fromstring(as_bob.get(base + "/$metadata?$format=json").data).get("code") == "406.1"


def test_nothing_changed_is_304_until_something_did(as_bob: Client, send: Send, base: str, project_id: int) -> None:
    sent = send()

    def ask(tag: str = "") -> Any:
        return as_bob.get(base + "/Submissions?$top=5", headers={"If-None-Match": tag} if tag else {})

    tag = ask().headers["ETag"]
    assert tag.startswith('W/"')
    for spelling in (tag, tag.removeprefix("W/")):
        assert (ask(spelling).status_code, ask(spelling).data) == (304, b"")
    assert as_bob.get(base + "/Submissions?$top=4", headers={"If-None-Match": tag}).status_code == 200
    as_bob.get(f"/projects/{project_id}/forms/census/submissions.csv")
    assert ask(tag).status_code == 304
    as_bob.patch(f"/projects/{project_id}/forms/census/submissions/{sent}", json={"reviewState": "approved"})
    assert ask(tag).status_code == 200


def test_an_edit_shows_its_newest_answers_under_the_first_id(
    as_bob: Client, send: Send, phone: Client, base: str, project_id: int
) -> None:
    first, second = send(size="1"), new_id()
    edit = a_census(instance_id=second, size="2").replace(
        b"<orx:instanceID>", f"<orx:deprecatedID>{first}</orx:deprecatedID><orx:instanceID>".encode()
    )
    assert phone.send(project_id, edit).status_code == 201
    (row,) = as_bob.get(base + "/Submissions").json["value"]
    assert (row["__id"], row["size"], row["meta"]["instanceID"]) == (first, 2, second)
    assert (row["__system"]["edits"], row["__system"]["reviewState"]) == (1, "edited")


def test_a_record_of_an_older_form_answers_by_path(
    as_bob: Client, send: Send, database: Database, base: str, project_id: int
) -> None:
    sent = send(size="1")
    with database.transaction() as db:
        a_form(db, project_id, "census", xml=a_census_form(version="2", extra="<income/>"))
    (row,) = as_bob.get(base + "/Submissions").json["value"]
    assert (row["__id"], row["size"], row["income"], row["__system"]["formVersion"]) == (sent, 1, None, "1")


def test_a_record_that_was_not_read_has_empty_fields_and_an_encrypted_one_says_so(
    as_bob: Client, send: Send, database: Database, base: str
) -> None:
    unread, sealed = send(size="1"), send(size="2")
    with database.transaction() as db:
        db.execute(update(SubmissionVersion).values(values_json=None))
        db.execute(update(SubmissionVersion).where(SubmissionVersion.instance_id == sealed).values(encrypted=True))
    second, first = as_bob.get(base + "/Submissions").json["value"]
    assert (first["__id"], first["size"], first["place"]["gps"]) == (unread, None, None)
    assert set(second) == {"__id", "__system"}
    assert second["__system"]["status"] == "missingEncryptedFormData"


def test_a_draft_has_a_service_of_its_own(
    as_bob: Client, send: Send, database: Database, base: str, project_id: int
) -> None:
    sent = send(size="1")
    draft = base.replace(".svc", "/draft.svc")
    assert as_bob.get(draft).json["code"] == 404.1
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        form.draft_version_id = form.current_version_id
    assert ids(as_bob.get(draft + "/Submissions")) == []
    with database.transaction() as db:
        for model in (Submission, SubmissionVersion):
            db.execute(update(model).values(draft=True))
    reply = as_bob.get(draft + "/Submissions?$top=1")
    assert (ids(reply), reply.json["@odata.context"]) == ([sent], f"{HOST}/v1{draft}/$metadata#Submissions")
    assert ids(as_bob.get(f"{draft}/Submissions('{sent}')")) == [sent]
    assert ids(as_bob.get(base + "/Submissions")) == []


@pytest.mark.parametrize("form_id", ["入户 走访/一", "a.b.svc", "it's (new)", "x/draft", "50%"])
def test_any_form_id_works_in_an_address(
    as_bob: Client, app: Flask, database: Database, project_id: int, form_id: str
) -> None:
    with database.transaction() as db:
        form = a_form(db, project_id, form_id, xml=a_census_form(form_id.replace("&", "&amp;")))
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    sent = [new_id(), new_id()]
    for one in sent:
        Client(app, key=token).send(project_id, a_census(form_id, instance_id=one, members=a_member("甲")))
    base = f"/projects/{project_id}/forms/{quote(form_id, safe='')}.svc"

    assert as_bob.get(base).json["@odata.context"] == f"{HOST}/v1{base}/$metadata"
    assert as_bob.get(base + "/$metadata").status_code == 200
    assert sorted(chain(*pages_of(as_bob, base + "/Submissions?$top=1"))) == sorted(sent)
    assert len(ids(as_bob.get(f"{base}/Submissions('{quote(sent[0])}')/member"))) == 1


def test_only_those_with_the_right_read(
    as_alice: Client, as_chelsea: Client, as_nobody: Client, phone: Client, base: str
) -> None:
    for path in ("", "/Submissions", "/Submissions.member", "/Submissions('x')"):
        assert as_alice.get(base + path).status_code in (200, 404)
        assert as_chelsea.get(base + path).json["code"] == 403.1
        assert as_nobody.get(base + path).json["code"] == 401.2
        assert phone.get(base + path).json["code"] == 403.1
        assert as_alice.get(f"/projects/999/forms/census.svc{path}").json["code"] == 404.1


@pytest.fixture
def care(database: Database, project_id: int, cast: dict[str, int], send: Send) -> dict[str, str]:
    """A care project with a record in each of two villages and one without; chelsea reviews the first village."""
    sent = {name: send(size="1", members=a_member(name)) for name in ("near", "far", "nowhere")}
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
        villages = [
            Village(project_id=project_id, code=f"51082310100{n}", name=f"村{n}", created_at=MORNING) for n in (1, 2)
        ]
        db.add_all(villages)
        db.flush()
        for name, village in zip(("near", "far"), villages, strict=False):
            where = Submission.instance_id == sent[name]
            db.execute(update(Submission).where(where).values(village_id=village.id))
        db.execute(update(Submission).where(Submission.instance_id == sent["nowhere"]).values(village_id=None))
        db.add(Assignment(actor_id=cast["chelsea"], role_id=REVIEWER, project_id=project_id))
        db.add(VillageScope(actor_id=cast["chelsea"], project_id=project_id, village_id=villages[0].id))
    return sent


def test_outside_ones_villages_nothing_exists(as_chelsea: Client, care: dict[str, str], base: str) -> None:
    for query in ("", "?$count=true", "?$filter=size ge 1", "?$filter=__id ne 'x' or size ge 0", "?$search=uuid"):
        assert ids(as_chelsea.get(base + "/Submissions" + query)) == [care["near"]]
    counted = as_chelsea.get(base + "/Submissions?$top=0&$count=true")
    assert counted.json["@odata.count"] == 1
    assert [one["name"] for one in as_chelsea.get(base + "/Submissions.member").json["value"]] == ["near"]
    for hidden in ("far", "nowhere"):
        assert as_chelsea.get(f"{base}/Submissions('{care[hidden]}')").json["code"] == 404.1
        assert as_chelsea.get(f"{base}/Submissions('{care[hidden]}')/member").json["code"] == 404.1
        token = a_token({"instanceId": care[hidden]})
        assert as_chelsea.get(f"{base}/Submissions?$skiptoken={token}").json["code"] == 400.34


def test_an_administrator_has_no_content_in_a_care_project(
    as_alice: Client, as_bob: Client, care: dict[str, str], base: str
) -> None:
    for path in ("", "/$metadata", "/Submissions"):
        assert as_alice.get(base + path).status_code == 403
    assert ids(as_bob.get(base + "/Submissions")) == []


def test_another_scope_is_another_etag(as_chelsea: Client, care: dict[str, str], base: str, database: Database) -> None:
    tag = as_chelsea.get(base + "/Submissions").headers["ETag"]
    with database.transaction() as db:
        db.execute(
            update(VillageScope).values(village_id=select(Village.id).where(Village.name == "村2").scalar_subquery())
        )
    reply = as_chelsea.get(base + "/Submissions", headers={"If-None-Match": tag})
    assert (reply.status_code, ids(reply)) == (200, [care["far"]])


def test_a_key_url_prefixes_the_links(
    app: Flask, database: Database, send: Send, cast: dict[str, int], base: str
) -> None:
    with database.transaction() as db:
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], cast["project"], name="表格")
        db.add(Assignment(actor_id=actor_id, role_id=PROJECT_MANAGER, project_id=cast["project"]))
    send()
    send()
    reply = Client(app, key=token).get(base + "/Submissions?$top=1")
    assert reply.json["@odata.context"].startswith(f"{HOST}/v1/key/{token}/projects/")
    assert reply.json["@odata.nextLink"].startswith(f"{HOST}/v1/key/{token}/projects/")


def many_records(database: Database, project_id: int, number: int) -> None:
    """Records put straight into the tables, each with two members and some text."""
    values = orjson.dumps(
        {"size": "5", "methods": "长" * 200, "member": [{"name": "甲", "age": "3"}, {"name": "乙", "age": "4"}]}
    ).decode()
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        first = (db.scalar(select(Submission.id).order_by(Submission.id.desc()).limit(1)) or 0) + 1
        common = {"form_id": form.id, "draft": False, "created_at": MORNING}
        db.execute(
            insert(Submission),
            [common | {"id": first + n, "project_id": project_id, "instance_id": f"uuid:{n}"} for n in range(number)],
        )
        version = {
            "form_version_id": form.current_version_id,
            "is_current": True,
            "encrypted": False,
            "xml": b"<data/>",
        }
        db.execute(
            insert(SubmissionVersion),
            [
                common | version | {"submission_id": first + n, "instance_id": f"uuid:{n}", "values_json": values}
                for n in range(number)
            ],
        )
    with database.transaction() as db:
        db.execute(text("ANALYZE"))  # what autovacuum does a minute later: without figures a join may be planned badly


def test_a_page_does_not_read_the_whole_table(
    as_bob: Client, phone: Client, base: str, database: Database, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_records(database, project_id, 3000)
    read = []
    made = queries.Record
    monkeypatch.setattr(queries, "Record", Counted(made, read))
    assert len(ids(as_bob.get(base + "/Submissions?$top=250&$count=true"))) == 250
    assert len(read) == 251
    read.clear()
    assert len(ids(as_bob.get(base + "/Submissions.member?$top=250"))) == 250
    assert len(read) == 126


class Counted:
    """A class that remembers how often it was called."""

    def __init__(self, made: type, calls: list[int]) -> None:
        self.made, self.calls = made, calls
        self.__dataclass_fields__ = made.__dataclass_fields__  # type: ignore[attr-defined]

    def __call__(self, *args: object) -> object:
        self.calls.append(1)
        return self.made(*args)


def test_a_long_feed_takes_no_more_memory_than_its_batches(
    as_bob: Client, phone: Client, base: str, database: Database, project_id: int
) -> None:
    many_records(database, project_id, 20_000)
    as_bob.get(base + "/Submissions?$top=1")
    tracemalloc.start()
    reply = as_bob.inner.get(f"/v1{base}/Submissions", headers=as_bob.headers, buffered=False)
    size = sum(len(piece) for piece in reply.iter_encoded())
    reply.close()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 20_000_000
    assert most < 6_000_000


def test_the_number_of_queries_does_not_grow_with_the_rows(
    as_bob: Client, send: Send, base: str, database: Database
) -> None:
    counted: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))

    def queries_of(path: str) -> int:
        counted.clear()
        assert as_bob.get(base + path).status_code == 200
        return len(counted)

    send(members=a_member("甲"))
    paths = ("/Submissions?$count=true", "/Submissions.member?$count=true", "/Submissions?$expand=*&$top=3")
    one = [queries_of(path) for path in paths]
    for _ in range(12):
        send(members=a_member("甲", "3", ("球",)) * 3)
    assert [queries_of(path) for path in paths] == one


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """The address of the app on a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_pyodk_reads_tables(
    live: str, send: Send, database: Database, cast: dict[str, int], project_id: int, tmp_path: Path
) -> None:
    from pyodk.client import Client as Pyodk

    sent = send(size="1", gps="30 104 5 1", members=a_member("甲", "3"))
    send(size="2")
    with database.transaction() as db:
        token, _ = open_session(db, cast["bob"], MORNING)
    (tmp_path / "config.toml").write_text(
        f'[central]\nbase_url = "{live}"\nusername = "bob@example.test"\npassword = "x"\ndefault_project_id = {project_id}\n'
    )
    (tmp_path / "cache.toml").write_text(f'token = "{token}"\n')
    with Pyodk(str(tmp_path / "config.toml"), str(tmp_path / "cache.toml")) as client:
        tables = client.submissions
        page = tables.get_table(form_id="census", top=1, count=True, wkt=True, filter="size eq 1", expand="*")
        assert page["@odata.count"] == 1
        (row,) = page["value"]
        assert (row["__id"], row["place"]["gps"]) == (sent, "POINT (104 30 5)")
        assert row["member"][0]["age"] == 3
        members = tables.get_table(form_id="census", table_name="Submissions.member", select="name,age")
        assert members["value"] == [{"name": "甲", "age": 3}]
