"""What ruODK sends, request by request, and what it takes out of each answer (its release of September 2025).

R is not here: each row below is a request of one of its functions with the headers that it sends, over https with Basic.
"""

import io
import zipfile
from typing import Any
from urllib.parse import quote

import pytest
import requests
from lxml import etree

from server.db import Database
from tests.conftest import PASSWORD
from tests.csdl import EDM
from tests.making import a_dataset, an_xform
from tests.server.reports.census import Send
from tests.server.reports.samples import a_member

JSON = {"Accept": "application/json"}
XML = {"Accept": "application/xml"}
EXTENDED = {"X-Extended-Metadata": "true"}
KEY = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


class Ruodk:
    """One R session: `ru_setup` gave it the address and the password."""

    def __init__(self, address: str, person: str, project_id: int) -> None:
        self.session = requests.Session()
        self.session.auth = (person, PASSWORD)
        self.address = f"{address}/v1"
        self.project = f"{self.address}/projects/{project_id}"

    def ask(self, method: str, path: str, headers: dict[str, str], **how: Any) -> requests.Response:
        address = path if path.startswith("https:") else f"{self.project}{path}"
        reply = self.session.request(method, address, headers=headers, timeout=60, allow_redirects=False, **how)
        assert reply.status_code == 200, (method, address, reply.text)
        return reply

    def json(self, path: str, headers: dict[str, str] = JSON, **query: str) -> Any:
        return self.ask("GET", path, headers, params=query).json()


@pytest.fixture
def bob(tls_address: str, project_id: int, cast: dict[str, int]) -> Ruodk:
    return Ruodk(tls_address, "bob@example.test", project_id)


def test_projects_people_and_the_audit(tls_address: str, project_id: int, bob: Ruodk) -> None:
    alice = Ruodk(tls_address, "alice@example.test", project_id)
    for path in ("projects", "projects/"):
        (listed,) = alice.json(f"{alice.address}/{path}", XML | EXTENDED)
        assert {"id", "name", "archived", "forms", "appUsers", "lastSubmission", "createdAt"} <= listed.keys()
    assert bob.json("", JSON | EXTENDED)["id"] == project_id
    assert {one["email"] for one in alice.json(f"{alice.address}/users", JSON, q="")} >= {"bob@example.test"}
    rows = alice.json(f"{alice.address}/audits", JSON, action="user", limit="2", offset="0")
    assert rows and all({"actorId", "action", "acteeId", "details", "loggedAt"} <= row.keys() for row in rows)


def test_a_form_with_its_fields_as_the_tables_name_them(bob: Ruodk, send: Send) -> None:
    (listed,) = bob.json("/forms", JSON | EXTENDED)
    assert {"xmlFormId", "submissions", "reviewStates", "lastSubmission"} <= listed.keys()
    assert bob.json("/forms/census", JSON | EXTENDED)["xmlFormId"] == "census"
    assert etree.fromstring(bob.ask("GET", "/forms/census.xml", XML).content) is not None
    plain = bob.json("/forms/census/fields", JSON, flatten="FALSE", odata="FALSE")
    named = bob.json("/forms/census/fields", JSON, flatten="FALSE", odata="TRUE")
    assert [one["name"] for one in plain][-5:] == ["备注", "其他", "meta", "audit", "instanceID"]
    assert [one["name"] for one in named][-5:] == ["__", "___2", "meta", "audit", "instanceID"]
    assert len({one["path"] for one in named}) == len(named)
    metadata = etree.fromstring(bob.ask("GET", "/forms/census.svc/$metadata", XML).content)
    declared = {
        one.get("Name") for one in metadata.iter(EDM + "Property", EDM + "NavigationProperty", EDM + "ComplexType")
    }
    assert {one["name"] for one in named} <= declared
    assert bob.json("/forms/census/versions")[0]["version"] == "1"


def test_submissions_one_by_one(bob: Ruodk, send: Send) -> None:
    sent = send(size="3")
    (listed,) = bob.json("/forms/census/submissions", JSON | EXTENDED)
    assert (listed["instanceId"], listed["submitter"]["type"]) == (sent, "field_key")
    assert bob.json(f"/forms/census/submissions/{sent}", JSON | EXTENDED)["instanceId"] == sent
    xml = bob.ask("GET", f"/forms/census/submissions/{sent}.xml", {}).content
    assert etree.fromstring(xml).findtext("size") == "3"
    assert [one["action"] for one in bob.json(f"/forms/census/submissions/{sent}/audits", {})] == ["submission.create"]
    assert bob.json(f"/forms/census/submissions/{sent}/attachments") == []
    assert bob.json("/forms/census/submissions/keys", {}) == []


