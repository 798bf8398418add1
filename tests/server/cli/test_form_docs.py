from pathlib import Path

import pytest

from forms.library import library_ids
from server.cli import form_docs
from tests.server.cli.running import run


def test_the_pages_about_our_forms_are_current() -> None:
    """Whoever changed a form, what the server does with it, or `about.toml`, runs `./fangshi form-docs`."""
    assert form_docs.find_stale(form_docs.FOLDER) == []


def test_there_is_a_page_a_form_and_one_that_leads_to_them() -> None:
    assert set(form_docs.make_pages()) == {"README.md", *(f"{form_id}.md" for form_id in library_ids())}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(form_docs, "FOLDER", tmp_path / "forms")
    return tmp_path / "forms"


def test_pages_are_written_where_there_are_none_and_then_are_current(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("form-docs", "--check") == 1
    assert run("form-docs") == 0
    assert set(capsys.readouterr().out.split()) == set(form_docs.make_pages())
    assert run("form-docs", "--check") == 0


def test_a_page_that_was_changed_or_is_of_no_form_is_told_and_made_well(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("form-docs") == 0
    page, stray = folder / "supplies.md", folder / "old_form.md"
    right = page.read_text(encoding="utf-8")
    page.write_text(right.replace("186", "200"), encoding="utf-8")
    stray.write_text("# gone", encoding="utf-8")
    capsys.readouterr()

    assert run("form-docs", "--check") == 1
    assert "(old_form.md, supplies.md)" in capsys.readouterr().err
    assert run("form-docs") == 0
    assert page.read_text(encoding="utf-8") == right and not stray.exists()
