"""The two addresses of the definition: for everybody, for programs in JSON and for people in both languages."""

import re

from flask import Flask

from tests.client import Client


def test_programs_get_openapi_without_signing_in(as_nobody: Client) -> None:
    answer = as_nobody.get("/openapi.json")
    assert answer.status_code == 200 and answer.json["openapi"] == "3.1.0"
    assert answer.json["servers"][0]["url"] == "http://localhost/v1"
    assert {"get", "post"} <= answer.json["paths"]["/projects"].keys()


def test_people_get_a_page_in_their_language_with_no_script_from_elsewhere(as_nobody: Client) -> None:
    for language, words in (("zh-CN", "怎样登录"), ("en", "How to sign in")):
        answer = as_nobody.get("/openapi", headers={"Accept-Language": language})
        assert answer.status_code == 200 and answer.mimetype == "text/html" and words in answer.text
        assert not re.search(r"(src|href)=\"(https?:)?//(?!localhost)", answer.text)
        assert "/projects/{projectId}/forms/{xmlFormId}" in answer.text and "404.1" in answer.text


def test_every_operation_is_on_the_page(app: Flask, as_nobody: Client) -> None:
    paths = as_nobody.get("/openapi.json").json["paths"]
    page = as_nobody.get("/openapi", headers={"Accept-Language": "en"}).text
    assert page.count("<summary>") == sum(map(len, paths.values()))