def test_a_photo_is_downloaded_by_the_address_that_it_makes(bob: Ruodk, send: Send) -> None:
    sent = send({"audit.csv": b"event,node\n"}, audit="audit.csv")
    assert bob.json(f"/forms/census/submissions/{sent}/attachments") == [{"name": "audit.csv", "exists": True}]
    assert bob.ask("GET", f"/forms/census/submissions/{sent}/attachments/audit.csv", {}).content == b"event,node\n"


def test_submissions_as_tables(bob: Ruodk, send: Send) -> None:
    send(size="1", gps="30.5 104.5 500 4", members=a_member("甲", "3", ("车",)))
    sent = send(size="2", path="30 104 0 0;31 105 0 0")
    service = bob.json("/forms/census.svc")
    assert [one["url"] for one in service["value"]] == ["Submissions", "Submissions.member", "Submissions.member.toy"]

    def table(name: str, **query: str) -> Any:
        asked = {"$count": "false", "$wkt": "false"} | {f"${option}": text for option, text in query.items()}
        return bob.json(f"/forms/census.svc/{name}", JSON, **asked)["value"]

    newest, oldest = table("Submissions", expand="*")
    assert oldest["place"]["gps"]["coordinates"] == [104.5, 30.5, 500.0]
    assert oldest["member"][0]["name"] == "甲"
    assert table("Submissions", skip="1", top="1", wkt="true")[0]["place"]["gps"] == "POINT (104.5 30.5 500)"
    assert [row["__id"] for row in table("Submissions", filter="__system/submissionDate ge 2026-03-02T01:00:02Z")] == [
        sent
    ]
    assert newest["place"]["path"]["type"] == "LineString"
    assert [row["name"] for row in table("Submissions.member")] == ["甲"]


@pytest.mark.parametrize("query", [{"deletedFields": "false"}, {"attachments": "false", "deletedFields": "true"}])
def test_an_archive_is_asked_for_by_post_with_passphrases_in_the_body(
    bob: Ruodk, send: Send, query: dict[str, str]
) -> None:
    send({"audit.csv": b"event,node\n"}, size="1", audit="audit.csv", members=a_member("甲"))
    reply = bob.ask("POST", "/forms/census/submissions.csv.zip", {}, params=query, json={"1": "passphrase"})
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        names = set(archive.namelist())
    assert {"census.csv", "census-member.csv"} <= names
    assert "census - audit.csv" in names, "asked for without media too: it is a table"
    root = bob.ask("POST", "/forms/census/submissions.csv", {}, params={"deletedFields": "false"}).text
    assert root.startswith("SubmissionDate,")


@pytest.mark.parametrize("name", ["trees", "村民"])
def test_an_entity_list_is_filled_changed_and_read(bob: Ruodk, database: Database, project_id: int, name: str) -> None:
    with database.transaction() as db:
        a_dataset(db, project_id, name, ["species", "girth"])
    one_list = f"/datasets/{quote(name)}"
    assert name in {one["name"] for one in bob.json("/datasets", JSON | EXTENDED)}
    assert {one["name"] for one in bob.json(one_list, JSON | EXTENDED)["properties"]} == {"species", "girth"}
    notes = JSON | {"X-Action-Notes": ""}
    made = bob.ask(
        "POST", f"{one_list}/entities/", notes, json={"uuid": KEY, "label": "柏", "data": {"species": "Cypress"}}
    )
    assert made.json()["uuid"] == KEY
    many = {"entities": [{"label": str(n), "data": {"girth": "3"}} for n in range(2)], "source": {"name": "R"}}
    assert bob.ask("POST", f"{one_list}/entities/", notes, json=many).json() == {"success": True}
    assert len(bob.json(f"{one_list}/entities")) == 3

    one = f"{one_list}/entities/{KEY}"
    changed = {"label": "柏树", "data": {"girth": "40"}}
    assert (
        bob.ask("PATCH", f"{one}?force=true&resolve=false", JSON, json=changed).json()["currentVersion"]["version"] == 2
    )
    query = "force=false&resolve=false&baseVersion=2"
    assert bob.ask("PATCH", f"{one}?{query}", JSON, json=changed).json()["currentVersion"]["version"] == 3
    assert bob.json(one)["currentVersion"]["data"] == {"species": "Cypress", "girth": "40"}
    assert len(bob.json(f"{one}/versions", JSON | EXTENDED, relevantToConflict="False")) == 3

    file = bob.ask("GET", f"{one_list}/entities.csv", {"Accept": "text/csv; charset=utf-8"})
    assert file.text.startswith("__id,label,species,girth,__createdAt,")
    again = bob.session.get(file.url, headers={"If-None-Match": file.headers["ETag"]}, timeout=60)
    assert again.status_code == 304
    twice = quote("__system/createdAt le 2030-01-01", safe="")
    assert bob.ask("GET", f"{one_list}/entities.csv", {}, params={"$filter": twice}).text == file.text

    assert [one["name"] for one in bob.json(f"{one_list}.svc")["value"]] == ["Entities"]
    metadata = etree.fromstring(bob.ask("GET", f"{one_list}.svc/$metadata", XML).content)
    assert {one.get("Name") for one in metadata.iter(EDM + "PropertyRef")} == {"__id"}
    rows = bob.json(f"{one_list}.svc/Entities")["value"]
    assert {row["__id"]: row["__system"]["version"] for row in rows}[KEY] == 3
    assert bob.ask("DELETE", one, JSON).json() == {"success": True}
    assert [row["uuid"] for row in bob.json(f"{one_list}/entities?deleted=true")] == [KEY]


