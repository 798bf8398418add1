import io

import openpyxl
import pytest
from sqlalchemy import select, update

from server.models import Form, FormVersion, User
from server.publishing import definition
from tests.client import Client
from tests.conftest import MORNING
from tests.making import an_xform
from tests.server.web.pages.conftest import a_file, make_project, text_of


def workbook(*survey, form_id="talk", version="1"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "survey"
    sheet.append(["type", "name", "label", "calculation"])
    for row in survey:
        sheet.append(row)
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "version"])
    settings.append(["谈话", form_id, version])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = workbook(["text", "q", "问题", None])
BAD = workbook(["text", "q", "问题", None], ["calculate", "c", None, "${nope}"])


def test_a_workbook_becomes_a_draft_and_then_goes_to_the_phones(town, browse, database):
    lea = browse("lea")
    answer = lea.send("/forms/upload", {"file": a_file(GOOD, "谈话.xlsx"), "ignore_warnings": "1"})
    assert (answer.status_code, answer.location) == (303, "/forms/talk")
    page = text_of(lea.see("/forms/talk"))
    assert "谈话" in page and "还没上手机" in page
    assert lea.send("/forms/talk/publish", {"version": "2026-03"}).status_code == 303
    with database.reading() as db:
        form = db.scalars(select(Form).where(Form.xml_form_id == "talk")).one()
        assert form.current_version.version == "2026-03" and form.draft_version_id is None


def test_what_is_wrong_with_a_workbook_comes_back_with_sheet_and_row_and_what_to_do(town, browse, database):
    answer = browse("lea").send("/forms/upload", {"file": a_file(BAD, "bad.xlsx")})
    page = text_of(answer)
    assert answer.status_code == 400
    assert "“survey”表第 3 行" in page and "没有哪一题的 name 是“nope”" in page
    assert "已发布的照常用" in page
    with database.reading() as db:
        assert db.scalars(select(Form).where(Form.xml_form_id == "talk")).all() == []


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh_Hans", ["“survey”表第 2 行，“calculation”列", "（ ） 是中文符号", "第 3 行", "＝ 是中文符号"]),
        ("en", ["Sheet “survey”, row 2, column “calculation”", "Type ( ) instead", "row 3", "Type = instead"]),
    ],
)
def test_every_cell_with_signs_of_a_chinese_keyboard_is_told_at_once(town, browse, language, told):
    odd = workbook(["calculate", "a", None, "round（1）"], ["calculate", "b", None, "${a}＝1"])
    answer = browse("lea", language).send("/forms/upload", {"file": a_file(odd, "odd.xlsx")})
    assert answer.status_code == 400
    assert [one for one in told if one not in text_of(answer)] == []


@pytest.mark.parametrize("name", ["form.pdf", "form", "form.xlsm.exe"])
def test_a_file_that_is_no_form_is_refused_in_words(town, browse, name):
    answer = browse("lea").send("/forms/upload", {"file": a_file(b"%PDF-1.4", name)})
    assert answer.status_code == 400 and "表单应是" in text_of(answer)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04broken", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", b"<x/>", b"\xff\xfe"]
)
def test_broken_files_are_the_senders_fault_and_never_ours(town, browse, content):
    for ending in ("xlsx", "xls", "xml"):
        assert browse("lea").send("/forms/upload", {"file": a_file(content, f"f.{ending}")}).status_code == 400


def test_a_new_version_of_a_form_keeps_the_old_one_until_published(town, browse, database):
    lea = browse("lea")
    sent = {"file": a_file(an_xform(version="2"), "visit.xml"), "ignore_warnings": "1"}
    assert lea.send("/forms/visit/draft", sent).status_code == 303
    with database.reading() as db:
        assert db.get(Form, town.form_id).current_version.version == "1"
    assert lea.send("/forms/visit/draft/discard").location == "/forms/visit"
    with database.reading() as db:
        assert db.get(Form, town.form_id).draft_version_id is None


