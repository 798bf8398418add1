"""Every act that the code writes down has its words."""

import ast
from pathlib import Path

import pytest

from server.access.reading_log import READS
from server.web.pages.audit_words import ACT_WORDS, act_words, role_words

SERVER = Path(__file__).parents[4] / "server"
WRITERS = {"record", "audit", "note", "note_read", "note_effect"}


def written_actions() -> set[str]:
    """Texts like `noun.verb` given to whatever writes into the audit."""
    found: set[str] = set()
    for path in SERVER.rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in WRITERS:
                texts = (one.value for one in node.args if isinstance(one, ast.Constant))
                found.update(one for one in texts if isinstance(one, str) and "." in one and " " not in one)
    return found


def test_every_act_that_is_written_down_has_its_words() -> None:
    written = written_actions() | set(READS)
    assert len(written) > 40
    assert sorted(written - ACT_WORDS.keys()) == []


@pytest.mark.parametrize("held", ["", "nobody", "village_worker,nobody"])
def test_a_role_that_is_no_longer_one_breaks_no_page(paged, held: str) -> None:
    with paged.test_request_context():
        assert "nobody" not in role_words(held)


def test_an_act_without_words_goes_by_its_name(paged) -> None:
    with paged.test_request_context():
        assert act_words("moon.land") == "moon.land"
