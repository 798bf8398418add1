import re
from pathlib import Path

import pytest

from server.cli import rule_docs
from server.followups.office_rules import shipped_office_rules
from server.followups.rows_without_rules import NO_RULE
from server.followups.rule_tables import OTHERS
from server.followups.town_rules import shipped_rules
from tests.server.cli.running import run


def test_the_page_of_our_rules_and_the_schema_are_current() -> None:
    """Whoever changed a rule, or what a rule file may say, runs `./fangshi rule-docs`."""
    assert rule_docs.find_stale(rule_docs.FOLDER) == []


def test_every_rule_stands_on_the_page_once_in_each_language() -> None:
    page = rule_docs.make_files()["rules.md"]
    for rule in shipped_rules():
        for title in (rule.title.zh, rule.title.en):
            head = re.escape(f"**{rule.id}** {title} ({rule.version}")
            assert len(re.findall(head + r"[),，]", page)) == 1, rule.id


def test_so_do_the_rules_of_the_office_and_what_is_no_rule_with_its_reason() -> None:
    page = rule_docs.make_files()["rules.md"]
    for rule in shipped_office_rules().values():
        for title in (rule.title.zh, rule.title.en):
            assert page.count(f"**{rule.id}** {title} ({rule.version})") == 1, rule.id
    for name, why in NO_RULE.items():
        assert page.count(f"| **{name}** | {why.zh} |") == page.count(f"| **{name}** | {why.en} |") == 1, name


def test_no_rule_that_ships_stands_among_the_others() -> None:
    assert OTHERS.en not in rule_docs.make_files()["rules.md"]


def test_files_are_written_where_they_are_not_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rule_docs, "FOLDER", tmp_path)
    assert run("rule-docs", "--check") == 1
    assert "rules.md, rules.schema.json" in capsys.readouterr().err
    assert run("rule-docs") == 0
    assert capsys.readouterr().out.split() == ["rules.md", "rules.schema.json"]
    (tmp_path / "rules.md").write_text("# mine", encoding="utf-8")
    assert run("rule-docs") == 0
    assert capsys.readouterr().out.split() == ["rules.md"]
    assert run("rule-docs", "--check") == 0
