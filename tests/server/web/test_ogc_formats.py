"""In which format a program gets its answer: what it names goes before what it accepts; what nobody has is refused."""

import pytest
from flask import Flask

from server.errors import NotAcceptable, UnexpectedValue
from server.web.ogc_formats import JSON_ONLY, OF_DEFINITION, Offered, choose_format

QGIS = "application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHOSEN = [
    (JSON_ONLY, "", "", "json"),
    (JSON_ONLY, "", "*/*", "json"),
    (JSON_ONLY, "", "application/geo+json, application/json", "json"),
    (JSON_ONLY, "", BROWSER, "json"),
    (JSON_ONLY, "f=json", "text/html", "json"),
    (OF_DEFINITION, "", "", "json"),
    (OF_DEFINITION, "", "*/*", "json"),
    (OF_DEFINITION, "", QGIS, "json"),
    (OF_DEFINITION, "", "application/*", "json"),
    (OF_DEFINITION, "", BROWSER, "html"),
    (OF_DEFINITION, "", "text/html;q=0.5, application/json", "json"),
    (OF_DEFINITION, "f=html", QGIS, "html"),
    (OF_DEFINITION, "f=json", BROWSER, "json"),
]


@pytest.mark.parametrize(("offered", "query", "accept", "found"), CHOSEN)
def test_a_format_is_named_or_accepted(bare_app: Flask, offered: Offered, query: str, accept: str, found: str) -> None:
    headers = {"Accept": accept} if accept else {}
    with bare_app.test_request_context(f"/?{query}", headers=headers):
        assert choose_format(offered) == found


@pytest.mark.parametrize("accept", ["text/html", "image/png", "application/json;q=0", "application/xml, text/*"])
def test_what_excludes_all_is_not_acceptable(bare_app: Flask, accept: str) -> None:
    with bare_app.test_request_context("/", headers={"Accept": accept}), pytest.raises(NotAcceptable):
        choose_format()


@pytest.mark.parametrize("query", ["f=html", "f=", "f=JSON", "f=json&f=json"])
def test_a_format_that_is_not_there_is_refused(bare_app: Flask, query: str) -> None:
    with bare_app.test_request_context(f"/?{query}"), pytest.raises(UnexpectedValue):
        choose_format()