def test_a_project_is_made_at_the_address_with_a_slash_at_its_end(
    tls_address: str, project_id: int, bob: Ruodk
) -> None:
    alice = Ruodk(tls_address, "alice@example.test", project_id)
    made = alice.ask("POST", f"{alice.address}/projects/", JSON, json={"name": "上游镇"}).json()
    assert (made["name"], made["archived"]) == ("上游镇", False)
    assert made["id"] in {one["id"] for one in alice.json(f"{alice.address}/projects")}


def test_the_audit_is_asked_by_days(tls_address: str, project_id: int, bob: Ruodk, send: Send) -> None:
    sent = send(size="1")
    alice = Ruodk(tls_address, "alice@example.test", project_id)
    (row,) = alice.json(f"{alice.address}/audits", JSON | EXTENDED, action="submission", start="2026-03-02")
    assert (row["action"], row["details"]["instanceId"], row["actor"]["type"]) == (
        "submission.create",
        sent,
        "field_key",
    )
    assert alice.json(f"{alice.address}/audits", JSON, action="submission", end="2026-03-02") == []


def test_a_draft_is_read_where_nothing_is_published_yet(bob: Ruodk) -> None:
    xml = XML | {"Content-Type": "application/xml"}
    bob.ask("POST", "/forms", xml, params={"publish": "false"}, data=an_xform("wells"))
    draft = "/forms/wells/draft"
    assert bob.json(draft, JSON | EXTENDED)["publishedAt"] is None
    assert bob.ask("GET", f"{draft}.xml", XML).content == an_xform("wells")
    fields = bob.json(f"{draft}/fields", JSON, flatten="FALSE", odata="FALSE")
    assert "/member/age" in {one["path"] for one in fields}
    assert bob.json("/forms/wells/fields", JSON, flatten="FALSE", odata="FALSE") == fields
    assert bob.json(f"{draft}/attachments") == []


def test_a_version_without_a_name_is_three_underscores(bob: Ruodk) -> None:
    xml = XML | {"Content-Type": "application/xml"}
    bob.ask("POST", "/forms", xml, params={"publish": "true"}, data=an_xform("wells", version=""))
    (listed,) = bob.json("/forms/wells/versions", JSON | EXTENDED)
    assert listed["version"] == ""
    one = "/forms/wells/versions/___"
    assert bob.json(one)["hash"] == listed["hash"]
    assert bob.ask("GET", f"{one}.xml", XML).content == an_xform("wells", version="")
    assert bob.json(f"{one}/fields") == bob.json("/forms/wells/fields")
    assert bob.json(f"{one}/attachments") == []


@pytest.mark.parametrize("name", ["trees", "村民"])
def test_a_list_asks_for_approval_and_tells_what_became_of_an_entity(
    bob: Ruodk, database: Database, project_id: int, name: str
) -> None:
    with database.transaction() as db:
        a_dataset(db, project_id, name, ["species"])
    one_list = f"/datasets/{quote(name, safe='')}"
    for wanted in (True, False):
        told = bob.ask("PATCH", one_list, JSON, json={"approvalRequired": wanted}).json()
        assert (told["name"], told["approvalRequired"]) == (name, wanted)
        assert bob.json(one_list)["approvalRequired"] is wanted
    one = f"{one_list}/entities/{KEY}"
    bob.ask("POST", f"{one_list}/entities", JSON, json={"uuid": KEY, "label": "柏", "data": {"species": "Cypress"}})
    bob.ask("PATCH", f"{one}?force=true", JSON, json={"data": {"species": "Cedar"}})
    changes = bob.json(f"{one}/diffs", JSON | EXTENDED)
    assert changes == [[{"old": "Cypress", "new": "Cedar", "propertyName": "species"}]]
    acts = bob.json(f"{one}/audits", JSON | EXTENDED)
    assert [act["action"] for act in acts] == ["entity.update.version", "entity.create"]
