"""Which rows a question gets, by HTTP: pages, tokens, order, filters, search, what is deleted (odk-contract.md 7.4)."""

from urllib.parse import quote

import pytest

from tests.client import Client
from tests.conftest import Counting
from tests.server.reports.census import Send
from tests.server.reports.reading import HOST, a_token, ids, pages_of
from tests.server.reports.samples import a_member


def test_pages_meet_every_row_once_and_count_ignores_them(as_bob: Client, send: Send, feed: str) -> None:
    sent = [send(members=a_member("甲") + a_member("乙") + a_member("丙")) for _ in range(5)][::-1]
    assert pages_of(as_bob, feed + "/Submissions?$top=2") == [sent[:2], sent[2:4], sent[4:]]
    assert pages_of(as_bob, feed + "/Submissions?$top=5") == [sent]
    assert pages_of(as_bob, feed + "/Submissions?$top=3&$skip=1") == [sent[1:4], sent[4:]]
    assert pages_of(as_bob, feed + "/Submissions?$skip=3") == [sent[3:]]

    members = ids(as_bob.get(feed + "/Submissions.member"))
    assert len(set(members)) == 15
    pages = pages_of(as_bob, feed + "/Submissions.member?$top=4")
    assert [len(page) for page in pages] == [4, 4, 4, 3]
    assert [one for page in pages for one in page] == members
    assert pages_of(as_bob, feed + "/Submissions.member?$top=9&$skip=2") == [members[2:11], members[11:]]

    for table, total in (("Submissions", 5), ("Submissions.member", 15)):
        reply = as_bob.get(f"{feed}/{table}?$top=0&$count=true")
        assert (reply.json["value"], reply.json["@odata.count"]) == ([], total)
        first = as_bob.get(f"{feed}/{table}?$top=1&$count=True")
        link = first.json["@odata.nextLink"].removeprefix(f"{HOST}/v1")
        assert as_bob.get(link).json["@odata.count"] == total


@pytest.mark.parametrize("first, asked", [(1, 2), (2, 2), (3, 1), (100, 1)])
def test_a_page_of_a_repeat_is_the_same_by_one_question_after_records_or_by_two(
    as_bob: Client,
    send: Send,
    feed: str,
    monkeypatch: pytest.MonkeyPatch,
    count_queries: Counting,
    first: int,
    asked: int,
) -> None:
    for name in "甲乙丙丁戊":
        send(members=a_member(name) + a_member(name + "二"))
    members = ids(as_bob.get(feed + "/Submissions.member"))
    monkeypatch.setattr("server.reports.records.FIRST_BATCH", first)
    with count_queries() as statements:
        assert ids(as_bob.get(feed + "/Submissions.member?$top=4")) == members[:4]
    assert len([one for one in statements if "submission_version.values_json" in one]) == asked
    assert pages_of(as_bob, feed + "/Submissions.member?$top=3&$skip=1") == [members[1:4], members[4:7], members[7:]]


def test_a_page_goes_on_where_the_last_one_ended_whatever_came_or_went(
    as_bob: Client, send: Send, feed: str, project_id: int
) -> None:
    sent = [send() for _ in range(4)][::-1]
    link = as_bob.get(feed + "/Submissions?$top=2").json["@odata.nextLink"].removeprefix(f"{HOST}/v1")
    send()
    as_bob.delete(f"/projects/{project_id}/forms/census/submissions/{sent[1]}")
    assert ids(as_bob.get(link)) == sent[2:]


def test_a_token_may_name_a_repeats_row_alone(as_bob: Client, send: Send, feed: str) -> None:
    send(members=a_member("甲") + a_member("乙"))
    first, second = ids(as_bob.get(feed + "/Submissions.member"))
    assert ids(as_bob.get(f"{feed}/Submissions.member?$skiptoken={a_token({'repeatId': first})}")) == [second]


LOST = (
    ("Submissions", "01%21%21", 400.35),
    ("Submissions", "garbage", 400.35),
    ("Submissions", a_token([]), 400.35),
    ("Submissions", a_token({"instanceId": 5}), 400.35),
    ("Submissions", a_token({"instanceId": "a\x00b"}), 400.35),
    ("Submissions", a_token({"instanceId": "uuid:gone"}), 400.34),
    ("Submissions.member", a_token({"repeatId": "gone"}), 400.34),
)


