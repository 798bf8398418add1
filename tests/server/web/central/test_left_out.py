"""What this server leaves out of Central's API says so, with the reason, to whoever asks."""

import re

import pytest

from server.web.central.left_out import LEFT_OUT, Left
from tests.client import Client

ROWS = [(method, one) for one in LEFT_OUT for method in one.methods]


@pytest.mark.parametrize(("method", "one"), ROWS, ids=[f"{method} {one.path}" for method, one in ROWS])
def test_what_is_left_out_answers_501_with_the_reason(
    as_bob: Client, as_nobody: Client, project_id: int, method: str, one: Left
) -> None:
    path = re.sub(r"<int:\w+>", str(project_id), one.path)
    path = re.sub(r"<(path:)?\w+>", "x", path)
    for who in (as_bob, as_nobody):
        answer = who.open(method, path, json=None if method == "GET" else {})
        assert (answer.status_code, answer.json["code"]) == (501, 501.1)
        assert answer.json["details"]["reason"] in answer.json["message"]
        assert "Retry-After" not in answer.headers


def test_the_reason_is_told_in_chinese_to_who_reads_chinese(as_nobody: Client) -> None:
    answer = as_nobody.get("/backup", headers={"Accept-Language": "zh-CN"})
    assert re.search("[\u4e00-\u9fff]{6}", answer.json["message"])
    assert not re.search("[a-z]{6}", answer.json["message"])


def test_nothing_of_this_server_is_configured_in_public(as_nobody: Client) -> None:
    answer = as_nobody.get("/config/public")
    assert (answer.status_code, answer.json) == (200, [])


def test_an_address_that_was_never_centrals_is_not_found(as_bob: Client) -> None:
    assert as_bob.get("/nothing/of/the/kind").json["code"] == 404.1
