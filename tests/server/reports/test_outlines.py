"""What a page costs of a table whose rows only Python can count, and that it never tells what is no longer so."""

import pytest
from sqlalchemy import update

from server.access.allow import Scope
from server.db import Database
from server.models import Submission
from server.reports import odata, outlines
from server.reports.outlines import Outlines, Start, draw_outline
from server.reports.queries import read_state
from server.reports.records import Narrowed, Source
from tests.client import Client
from tests.conftest import Listen
from tests.server.reports.census import Send
from tests.server.reports.reading import HOST, ids
from tests.server.reports.samples import a_census, a_member

TWO = a_member("甲", "3", ("球", "车")) + a_member("乙", "4")


def test_a_start_is_kept_about_every_thousand_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "EACH", 3)
    drawn = draw_outline([(9, 2), (8, 2), (7, 0), (6, 9), (5, 1)])
    assert drawn == (14, (Start(4, 7), Start(13, 5)))
    assert [drawn.before(row) for row in (0, 3, 4, 12, 13, 99)] == [None, None, *[Start(4, 7)] * 2, *[Start(13, 5)] * 2]


def test_only_the_last_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "KEPT", 2)
    known, drawn = Outlines(), list[str]()
    for key in ("a", "b", "a", "c", "a", "b"):
        known.get(key, lambda key=key: drawn.append(key) or draw_outline([]))  # type: ignore[misc]
    assert drawn == ["a", "b", "c", "b"]


def test_the_second_page_with_a_count_reads_the_page(as_bob: Client, send: Send, feed: str, listen: Listen) -> None:
    asked: list[str] = []
    listen("before_cursor_execute", lambda *args: asked.append(args[2]))
    for _ in range(3):
        send(members=TWO)

    def readings_of(path: str) -> int:
        asked.clear()
        assert as_bob.get(feed + path).json["@odata.count"] == 6
        return len([one for one in asked if "values_json" in one])

    page = "/Submissions.member?$top=2&$count=true"
    assert [readings_of(page) for _ in range(3)] == [2, 1, 1]
    link = as_bob.get(feed + page).json["@odata.nextLink"].removeprefix(f"{HOST}/v1{feed}")
    assert readings_of(link) == 1
    assert readings_of("/Submissions.member?$top=2&$count=true&$skip=2") == 1


def count_of(client: Client, address: str) -> int:
    """The count, which is as many rows as there are."""
    reply = client.get(f"{address}{'&' if '?' in address else '?'}$count=true").json
    assert reply["@odata.count"] == len(reply["value"])
    return int(reply["@odata.count"])


def test_a_count_is_never_an_old_one(
    as_bob: Client, census_phone: Client, send: Send, feed: str, records: str, database: Database, project_id: int
) -> None:
    first, second = send(members=TWO), send(members=TWO)
    table, toys = feed + "/Submissions.member", feed + "/Submissions.member.toy"
    assert (count_of(as_bob, table), count_of(as_bob, toys)) == (4, 4)
    send(members=a_member("丙"))
    assert (count_of(as_bob, table), count_of(as_bob, toys)) == (5, 4)
    edited = a_census(members=a_member("丁", toys=("球",)) * 3).replace(
        b"</orx:meta>", f"<orx:deprecatedID>{first}</orx:deprecatedID></orx:meta>".encode()
    )
    assert census_phone.send(project_id, edited).status_code == 201
    assert (count_of(as_bob, table), count_of(as_bob, toys)) == (6, 5)
    assert as_bob.delete(f"{records}/{second}").status_code == 200
    assert (count_of(as_bob, table), count_of(as_bob, toys)) == (4, 3)
    assert as_bob.post(f"{records}/{second}/restore").status_code == 200
    assert count_of(as_bob, table) == 6
    with database.transaction() as db:  # without an act, as where an act is seen later than another one
        db.execute(update(Submission).where(Submission.instance_id == second).values(sealed=True))
    assert count_of(as_bob, table) == 4


def test_each_filter_and_each_table_has_its_own_count(as_bob: Client, send: Send, feed: str, records: str) -> None:
    first = send(members=TWO, size="1")
    send(members=TWO + TWO, size="2")
    as_bob.patch(f"{records}/{first}", json={"reviewState": "approved"})
    table = feed + "/Submissions.member"
    asked = {
        "": 6,
        "?$filter=age eq 3": 3,
        "?$filter=age eq 4 and $root/Submissions/size eq 2": 2,
        "?$filter=$root/Submissions/__system/reviewState eq 'approved'": 2,
        "?$filter=$root/Submissions/__system/reviewState eq null": 4,
        "?$search=甲": 6,
        "?$search=丙": 0,
    }
    for _ in range(2):
        assert {path: count_of(as_bob, table + path) for path in asked} == asked
        assert count_of(as_bob, table + ".toy") == 6
        assert count_of(as_bob, feed + "/Submissions?$filter=size eq 2") == 1


def test_a_page_far_behind_is_begun_near_it(
    as_bob: Client, send: Send, feed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (odata, outlines):
        monkeypatch.setattr(module, "EACH", 3)
    for number in range(9):
        send(members=TWO if number % 3 else a_member("丙", "4"), size=str(number % 2))
    begun: list[int] = []
    monkeypatch.setattr(
        odata, "get_position", lambda db, one, ask=odata.get_position: (begun.append(one), ask(db, one))[1]
    )
    conditions = ("", "$filter=age eq 4", "$search=4", "$filter=$root/Submissions/size eq 1", "$filter=age ne null")
    tables = (
        *(f"/Submissions.member?{one}" for one in conditions),
        "/Submissions.member.toy?",
        "/Submissions?$filter=size lt 9",
    )
    for table in tables:
        whole = ids(as_bob.get(feed + table))
        for skip in range(len(whole) + 2):
            assert ids(as_bob.get(f"{feed}{table}&$skip={skip}&$top=2")) == whole[skip : skip + 2], (table, skip)
    assert len(begun) > 30
    ordered = "/Submissions.member?$orderby=$root/Submissions/__system/submissionDate"
    whole = ids(as_bob.get(feed + ordered))
    assert ids(as_bob.get(f"{feed}{ordered}&$skip=7")) == whole[7:]


def test_what_is_known_of_one_scope_is_not_of_another(database: Database, send: Send, project_id: int) -> None:
    send(members=TWO)
    with database.reading() as db:
        scopes = (Scope(project_id, everything=True), Scope(project_id, everything=True, health=True))
        form_id = db.query(Submission.form_id).scalar()
        assert len({read_state(db, Source(form_id, scope), Narrowed()) for scope in scopes}) == 2
