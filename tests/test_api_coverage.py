"""docs/api-coverage.md: every address of Central's API and ours, as the app's route map has them, and every number of an error.

An address that comes or goes without its line makes this red. What the lines are is in `tests/api_of_central.py`.
"""

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Map

from server import errors
from server.errors.problem import Problem
from server.web.central import left_out
from tests.api_of_central import CODES, HERE, LEFT_OUT, OURS, Address, filled, read, rules_of
from tests.client import Client

PAGE = Path(__file__).parent.parent / "docs" / "api-coverage.md"
REFUSED = [(method, one) for one in read(LEFT_OUT) for method in one.methods]


def lines() -> list[str]:
    return PAGE.read_text(encoding="utf-8").splitlines()


def part(heading: str) -> list[str]:
    """The lines under a heading, to the next one."""
    found = lines()
    start = next(number for number, line in enumerate(found) if re.fullmatch(rf"###? {re.escape(heading)}", line))
    end = next((number for number in range(start + 1, len(found)) if found[number].startswith("#")), len(found))
    return found[start + 1 : end]


def addresses_in(heading: str) -> list[Address]:
    """What the table under a heading lists."""
    rows = [re.match(r"\| ([A-Z ]+) \| `(/[^`]+)` \|", line) for line in part(heading)]
    return [Address(tuple(row[1].split()), row[2]) for row in rows if row]


def rules_below_v1(routes: Map) -> set[tuple[str, str]]:
    """All rules × methods; HEAD and OPTIONS come of themselves."""
    return {
        (method, rule.rule)
        for rule in routes.iter_rules()
        if rule.rule.startswith("/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def codes_of_errors() -> set[str]:
    """The numbers that this server answers with."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Problem)]
    return {str(kind.code) for kind in kinds}


def codes_in(heading: str) -> list[str]:
    return re.findall(r"\b[45]\d\d\.\d+\b", " ".join(line.split("|")[1] for line in part(heading) if line[:1] == "|"))


@pytest.mark.parametrize("heading", HERE)
def test_the_page_lists_what_is_here(heading: str) -> None:
    assert addresses_in(heading) == list(read(HERE[heading]))
    assert all(line.endswith("| 有 / here |") for line in part(heading) if "`/" in line)


def test_the_page_lists_what_is_ours_and_what_is_left_out() -> None:
    assert addresses_in("我们自己加的 / Our own additions") == list(read(OURS))
    assert addresses_in("没有做的 / Left out") == list(read(LEFT_OUT))


def test_each_listed_address_is_the_apps_and_each_of_the_apps_is_listed(app: Flask) -> None:
    groups = [rules_of(app.url_map, read(text)) for text in (*HERE.values(), LEFT_OUT, OURS)]
    listed = {one[0:2] for group in groups for one in group if one[0] != "HEAD"}
    assert listed == rules_below_v1(app.url_map)
    assert sum(len(group) for group in groups) == len(set().union(*groups)), "an address is listed once"


def test_what_is_left_out_is_the_servers_table(app: Flask) -> None:
    told = {(method, "/v1" + one.path) for one in left_out.LEFT_OUT for method in one.methods}
    assert rules_of(app.url_map, read(LEFT_OUT)) == told


@pytest.mark.parametrize(("method", "one"), REFUSED, ids=[f"{method} {one.path}" for method, one in REFUSED])
def test_what_is_left_out_answers_501_with_the_reason_of_its_line(as_nobody: Client, method: str, one: Address) -> None:
    (line,) = [line for line in part("没有做的 / Left out") if f"`{one.path}`" in line]
    answer = as_nobody.open(method, filled(one.path), headers={"Accept-Language": "zh-CN"})
    assert (answer.status_code, answer.json["code"]) == (501, 501.1)
    chinese, _, english = line.split("|")[3].strip().partition(" / ")
    assert answer.json["details"]["reason"] == english
    assert answer.json["message"].endswith(chinese)


def test_every_number_of_an_error_is_known_to_clients_or_told_as_ours_or_as_one_that_cannot_occur() -> None:
    never, ours = (
        codes_in("不会出现的错误号 / Numbers that cannot occur"),
        codes_in("我们自己的错误号 / Numbers of our own"),
    )
    known = set(CODES.split())
    assert set(never) <= known
    assert (known - set(never)) | set(ours) == codes_of_errors()
    assert not set(ours) & known


def test_an_address_without_a_line_and_a_line_without_an_address_are_found(app: Flask) -> None:
    with pytest.raises(AssertionError, match="PATCH /roles"):
        rules_of(app.url_map, read("PATCH /roles"))
    every = [one for text in (*HERE.values(), LEFT_OUT, OURS) for one in read(text)]
    fewer = (one for one in every if one.path != "/audits")
    assert rules_below_v1(app.url_map) - rules_of(app.url_map, fewer) == {("GET", "/v1/audits")}