def test_a_token_that_leads_nowhere_is_said(as_bob: Client, send: Send, feed: str) -> None:
    send(members=a_member("甲"))
    for table, token, code in LOST:
        for top in ("", "&$top=0"):
            assert as_bob.get(f"{feed}/{table}?$skiptoken={token}{top}").json["code"] == code, token


def test_an_order_of_ones_own_pages_by_skip(as_bob: Client, send: Send, feed: str, project_id: int) -> None:
    sent = [send() for _ in range(3)]
    as_bob.patch(f"/projects/{project_id}/forms/census/submissions/{sent[1]}", json={"reviewState": "approved"})
    order = "$orderby=__system/reviewState desc,__system/submissionDate asc"
    assert ids(as_bob.get(f"{feed}/Submissions?{order}")) == [sent[1], sent[0], sent[2]]
    assert pages_of(as_bob, f"{feed}/Submissions?$top=2&{order}") == [[sent[1], sent[0]], [sent[2]]]
    assert ids(as_bob.get(f"{feed}/Submissions?$orderby=__system/submissionDate")) == sent
    assert ids(as_bob.get(f"{feed}/Submissions?$orderby=__system/submitterId")) == sent, "in the order of coming"
    assert ids(as_bob.get(f"{feed}/Submissions?$orderby=__system/submitterId desc")) == sent[::-1]


def test_filters_reach_the_records_and_the_answers(as_bob: Client, send: Send, feed: str, project_id: int) -> None:
    one = send(size="1", members=a_member("甲", "30"))
    two = send(size="2", gps="30 104 0 0", members=a_member("乙", "5") + a_member("丙", "50"))
    as_bob.patch(f"/projects/{project_id}/forms/census/submissions/{one}", json={"reviewState": "approved"})

    def found(text: str, table: str = "Submissions") -> list[str]:
        return ids(as_bob.get(f"{feed}/{table}?$filter={quote(text)}&$count=true"))

    assert found("size ge 2") == [two]
    assert found("__system/reviewState eq 'approved' and size lt 2") == [one]
    assert found("__system/reviewState eq 'approved' or place/gps ne null") == [two, one]
    assert found("__system/submissionDate gt 2026-03-02T01:00:01.500Z") == [two]
    assert len(found("age ge 30", "Submissions.member")) == 2
    assert len(found("$root/Submissions/__system/reviewState eq 'approved'", "Submissions.member")) == 1
    assert len(found("$root/Submissions/size eq 2 and age lt 10", "Submissions.member")) == 1
    member = found("age eq 5", "Submissions.member")[0]
    assert found(f"__id eq '{member}'", "Submissions.member") == [member]
    reply = as_bob.get(f"{feed}/Submissions?$filter=size ge 1&$top=1&$count=true")
    assert (len(reply.json["value"]), reply.json["@odata.count"]) == (1, 2)
    assert pages_of(as_bob, f"{feed}/Submissions?$filter=size ge 1&$top=1") == [[two], [one]]


def test_search_looks_through_all_answers(as_bob: Client, send: Send, feed: str) -> None:
    wang, li = send(note="王家 Pump"), send(members=a_member("李四"))
    assert ids(as_bob.get(feed + "/Submissions?$search=王家 pump")) == [wang]
    assert ids(as_bob.get(feed + "/Submissions?$search=李四")) == [li]
    assert ids(as_bob.get(feed + "/Submissions?$search=nobody")) == []


def test_deleted_records_are_hidden_unless_asked_for(as_bob: Client, send: Send, feed: str, project_id: int) -> None:
    gone, stays = send(members=a_member("甲")), send()
    as_bob.delete(f"/projects/{project_id}/forms/census/submissions/{gone}")
    assert ids(as_bob.get(feed + "/Submissions")) == [stays]
    assert ids(as_bob.get(feed + "/Submissions.member")) == []
    assert as_bob.get(f"{feed}/Submissions('{gone}')").json["code"] == 404.1
    assert ids(as_bob.get(feed + "/Submissions?$filter=__system/deletedAt ne null")) == [gone]
