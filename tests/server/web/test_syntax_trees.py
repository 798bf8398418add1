"""Source is read by one thread at a time: two trees that grow together end each other, in the Python of Debian 12."""

import ast
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.routing import Map

from server.web import addresses, syntax_trees
from server.web.addresses import LateRule
from server.web.api import reading


def test_addresses_and_views_are_read_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    growing: list[int] = []
    most: list[int] = []
    plain = ast.parse

    def grow(*source: Any, **how: Any) -> ast.AST:
        growing.append(1)
        time.sleep(0.01)
        most.append(len(growing))
        growing.pop()
        return plain(*source, **how)

    rules = [LateRule(f"/{number}/<name>", endpoint=str(number)) for number in range(3)]
    Map(rules)
    reading.forget()
    monkeypatch.setattr(ast, "parse", grow)
    with ThreadPoolExecutor(5) as threads:
        built = [threads.submit(rule.build, {"name": "a"}) for rule in rules]
        read = [threads.submit(reading.functions_in, str(one.__file__)) for one in (addresses, syntax_trees)]
        assert [one.result() for one in built] == [("", f"/{number}/a") for number in range(3)]
        assert [bool(one.result()) for one in read] == [True, False]
    assert len(most) >= 5 and set(most) == {1}
