"""From an exception to what the caller is told."""

import errno

import pytest
from flask import Flask
from gunicorn.http.errors import InvalidChunkSize, NoMoreData
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadRequest, ImATeapot, NotFound, RequestEntityTooLarge

from forms.errors import FormError, XFormInvalid, XLSFormInvalid, XmlRefused
from geo.errors import GeoError
from server.errors import Forbidden
from server.web.errors import as_problem

CASES = [
    (Forbidden(), 403.1),
    (XmlRefused("x"), 400.1),
    (XFormInvalid("x", "missing", parameter="a"), 400.2),
    (XFormInvalid("x", "unexpected", parameter="a", value="b"), 400.8),
    (XFormInvalid("x", "too_long", parameter="a", limit=1), 400.13),
    (XFormInvalid("x", "no_meta"), 400.27),
    (XFormInvalid("x", "entity", reason="r"), 400.25),
    (FormError("x", "type_conflict", path="/a", old="int", new="date"), 400.17),
    (XLSFormInvalid("x"), 400.15),
    (GeoError("x"), 400.8),
    (IntegrityError("s", {}, Exception()), 409.3),
    (OperationalError("s", {}, Exception("database is locked")), 503.1),
    (OperationalError("s", {}, Exception("canceling statement due to lock timeout")), 503.1),
    (OperationalError("s", {}, Exception("deadlock detected")), 503.1),
    (OperationalError("s", {}, Exception("database or disk is full")), 503.1),
    (OperationalError("s", {}, Exception("no such table")), 500.1),
    (PoolTimeout(), 503.1),
    (OSError(errno.ENOSPC, "x"), 503.1),
    (OSError(errno.ENOENT, "x"), 500.1),
    (NotFound(), 404.1),
    (BadRequest("x"), 400.1),
    (RequestEntityTooLarge(), 400.36),
    (ImATeapot(), 400.1),
    (InvalidChunkSize("ZZ"), 400.1),
    (NoMoreData(b""), 400.1),
    (ZeroDivisionError(), 500.1),
]


@pytest.mark.parametrize(("error", "code"), CASES, ids=[f"{type(error).__name__}-{code}" for error, code in CASES])
def test_every_exception_has_a_number(app: Flask, error: Exception, code: float) -> None:
    with app.test_request_context("/v1/projects"):
        assert as_problem(error).code == code


@pytest.mark.parametrize(("path", "code"), [("/v1/nothing", 404.1), ("/v2/projects", 404.3), ("/projekte", 404.2)])
def test_an_address_that_does_not_exist_is_told_in_centrals_three_ways(app: Flask, path: str, code: float) -> None:
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.json["code"]) == (404, code)


def test_what_nobody_foresaw_says_a_number_and_never_the_words(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    answer = "张三的" + "答案"
    with app.test_request_context("/v1/projects"):
        try:
            raise ValueError(answer)
        except ValueError as error:
            problem = as_problem(error)

    assert problem.details["error_id"] in caplog.text
    assert answer not in caplog.text and "ValueError" in caplog.text


def test_a_method_that_an_address_does_not_take_comes_with_those_that_it_takes(app: Flask) -> None:
    answer = app.test_client().put("/v1/sessions")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")
