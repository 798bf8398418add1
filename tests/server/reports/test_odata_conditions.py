"""A filter means the same in SQL and in Python, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.models import Submission, SubmissionVersion
from server.reports.odata_conditions import answers_of, divide, to_sql, value_of
from server.reports.odata_fields import Names
from server.reports.odata_filter import read_filter
from server.reports.odata_nodes import Node
from server.reports.queries import iterate_records
from server.reports.records import Narrowed, Source
from server.reports.table import Row, tables_of
from tests.conftest import MORNING
from tests.making import a_form
from tests.server.reports.samples import a_census_form, census_schema

TABLE = tables_of(census_schema())["Submissions"]
FILTERS = {
    "__id eq 'uuid:1'": {1},
    "__id ne 'uuid:1'": {0, 2, 3},
    "__id gt 'uuid:1'": {2, 3},
    "'uuid:1' lt __id": {2, 3},
    "__system/reviewState eq 'approved'": {1},
    "__system/reviewState ne 'approved'": {0, 2, 3},
    "__system/reviewState eq null": {0, 2},
    "null ne __system/reviewState": {1, 3},
    "not (__system/reviewState eq 'approved')": {0, 2, 3},
    "__system/updatedAt gt 2026-01-01": {1, 3},
    "not (__system/updatedAt gt 2026-01-01)": {0, 2},
    "__system/updatedAt le null": set(),
    "__system/updatedAt gt __system/submissionDate": {3},
    "__system/updatedAt eq __system/submissionDate": {1},
    "__system/updatedAt ne __system/submissionDate": {0, 2, 3},
    "__system/deletedAt eq __system/updatedAt": {0, 2},
    "__system/submissionDate ge 2026-03-03T01:00:00Z": {1, 2, 3},
    "__system/submissionDate ge 2026-03-03T09:00:00+08:00": {1, 2, 3},
    "__system/submissionDate eq '2026-03-03T01:00:00.000Z'": {1},
    "__system/submissionDate lt now()": {0, 1, 2},
    "year(__system/submissionDate) eq 2026 and month(__system/submissionDate) eq 3": {0, 1, 2, 3},
    "day(__system/submissionDate) eq 3": {1},
    "day(__system/submissionDate) gt 3.5": {2, 3},
    "year(__system/submissionDate) lt 99999999999999999": {0, 1, 2, 3},
    "year(__system/submissionDate) gt 1e28": set(),
    "__system/submissionDate gt 0001-01-01": {0, 1, 2, 3},
    "__system/submissionDate lt 9999-12-31T23:59:59Z": {0, 1, 2, 3},
    "__system/submitterId eq 9223372036854775807": set(),
    "__id eq '😀'": set(),
    "day(__system/submissionDate) ge day(now())": {3},
    "hour(__system/submissionDate) eq 1 and minute(__system/submissionDate) eq 0": {0, 1, 2, 3},
    "second(__system/submissionDate) eq 0": {0, 1, 2, 3},
    "year(__system/updatedAt) ne 2026": {0, 2},
    "__system/submitterId eq 7": set(),
    "__system/submitterId eq null": {0, 1, 2, 3},
    "1 eq 1 and __id ne null": {0, 1, 2, 3},
    "1 gt 2 or false": set(),
    "year(2026-01-01) eq 2026": {0, 1, 2, 3},
    "__id eq 'x'' or 1=1 --'": set(),
}


@pytest.fixture
def source(db: Session, project_id: int) -> Source:
    """Four records, a day apart; 1 and 3 were reviewed, 1 in the very moment it was sent."""
    form = a_form(db, project_id, "census", xml=a_census_form())
    for number in range(4):
        sent = MORNING + timedelta(days=number)
        row = Submission(project_id=project_id, form_id=form.id, instance_id=f"uuid:{number}", created_at=sent)
        if number in (1, 3):
            row.review_state = "approved" if number == 1 else "rejected"
            row.updated_at = sent if number == 1 else sent + timedelta(hours=1)
        db.add(row)
        db.flush()
        db.add(
            SubmissionVersion(
                submission_id=row.id,
                form_id=form.id,
                form_version_id=form.current_version_id,
                instance_id=row.instance_id,
                is_current=True,
                xml=b"<data/>",
                values_json="{}",
                created_at=sent,
            )
        )
    db.flush()
    return Source(form.id, Scope(project_id, everything=True))


@pytest.mark.parametrize("text", FILTERS)
def test_sql_and_python_agree(db: Session, source: Source, text: str) -> None:
    node = read(text)
    sql = to_sql(node, db.get_bind().dialect.name)
    chosen = {record.instance_id for record in iterate_records(db, source, Narrowed((sql,)))}
    records = list(iterate_records(db, source))
    accepted = {
        one.instance_id for one in records if value_of(node, answers_of(one, Row(TABLE, one.instance_id, {}))) is True
    }

    assert chosen == accepted == {f"uuid:{number}" for number in FILTERS[text]}


def read(text: str) -> Node:
    return read_filter(text, Names(TABLE).resolve, now=datetime.fromisoformat("2026-03-05T00:30:00+00:00"))


def test_what_asks_of_the_record_goes_to_the_database_and_the_rest_does_not(db: Session) -> None:
    divided = divide(read("size gt 3 and (__id ne null and __system/deletedAt eq null)"), "sqlite")
    assert (len(divided.sql), len(divided.rest), divided.mentions_deleted) == (2, 1, True)
    divided = divide(read("size gt 3 or __id eq 'x'"), "sqlite")
    assert (len(divided.sql), len(divided.rest), divided.mentions_deleted) == (0, 1, False)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("size gt 3", True),
        ("size le 3", False),
        ("weight eq null", True),
        ("weight lt 3", False),
        ("not (weight lt 3)", True),
        ("year(visited_on) eq 2026", True),
        ("visited_on eq 2026-03-01", True),
        ("hour(start) eq 9", True),
        ("start lt 2026-03-01T02:00:00Z", True),
        ("ok", True),
        ("not ok", False),
        ("place/gps ne null", True),
        ("methods eq 'iud pill'", True),
        ("__id eq 'uuid:1' and size eq 4", True),
        ("size eq weight", False),
        ("size ne weight", True),
    ],
)
def test_answers_are_compared_by_their_type(text: str, accepted: bool) -> None:
    values = {
        "size": "4",
        "weight": "heavy",
        "visited_on": "2026-03-01",
        "start": "2026-03-01T09:30:00.000+08:00",
        "ok": "true",
        "place": {"gps": "30 104 0 0"},
        "methods": "iud pill",
    }
    record = FakeRecord(values)
    row = Row(TABLE, "uuid:1", values)
    assert divide(read(text), "sqlite")._replace(sql=()).accept(answers_of(record, row)) is accepted  # type: ignore[arg-type]


class FakeRecord:
    """As much of a record as a filter of answers asks for."""

    instance_id = "uuid:1"

    def __init__(self, values: dict) -> None:
        self.values = values
