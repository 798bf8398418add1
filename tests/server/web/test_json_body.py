"""What a JSON body may say."""

import pytest
from flask import Flask

from server.errors import (
    BodyTooLarge,
    EncodingUnknown,
    MissingParameter,
    MissingParameters,
    Problem,
    Unparseable,
    WrongType,
)
from server.web.json_body import read_json

ONE, TWO = {"name": str}, {"name": str, "size": int}


def read(app: Flask, body: bytes, *fields: dict) -> dict:
    with app.test_request_context("/v1/x", method="POST", data=body):
        return read_json(*fields)


def test_expected_fields_come_through_and_unknown_ones_do_not(app: Flask) -> None:
    body = '{"name": "赵", "size": 3, "id": 7, "role": "admin"}'.encode()
    assert read(app, body, TWO) == {"name": "赵", "size": 3}
    assert read(app, b"", {}, ONE) == {}
    assert read(app, b'{"name": null}', {}, {"name": str | None}) == {"name": None}


@pytest.mark.parametrize(
    ("body", "fields", "problem"),
    [
        (b"{", (ONE,), Unparseable),
        (b"\xff", (ONE,), Unparseable),
        (b'{"name": NaN}', (ONE,), Unparseable),
        (b'{"name": "\\ud800"}', (ONE,), Unparseable),
        (b"[" * 5000, (ONE,), Unparseable),
        (b"[]", (ONE,), WrongType),
        (b'"x"', (ONE,), WrongType),
        (b"{}", (ONE,), MissingParameter),
        (b'{"name": null}', (ONE,), MissingParameter),
        (b'{"name": "x"}', (TWO,), MissingParameters),
        (b'{"name": 1}', (ONE,), WrongType),
        (b'{"name": "x", "size": "1"}', (TWO,), WrongType),
        (b'{"name": "x", "size": 1.5}', (TWO,), WrongType),
        (b'{"name": "x", "size": true}', (TWO,), WrongType),
        (b'{"name": "x", "size": 9223372036854775807}', (TWO,), WrongType),
        (b'{"name": "x", "size": 1e30}', (TWO,), WrongType),
        (b'{"name": null}', ({}, ONE), WrongType),
        (b'{"name": "' + b"x" * 250_000 + b'"}', (ONE,), BodyTooLarge),
    ],
)
def test_a_body_that_cannot_be_used_is_told_in_kind(
    app: Flask, body: bytes, fields: tuple, problem: type[Problem]
) -> None:
    with pytest.raises(problem):
        read(app, body, *fields)


def test_several_missing_fields_are_named_together(app: Flask) -> None:
    with pytest.raises(MissingParameters) as caught:
        read(app, b'{"size": 1}', TWO)
    assert caught.value.details == {"expected": ["name", "size"], "missing": ["name"]}


@pytest.mark.parametrize(("encoding", "code"), [("gzip", 400.37), ("br", 400.37), ("identity", None), ("", None)])
def test_a_body_that_is_packed_is_refused(app: Flask, encoding: str, code: float | None) -> None:
    headers = {"Content-Encoding": encoding}
    with app.test_request_context("/v1/x", method="POST", data=b'{"name": "x"}', headers=headers):
        if code is None:
            assert read_json(ONE) == {"name": "x"}
            return
        with pytest.raises(EncodingUnknown) as refused:
            read_json(ONE)
    assert refused.value.code == code
