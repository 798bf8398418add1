"""What feeds and exports cost: rows read, queries, memory."""

import tracemalloc

import orjson
import pytest
from sqlalchemy import insert, select, text

from server.access.allow import Scope
from server.db import Database
from server.models import Form, Submission, SubmissionVersion
from server.reports import queries
from server.reports.csv_zip import has_files
from server.reports.records import Narrowed, Source
from tests.client import Client
from tests.conftest import MORNING, Listen
from tests.plans import plan_of
from tests.server.reports.census import Send
from tests.server.reports.reading import ids
from tests.server.reports.samples import a_member
from tests.sizes import size


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
    as_bob: Client,
    census_phone: Client,
    feed: str,
    database: Database,
    project_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many_records(database, project_id, 3000)
    read = []
    made = queries.Record
    monkeypatch.setattr(queries, "Record", Counted(made, read))
    assert len(ids(as_bob.get(feed + "/Submissions?$top=250&$count=true"))) == 250
    assert len(read) == 251
    read.clear()
    assert len(ids(as_bob.get(feed + "/Submissions.member?$top=250"))) == 250
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
    as_bob: Client, census_phone: Client, feed: str, database: Database, project_id: int
) -> None:
    rows = size("feed_rows")
    many_records(database, project_id, rows)
    as_bob.get(feed + "/Submissions?$top=1")
    tracemalloc.start()
    reply = as_bob.inner.get(f"/v1{feed}/Submissions", headers=as_bob.headers, buffered=False)
    length = sum(len(piece) for piece in reply.iter_encoded())
    reply.close()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length > 1_000 * rows
    assert most < 6_000_000


def test_the_number_of_queries_does_not_grow_with_the_rows(
    as_bob: Client, send: Send, feed: str, listen: Listen
) -> None:
    counted: list[str] = []
    listen("before_cursor_execute", lambda *args: counted.append(args[2]))

    def queries_of(path: str) -> int:
        counted.clear()
        assert as_bob.get(feed + path).status_code == 200
        return len(counted)

    send(members=a_member("甲"))
    paths = ("/Submissions?$count=true", "/Submissions.member?$count=true", "/Submissions?$expand=*&$top=3")
    one = [queries_of(path) for path in paths]
    for _ in range(12):
        send(members=a_member("甲", "3", ("球",)) * 3)
    assert [queries_of(path) for path in paths] == one


@pytest.mark.parametrize("file", [".csv.zip?attachments=false", ".geojson"])
def test_an_export_takes_no_more_memory_and_no_more_queries_for_more_records(
    as_bob: Client, census_phone: Client, records: str, database: Database, project_id: int, listen: Listen, file: str
) -> None:
    counted: list[str] = []
    listen("before_cursor_execute", lambda *args: counted.append(args[2]))

    def take(path: str) -> int:
        counted.clear()
        reply = as_bob.inner.get(f"/v1{path}", headers=as_bob.headers, buffered=False)
        assert sum(len(piece) for piece in reply.iter_encoded()) > 0
        reply.close()
        return len(counted)

    few = take(records + file)
    many_records(database, project_id, rows := size("export_rows"))
    tracemalloc.start()
    many = take(records + file)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6_000_000
    assert many <= few + rows // 500 + 1


@pytest.mark.parametrize(
    "narrowed", [Narrowed(), Narrowed(counted=False), Narrowed((has_files(),)), Narrowed(limit=251)]
)
def test_a_small_form_is_read_without_a_look_at_the_records_of_others(
    database: Database, project_id: int, narrowed: Narrowed
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL goes by how much there is
    source = Source(1, Scope(project_id, everything=True))
    plans = [plan_of(database, one(source, narrowed)) for one in (queries.listing, queries.listing_of_values)]
    for lines in plans:
        check_plan(lines)


def test_a_page_far_behind_looks_for_its_records_alone(database: Database, project_id: int) -> None:
    if not database.is_sqlite:
        return
    page = Narrowed(offset=5000, limit=251)
    lines = plan_of(database, queries.listing(Source(1, Scope(project_id, everything=True)), page))
    assert [one for one in lines if one.startswith("SEARCH submission USING INTEGER PRIMARY KEY")], lines
    assert [one for one in lines if "USING INDEX ix_submission_form_list (form_id=? AND draft=?" in one], lines
    assert not [one for one in lines if one.startswith("SCAN") and one != "SCAN form"], lines


def check_plan(lines: list[str]) -> None:
    assert lines[0].startswith("SEARCH submission USING INDEX ix_submission_form_list (form_id=? AND draft=?"), lines
    read_whole = [one for one in lines if one.startswith("SCAN") and one != "SCAN form"]  # forms are few
    assert not read_whole and not [one for one in lines if "TEMP B-TREE" in one], lines


def test_a_record_is_asked_for_its_files_only_where_they_are_told(
    as_bob: Client, send: Send, feed: str, records: str, listen: Listen
) -> None:
    asked: list[str] = []
    listen("before_cursor_execute", lambda *args: asked.append(args[2]))
    send(members=a_member("甲"))
    asked.clear()
    for path in (feed + "/Submissions.member", records + ".geojson"):
        assert as_bob.get(path).status_code == 200
    assert [one for one in asked if "values_json" in one]
    assert not [one for one in asked if "submission_attachment" in one]
    assert as_bob.get(feed + "/Submissions").status_code == 200
    assert [one for one in asked if "submission_attachment" in one]


def test_files_are_looked_for_beside_no_record_without_any(
    as_bob: Client, send: Send, records: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        send(members=a_member("甲"))
    read: list[int] = []
    monkeypatch.setattr(queries, "Record", Counted(queries.Record, read))
    assert as_bob.get(records + ".csv.zip?attachments=false").status_code == 200
    before = len(read)
    read.clear()
    assert as_bob.get(records + ".csv.zip").status_code == 200
    assert len(read) == before
