"""docs/security.md: a row for every threat, and every test that it names is there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "security.md"
THREATS = range(1, 44)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def rows() -> Iterator[tuple[int, str]]:
    """The table's rows by number, in order."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| (\d+) \|", line):
            yield int(found[1]), line


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def missing_tests(text: str) -> list[str]:
    """The tests that a text names and that are not there."""
    found = []
    for path, name in _NAMED.findall(text):
        if not (ROOT / path).exists() or (name and name not in names_in(path)) or not names_in(path):
            found.append(f"{path}::{name}")
    return found


def test_every_threat_has_its_row_in_order() -> None:
    assert [number for number, _ in rows()] == list(THREATS)


def test_every_row_says_what_we_do_and_names_a_test() -> None:
    for number, line in rows():
        cells = re.split(r"(?<!\\)\|", line)
        assert len(cells) == 6, f"row {number}: a bar within a cell is written with a backslash"
        assert all(cell.strip() for cell in cells[1:-1]), f"row {number}"
        assert _NAMED.search(cells[4]), f"row {number} names no test"


def test_every_named_test_is_there() -> None:
    assert missing_tests(PAGE.read_text(encoding="utf-8")) == []


def test_a_test_that_is_not_there_is_found() -> None:
    here = "tests/test_security_page.py"
    words = f"`{here}::test_every_named_test_is_there` `{here}::test_no_such` `tests/no_such.py`"
    assert missing_tests(words) == [f"{here}::test_no_such", "tests/no_such.py::"]


def test_both_languages_stand_in_every_row() -> None:
    for number, line in rows():
        threat, answer = line.split("|")[2:4]
        for cell in (threat, answer):
            assert re.search(r"[一-鿿]", cell) and re.search(r"[A-Za-z]{3}", cell), f"row {number}"
