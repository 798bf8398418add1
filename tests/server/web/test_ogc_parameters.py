"""What may be asked of a collection: limits, times, the place to go on from; all else is refused."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from server.errors import Problem, UnexpectedAttribute, UnexpectedValue
from server.web.ogc_parameters import read_interval, read_limit, read_stretch, read_token, refuse_unknown, write_token

NOON, NIGHT = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 23, tzinfo=UTC)
FIRST_OF_DAY, LAST_OF_DAY = datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 2, 15, 59, 59, 999_000, tzinfo=UTC)
TIMES = [
    ("2026-03-02T12:00:00Z", (NOON, NOON)),
    ("2026-03-02T20:00:00%2B08:00", (NOON, NOON)),
    ("2026-03-02T12:00:00Z/2026-03-02T23:00:00Z", (NOON, NIGHT)),
    ("../2026-03-02T12:00:00Z", (None, NOON)),
    ("/2026-03-02T12:00:00Z", (None, NOON)),
    ("2026-03-02T12:00:00Z/..", (NOON, None)),
    ("2026-03-02T12:00:00Z/", (NOON, None)),
    ("2026-03-02", (FIRST_OF_DAY, LAST_OF_DAY)),
    ("2026-03-02/..", (FIRST_OF_DAY, None)),
    ("2026-03-02t12:00:00z", (NOON, NOON)),
    ("2026-03-02T12:00:00.000000000Z", (NOON, NOON)),
    ("2026-03-02T20:00:00+08:00", (NOON, NOON)),
]


# ISO 8601 has them, RFC 3339 has not.
OTHERS = [
    "20260302",
    "2026-W10-1",
    "2026-03-02T12",
    "2026-03-02T12:00Z",
    "2026-03-02T12:00:00",
    "2026-03-02T12:00:00+0800",
]


@pytest.mark.parametrize(("text", "found"), TIMES)
def test_a_time_is_an_instant_a_day_or_an_interval_that_may_be_open(
    bare_app: Flask, text: str, found: tuple[datetime | None, datetime | None]
) -> None:
    with bare_app.test_request_context(f"/?datetime={text}"):
        assert read_interval() == found


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "0001-01-01/9999-12-31T23:59:59Z"])
def test_what_is_before_or_after_everything_is_an_instant_that_databases_know(bare_app: Flask, text: str) -> None:
    with bare_app.test_request_context(f"/?datetime={text}"):
        since, until = read_interval()
    assert since and until and datetime(1899, 12, 31, tzinfo=UTC) < since <= until < datetime(3000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "../..", "/", "soon", "2026-03-02T23:00:00Z/2026-03-02T12:00:00Z", "2026-03-02/x", "1/2/3", *OTHERS]
)
def test_what_is_no_time_is_refused(bare_app: Flask, text: str) -> None:
    with bare_app.test_request_context(f"/?datetime={text}"):
        with pytest.raises(Problem) as refused:
            read_interval()
        assert refused.value.status == 400


@pytest.mark.parametrize(("text", "limit"), [("", 100), ("limit=1", 1), ("limit=1000", 1000), ("limit=99999", 1000)])
def test_a_page_has_a_hundred_features_and_at_most_a_thousand(bare_app: Flask, text: str, limit: int) -> None:
    with bare_app.test_request_context(f"/?{text}"):
        assert read_limit() == limit


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5"])
def test_a_limit_that_is_none_is_refused(bare_app: Flask, text: str) -> None:
    with bare_app.test_request_context(f"/?limit={text}"), pytest.raises(Problem) as refused:
        read_limit()
    assert refused.value.status == 400


@pytest.mark.parametrize("key", [0, 7, 2**53, "510000000001", "村/一'"])
def test_a_page_goes_on_where_the_one_before_ended(bare_app: Flask, key: int | str) -> None:
    with bare_app.test_request_context("/", query_string={"token": write_token(key)}):
        assert read_token(type(key)) == key


@pytest.mark.parametrize(
    "token",
    ["", "x", "%00", "!!!", write_token("a"), write_token(-1), write_token(2**60), write_token([1]), write_token(True)],
)
def test_a_place_to_go_on_from_that_is_none_of_ours_is_refused(bare_app: Flask, token: str) -> None:
    with bare_app.test_request_context("/", query_string={"token": token}), pytest.raises(UnexpectedValue):
        read_token(int)


@pytest.mark.parametrize("held", ["a" * 201, "\x00", "\ud7ff\x1b"])
def test_a_place_that_no_database_keeps_is_refused(bare_app: Flask, held: str) -> None:
    with bare_app.test_request_context("/", query_string={"token": write_token(held)}), pytest.raises(UnexpectedValue):
        read_token(str)


def test_a_parameter_that_the_definition_does_not_name_is_refused(bare_app: Flask) -> None:
    with bare_app.test_request_context("/?limit=1&crs=x"):
        for ask in (refuse_unknown, lambda: read_stretch(int)):
            with pytest.raises(UnexpectedAttribute):
                ask()


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=", "bbox=", "bbox=0,0,1,1&bbox=2,2,3,3", "token="])
def test_a_parameter_has_one_value(bare_app: Flask, query: str) -> None:
    with bare_app.test_request_context(f"/?{query}"), pytest.raises(UnexpectedValue):
        read_stretch(int)