def test_a_version_that_was_published_before_is_refused(town, browse, database):
    lea = browse("lea")
    lea.send("/forms/visit/draft", {"file": a_file(an_xform(version="1"), "visit.xml"), "ignore_warnings": "1"})
    answer = lea.send("/forms/visit/publish", {"version": "1"})
    assert answer.status_code == 409 and "换一个版本名" in text_of(answer)
    with database.reading() as db:
        assert db.get(Form, town.form_id).draft_version_id is not None
        assert len(db.scalars(select(FormVersion).where(FormVersion.published_at.is_not(None))).all()) == 1


def test_closing_and_closed_are_said_in_words(town, browse, database):
    lea = browse("lea")
    assert lea.send("/forms/visit/state", {"state": "closed"}).status_code == 303
    assert "停用" in text_of(lea.see("/forms"))
    assert lea.send("/forms/visit/state", {"state": "gone"}).status_code == 400
    with database.reading() as db:
        assert db.get(Form, town.form_id).state == "closed"


def test_a_reviewer_sees_forms_and_changes_none(town, browse):
    rita = browse("rita")
    assert rita.see("/forms").status_code == 200 and rita.see("/forms/visit").status_code == 200
    assert rita.see("/forms/upload").status_code == 403
    for path in ("/forms/upload", "/forms/visit/draft", "/forms/visit/publish", "/forms/visit/state"):
        assert rita.send(path, {"state": "closed"}).status_code == 403


@pytest.mark.parametrize("path", ["/forms/nothing", "/forms/%00", "/forms/..%2F..%2Fetc"])
def test_a_form_that_is_not_there_is_not_found(town, browse, path):
    assert browse("lea").see(path).status_code == 404


def test_a_file_the_form_did_not_ask_for_is_refused_by_name(town, browse):
    lea = browse("lea")
    lea.send("/forms/visit/draft", {"file": a_file(an_xform(version="2"), "visit.xml"), "ignore_warnings": "1"})
    answer = lea.send("/forms/visit/draft/files", {"files": a_file(b"a,b", "other.csv")})
    assert answer.status_code == 400 and "没有要这个名字的文件" in text_of(answer)


def test_the_library_form_is_offered_and_published_in_care_projects_only(town, browse, database):
    lea = browse("lea")
    assert "添加自带表单" in text_of(lea.see("/forms"))
    assert lea.send("/forms/library").status_code == 303
    page = text_of(lea.see("/forms"))
    assert "家庭走访" in page and "添加自带表单" not in page
    ada = browse("ada")
    ada.see(f"/forms?project={make_project(ada)}")
    assert "添加自带表单" not in text_of(ada.see("/forms"))
    assert ada.send("/forms/library").status_code == 403


@pytest.mark.parametrize("address", ["/forms/upload", "/forms/talk/draft"])
def test_phones_can_send_while_a_form_is_converted(town, browse, database, monkeypatch, address):
    lea = browse("lea")
    lea.send("/forms/upload", {"file": a_file(GOOD, "谈话.xlsx"), "ignore_warnings": "1"})
    written = []

    def convert_slowly(*_):
        with database.transaction() as db:  # as a phone's record would
            db.execute(update(Form).values(updated_at=MORNING))
            written.append(True)
        return []

    monkeypatch.setattr(definition, "read_warnings_of_validate", convert_slowly)
    lea.send(address, {"file": a_file(workbook(["text", "q", "问题", None], form_id="talk", version="2"), "谈话.xlsx")})
    assert written == [True]


def test_how_many_records_came_is_hidden_while_they_are_few_from_who_reads_none(town, browse, database):
    town.record()
    rita, lea = browse("rita"), browse("lea")
    assert '<td data-label="记录" class="num">1</td>' in rita.see("/forms").get_data(as_text=True)
    assert "&lt;5" in lea.see("/forms").get_data(as_text=True)
    with database.reading() as db:
        ids = {email[:4]: number for number, email in db.execute(select(User.actor_id, User.email))}
    for name, number in (("rita", 1), ("lea@", None)):
        client = Client.signed_in(town.app, database, ids[name])
        (form,) = client.get(f"/projects/{town.project_id}/forms", headers={"X-Extended-Metadata": "true"}).json
        assert (form["submissions"], form["reviewStates"]["received"]) == (number, number)
