"""Excel and Power BI read a form and an entity list whole: one password, every page, nothing that was not announced."""

from typing import Any

import pytest
import requests
from argon2 import PasswordHasher

from server.access import passwords
from server.db import Database
from tests.client import Client
from tests.conftest import PASSWORD
from tests.making import a_dataset
from tests.server.reports.census import Send
from tests.server.reports.samples import a_member
from tests.walks.strict_odata import Feed

BOB = ("bob@example.test", PASSWORD)


def reader(base: str) -> Feed:
    return Feed(requests.Session(), base, BOB)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each password that was hashed to be compared."""
    seen: list[str] = []
    inner: PasswordHasher = passwords.HASHER

    class Counting:
        def verify(self, *given: Any, **how: Any) -> bool:
            seen.append("one")
            return inner.verify(*given, **how)

        def __getattr__(self, name: str) -> Any:
            return getattr(inner, name)

    monkeypatch.setattr(passwords, "HASHER", Counting())
    return seen


def test_every_table_of_a_form_is_read_with_one_hash_of_the_password(
    tls_address: str, send: Send, project_id: int, hashes: list[str], as_bob: Client
) -> None:
    sent = [
        send(
            start="2026-03-01T08:00:00.000+08",
            visited_on="2026-03-01",
            size=str(number),
            weight="3.50",
            ok="true" if number % 2 else "false",
            methods="iud pill",
            gps="30.5 104.5 500 4",
            path="30 104 0 0;31 105 0 0",
            field="30 104 0 0;31 105 0 0;32 104 0 0;30 104 0 0",
            note="=1+1",
            members=a_member("甲", "3", ("车", "球")) + a_member("乙", "x"),
        )
        for number in range(5)
    ]
    sent.append(send(size="1e400", weight="NaN", ok="maybe", visited_on="昨天", start="x", gps="95 400 0 0"))
    as_bob.patch(f"/projects/{project_id}/forms/census/submissions/{sent[0]}", json={"reviewState": "approved"})

    feed = reader(f"{tls_address}/v1/projects/{project_id}/forms/census.svc")
    tables = feed.read_all()

    assert {name: len(rows) for name, rows in tables.items()} == {
        "Submissions": 6,
        "Submissions.member": 10,
        "Submissions.member.toy": 10,
    }
    assert [row["__id"] for row in tables["Submissions"]] == sent[::-1]
    members = {row["__id"]: row["__Submissions-id"] for row in tables["Submissions.member"]}
    assert set(members.values()) == set(sent[:5])
    assert {row["__Submissions-member-id"] for row in tables["Submissions.member.toy"]} <= set(members)
    assert len(feed.asked) == 3 + 3 + 5 + 5, "a page of two rows each"
    assert hashes == ["one"]


def test_an_entity_list_is_read_like_a_forms_table(
    tls_address: str, database: Database, project_id: int, as_bob: Client, hashes: list[str]
) -> None:
    with database.transaction() as db:
        a_dataset(db, project_id, "homes", ["size", "备注", "其他"])
    path = f"/projects/{project_id}/datasets/homes/entities"
    for number in range(5):
        as_bob.post(path, json={"label": f"户 {number}", "data": {"size": str(number), "其他": "x"}})
    kept = as_bob.get(path).json
    as_bob.patch(f"{path}/{kept[0]['uuid']}?force=true", json={"label": "新"})

    tables = reader(f"{tls_address}/v1/projects/{project_id}/datasets/homes.svc").read_all()

    assert [row["__id"] for row in tables["Entities"]] == [one["uuid"] for one in kept]
    assert tables["Entities"][0]["__system"]["version"] == 2
    assert {row["___2"] for row in tables["Entities"]} == {"x"}
    assert hashes == ["one"]


def test_a_wrong_password_is_asked_for_again(tls_address: str, send: Send, project_id: int) -> None:
    base = f"{tls_address}/v1/projects/{project_id}/forms/census.svc"
    wrong = requests.get(base, auth=(BOB[0], "guess"), timeout=60)
    assert (wrong.status_code, wrong.headers["WWW-Authenticate"][:6]) == (401, "Basic ")


def test_what_power_query_folds_into_the_question_is_answered(tls_address: str, send: Send, project_id: int) -> None:
    sent = [send(size=str(number)) for number in range(3)]
    base = f"{tls_address}/v1/projects/{project_id}/forms/census.svc"

    def ask(query: str) -> Any:
        reply = requests.get(f"{base}/Submissions?{query}", auth=BOB, timeout=60)
        assert reply.status_code == 200, reply.text
        return reply.json()["value"]

    since = "__system/submissionDate ge 2026-03-02T01:00:02Z"
    assert [row["__id"] for row in ask(f"$filter={since}&$select=__id,size&$top=1000")] == sent[:0:-1]
    assert ask("$filter=size eq 1 and __system/reviewState eq null&$select=size") == [{"size": 1}]
    assert [row["size"] for row in ask("$orderby=__system/submissionDate&$skip=1&$top=1")] == [1]
