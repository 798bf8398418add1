import io
import json
from pathlib import Path

import openpyxl
import pytest

from forms.library import library_ids, read_library_form
from forms.xlsform import convert_xlsform
from server.blobs import BlobStore
from server.cli import forms
from server.config import Config
from server.db import Database
from server.models import Blob, FormVersion
from tests.conftest import MORNING
from tests.making import XLSX, a_form, a_workbook
from tests.server.cli.running import looking_into, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "excel"


def test_forms_are_written_as_workbooks_with_a_bar(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("forms", "export", "household_visit", "feedback", "--to", str(folder)) == 0

    said = capsys.readouterr()
    assert said.out.splitlines() == [str(folder / "household_visit.xlsx"), str(folder / "feedback.xlsx")]
    assert "2/2" in said.err
    saved = (folder / "household_visit.xlsx").read_bytes()
    assert convert_xlsform(saved, "xlsx").xml == read_library_form("household_visit")


def test_without_names_every_form_of_ours_is_written(folder: Path) -> None:
    assert run("forms", "export", "--to", str(folder)) == 0
    assert {path.stem for path in folder.iterdir()} == set(library_ids())


def test_a_file_that_is_there_is_kept_unless_told_otherwise(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    edited = folder / "feedback.xlsx"
    edited.write_bytes(b"edited for days")
    wanted = ("forms", "export", "feedback", "supplies", "--to", str(folder))

    assert run(*wanted) == 2
    assert "feedback.xlsx" in capsys.readouterr().err
    assert [path.read_bytes() for path in folder.iterdir()] == [b"edited for days"], "nothing half done"
    assert run(*wanted, "--force") == 0
    assert edited.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(("typed", "kept"), [("y\n", False), ("\n", True), ("n\n", True), ("", True)])
def test_somebody_at_a_terminal_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch, typed: str, kept: bool) -> None:
    folder.mkdir()
    (folder / "feedback.xlsx").write_bytes(b"edited")
    terminal = io.StringIO(typed)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)

    assert run("forms", "export", "feedback", "--to", str(folder)) == (2 if kept else 0)
    assert ((folder / "feedback.xlsx").read_bytes() == b"edited") is kept


def test_a_form_that_is_not_there_is_2_and_the_others_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("forms", "export", "feedbak", "--to", str(folder)) == 2
    assert "feedbak" in (said := capsys.readouterr().err) and "feedback" in said
    assert not folder.exists()


def test_a_towns_own_forms_are_written_as_they_were_uploaded(
    data: Path, project: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = a_workbook(settings=[["form_id", "version"], ["镇/表", "1"]])
    config = Config.from_env(data)
    with Database(config.sqlalchemy_url, config.key_file) as database:
        stored = BlobStore(config.blob_dir, database.keys).put(book)
    with looking_into(data) as db:
        db.add(Blob(sha256=stored.sha256, md5=stored.md5, size=stored.size, content_type=XLSX, created_at=MORNING))
        version = db.get(FormVersion, a_form(db, project, "镇/表").current_version_id)
        assert version is not None
        version.xls_sha256, version.xls_content_type = stored.sha256, XLSX
        a_form(db, project, "visit")
    of_town = ("--project", str(project), "--data", str(data), "--to", str(folder))

    assert run("forms", "export", *of_town) == 0
    assert (folder / "镇_表.xlsx").read_bytes() == book
    assert "visit: 是以 XML 传上来的" in capsys.readouterr().err
    assert run("forms", "export", "visit", *of_town) == 2
    BlobStore(config.blob_dir).path(stored.sha256).unlink()
    assert run("forms", "export", "镇/表", *of_town, "--force") == 2
    assert "from a backup" in capsys.readouterr().err


def test_two_versions_are_compared_in_words_and_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("forms", "export", "household_visit", "--to", str(folder))
    edited = folder / "household_visit.xlsx"
    book = openpyxl.load_workbook(edited)
    names = {cell.value: cell for cell in book["survey"]["B"]}
    names["hamlet"].value = "hamlet_name"
    for row in book["survey"].iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace("${hamlet}", "${hamlet_name}")
    for cell in (book["entities"]["B2"],):
        cell.value = cell.value.replace("${hamlet}", "${hamlet_name}")
    book.save(edited)
    capsys.readouterr()

    assert run("forms", "compare", "household_visit", str(edited)) == 0
    said = capsys.readouterr().out
    assert "== 会丢数据 / Loses data: 1" in said and "hamlet -> hamlet_name" in said and "改回旧名" in said
    assert run("forms", "compare", "household_visit", str(edited), "--json") == 0
    (change,) = json.loads(capsys.readouterr().out)
    assert (change["kind"], change["path"], change["labels"]["zh"]) == ("question_renamed", "/hamlet_name", "社（组）")
    assert run("forms", "compare", "household_visit", "household_visit") == 0
    assert "没有差别" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<x/>"])
def test_what_cannot_be_read_is_2_with_the_reason(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    for ending in ("xlsx", "xml"):
        file = tmp_path / f"f.{ending}"
        file.write_bytes(content)
        assert run("forms", "compare", "feedback", str(file)) == 2
        assert capsys.readouterr().err.startswith(f"fangshi: {file}: ")
    assert run("forms", "compare", "feedback", "nothing") == 2
    text = tmp_path / "f.md"
    text.write_bytes(b"| survey |\n| | \xff | \xfe |\n")
    assert run("forms", "compare", "feedback", str(text)) == 2


def test_what_an_input_method_left_is_told_cell_by_cell_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.xlsx"
    file.write_bytes(
        a_workbook([["type", "name", "label", "relevant"], ["text", "a", "A", None], ["text", "b", "B", "${a}＝'是'"]])
    )

    assert run("forms", "compare", "feedback", str(file)) == 2
    said = capsys.readouterr().err
    assert "survey 3 relevant" in said and "是中文符号" in said and "Type = instead" in said


def test_a_text_in_other_letters_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "f.md"
    file.write_bytes("| survey |\n| | type | name | label |\n| | note | n | 走访 |".encode("gb18030"))

    assert run("forms", "compare", "feedback", str(file)) == 2
    assert f"this file cannot be read: {file}" in capsys.readouterr().err


def test_a_files_name_holds_nothing_that_leads_elsewhere() -> None:
    names = [forms.file_name(name) for name in ("a/../b.xlsx", "村\\表.xls", "x" * 300 + ".xlsx")]
    assert names == ["a_.._b.xlsx", "村_表.xls", "x" * 60 + ".xlsx"]
