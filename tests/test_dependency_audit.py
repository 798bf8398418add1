"""What an audit of the pinned packages comes to: flaws fail, and what could not be asked is said."""

import json
from pathlib import Path

import pytest

from tests import dependency_audit
from tests.dependency_audit import OUT_OF_REACH, judge, main

SOUND = {"name": "flask", "version": "3.1.2", "vulns": []}
FLAWED = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "GHSA-1", "fix_versions": ["3.1"]}]}
UNKNOWN = {"name": "flask", "skip_reason": "Dependency not found"}


def printed(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_known_flaw_fails_the_run_and_is_named() -> None:
    code, lines = judge(printed(SOUND, FLAWED))
    assert code == 1
    assert lines[0] == "jinja2 2.0: GHSA-1 → 3.1"


def test_sound_packages_pass_and_are_counted() -> None:
    code, lines = judge(printed(SOUND, UNKNOWN))
    assert code == 0
    assert lines[-1].endswith("1 packages audited, 0 known flaws, 1 unknown there")


@pytest.mark.parametrize("text", ["", "no network", "[]", "{}", printed(UNKNOWN), printed()])
def test_what_could_not_be_asked_is_said_and_is_no_failure(text: str) -> None:
    assert judge(text) == (0, [OUT_OF_REACH])


def test_the_command_ends_with_what_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(dependency_audit, "ask", lambda lock: printed(FLAWED))
    assert main([str(tmp_path / "requirements.lock")]) == 1
    assert "GHSA-1" in capsys.readouterr().out
