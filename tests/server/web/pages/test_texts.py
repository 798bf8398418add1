"""Words one after the other, as each language writes them."""

import pytest
from flask import Flask

from server.web.pages.texts import listed


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "张村、李村"), ("en", "张村, 李村")])
def test_a_list_is_joined_as_the_page_reads(app: Flask, language: str, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert listed(["张村", "李村"]) == said
