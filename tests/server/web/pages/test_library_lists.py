"""Changing a hotline is editing a list: on the page or by a file, written once, in every form, with its past and an undo."""

import csv
import io
import re

import pytest
from lxml import etree

from forms.xlsform import convert_text
from server.publishing.list_kinds import NOT_FILLED
from tests.client import Client
from tests.making import a_form
from tests.server.web.pages.conftest import CODES, a_file, make_project, text_of

PAGE = "/library/lists/hotlines"
HELP = """
| survey |
| | type | name | label | calculation |
| | csv-external | hotlines | | |
| | csv-external | clinics | | |
| | calculate | helpline | | instance('hotlines')/root/item[name = 'helpline']/phone |
| | note | help | Call ${{helpline}} | |

| settings |
| | form_id | form_title | version |
| | {form_id} | {title} | 1 |
"""
OURS = {"name": ["helpline", "police"], "label": ["心理援助热线", "报警电话"], "phone": ["12356", "110"]}


def a_help_form(form_id: str, title: str = "求助") -> bytes:
    return convert_text(HELP.format(form_id=form_id, title=title)).xml


@pytest.fixture
def lea(town, browse, monkeypatch):
    """A town with two forms on phones that have hotlines.csv, and who may change forms."""
    monkeypatch.setattr("server.publishing.definition.read_warnings_of_validate", lambda xml: [])
    lea = browse("lea")
    for form_id in ("help", "other"):
        lea.send("/forms/upload", {"file": a_file(a_help_form(form_id), "f.xml"), "ignore_warnings": "1"})
        assert lea.send(f"/forms/{form_id}/publish", {"version": "1"}).status_code == 303
    return lea


def was_of(page) -> str:
    return re.search(r'name="was" value="([0-9a-f]{64})"', page.get_data(as_text=True))[1]


def edit(lea, page=PAGE, **changes):
    """Sends the table as the page shows it, with other columns where they are given."""
    return lea.send(page, {"was": was_of(lea.see(page)), **OURS, **changes})


def manifest_of(town, form_id: str) -> dict[str, tuple[str, str]]:
    """Name -> (hash, address) of a form's files, as the phone is told."""
    phone = Client(town.app, key=town.key)
    answer = phone.get(f"/projects/{town.project_id}/forms/{form_id}/manifest", headers={"X-OpenRosa-Version": "1.0"})
    files = etree.fromstring(answer.data).findall("{*}mediaFile")
    return {one.findtext("{*}filename"): (one.findtext("{*}hash"), one.findtext("{*}downloadUrl")) for one in files}


def list_on_phone(town, form_id: str, name: str = "hotlines.csv") -> list[list[str]]:
    phone = Client(town.app, key=town.key)
    answer = phone.get(f"/projects/{town.project_id}/forms/{form_id}/attachments/{name}")
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True))))


def versions_on_phone(town) -> list[str]:
    answer = Client(town.app, key=town.key).get(
        f"/projects/{town.project_id}/formList", headers={"X-OpenRosa-Version": "1.0"}
    )
    return [one.findtext("{*}version") for one in etree.fromstring(answer.data).findall("{*}xform")]


def test_a_changed_hotline_is_on_every_phone_without_a_new_version_of_any_form(town, lea):
    assert edit(lea, label=["心理援助", "报警电话"]).status_code == 303
    before, versions = {form: manifest_of(town, form) for form in ("help", "other")}, versions_on_phone(town)

    answer = edit(lea, label=["县心理援助热线", "报警电话"], phone=["0825-5550199", "110"])

    assert (answer.status_code, answer.location) == (303, PAGE)
    for form in ("help", "other"):
        assert manifest_of(town, form)["hotlines.csv"][0] != before[form]["hotlines.csv"][0]
        assert list_on_phone(town, form) == [
            ["name", "label", "phone"],
            ["helpline", "县心理援助热线", "0825-5550199"],
            ["police", "报警电话", "110"],
        ]
    assert versions_on_phone(town) == versions


def test_what_was_changed_is_told_with_who_and_when_and_is_taken_back(town, lea):
    edit(lea, phone=["0825-5550199", "110"])
    page = lea.see(PAGE)
    words = text_of(page)
    assert "存好了" in words and "lea" in words and "心理援助热线 · 12356" in words and "0825-5550199" in words
    change = re.search(r'name="change" value="(\d+)"', page.get_data(as_text=True))[1]

    assert lea.send(f"{PAGE}/undo", {"change": change}).status_code == 303
    assert list_on_phone(town, "help")[1] == ["helpline", "心理援助热线", "12356"]
    assert "撤销了前一次改动" in text_of(lea.see(PAGE))
    again = lea.send(f"{PAGE}/undo", {"change": change})
    assert again.status_code == 409 and "别人改了" in text_of(again)
    assert "改了镇里的一份名单" in text_of(lea.see("/audit"))


def test_who_edits_an_older_list_overwrites_nobody_and_loses_nothing(town, lea):
    old = was_of(lea.see(PAGE))
    edit(lea, phone=["0825-5550199", "110"])

    answer = lea.send(PAGE, {"was": old, **OURS, "phone": ["0825-5550200", "110"]})

    assert answer.status_code == 409 and "别人改了" in text_of(answer)
    page = answer.get_data(as_text=True)
    assert 'value="0825-5550200"' in page and "0825-5550199" in page
    assert list_on_phone(town, "help")[1][2] == "0825-5550199"
    assert lea.send(PAGE, {"was": was_of(answer), **OURS, "phone": ["0825-5550200", "110"]}).status_code == 303


def test_what_is_wrong_is_told_by_its_cell_in_both_languages_and_nothing_is_stored(town, lea, browse):
    wrong = (
        ({"phone": ["热线", "110"]}, "第 1 行，电话：电话只用数字", "Row 1, Phone: A phone number is made of digits"),
        ({"label": ["=HYPERLINK()", "b"]}, "第 1 行，名称：开头是 =", "Row 1, Name: It begins with ="),
        ({"label": ["a\x00b", "b"]}, "存不了的字符", "cannot be stored"),
        ({"gone": ["0"]}, "不能拿掉：helpline", "so they stay: helpline"),
        ({"name": ["helpline"]}, "表里的行不完整", "are not complete"),
        ({"label": ["计划生育罚款电话", "报警电话"]}, "第 1 行，名称：", "Row 1, Name:"),
    )
    english = browse("lea", "en")
    for changes, *sentences in wrong:
        for browser, sentence in zip((lea, english), sentences, strict=True):
            answer = edit(browser, **changes)
            assert answer.status_code == 400 and sentence in text_of(answer), (changes, text_of(answer)[-900:])
    assert "还没有。" in text_of(lea.see(PAGE))


def test_a_list_goes_out_as_csv_and_comes_back_with_what_it_changes_before_it_is_stored(town, lea):
    file = lea.see(f"{PAGE}/file")
    assert (
        file.data.startswith(b"\xef\xbb\xbfname,label,phone\n")
        and "hotlines.csv" in file.headers["Content-Disposition"]
    )

    edited = file.data.decode("utf-8-sig").replace("12356", "0825-5550199") + ",县妇联,0825-5550188\n"
    shown = lea.send(f"{PAGE}/read", {"file": a_file(edited.encode("gb18030"), "改过的.csv")})

    assert shown.status_code == 200
    words = text_of(shown)
    assert "还没有存" in words and "心理援助热线 · 12356 心理援助热线 · 0825-5550199" in re.sub(r"\s+", " ", words)
    assert 'value="县妇联"' in shown.get_data(as_text=True)
    assert list_on_phone(town, "help")[1][2] == "12356"
    rows = {"name": ["helpline", "police", "h1"], "label": ["心理援助热线", "报警电话", "县妇联"]}
    phones = {"phone": ["0825-5550199", "110", "0825-5550188"]}
    assert lea.send(PAGE, {"was": was_of(shown), **rows, **phones}).status_code == 303
    assert list_on_phone(town, "other")[3] == ["h1", "县妇联", "0825-5550188"]


def test_a_file_that_is_no_such_list_says_why(town, lea):
    wrong = (
        (b"name,label\nhelpline,a\n", "第一行要写这些列名：name,label,phone"),
        (b"PK\x03\x04\x00\x00", "不是 CSV 文件"),
        (b"name,label,phone\n" + b"a,b,1\n" * 501, "最多 500 行"),
        (b"name,label,phone\nhelpline,a,1\npolice,=1+1,110\n", "第 2 行，名称：开头是 ="),
    )
    for content, sentence in wrong:
        answer = lea.send(f"{PAGE}/read", {"file": a_file(content, "list.csv")})
        assert answer.status_code == 400 and sentence in text_of(answer), (content[:40], text_of(answer)[-900:])
    assert lea.send(f"{PAGE}/read").status_code == 400


def test_a_list_that_is_not_filled_says_so_until_a_real_row_stands_in_it(town, lea):
    page = "/library/lists/clinics"
    assert "这份名单还没有填" in text_of(lea.see(page)) and NOT_FILLED not in lea.see(page).get_data(as_text=True)
    assert "还要填" in text_of(lea.see("/library/lists"))
    note = lea.send(page, {"was": was_of(lea.see(page)), "name": "x", "label": NOT_FILLED, "phone": ""})
    assert note.status_code == 400 and "换成真的" in text_of(note)

    rows = {"name": ["", "town"], "label": ["村卫生室", "镇卫生院"], "phone": ["", "0825-5550120"]}
    assert lea.send(page, {"was": was_of(lea.see(page)), **rows}).status_code == 303
    assert list_on_phone(town, "help", "clinics.csv")[1:] == [
        ["c1", "村卫生室", ""],
        ["town", "镇卫生院", "0825-5550120"],
    ]
    assert "这份名单还没有填" not in text_of(lea.see(page))


def test_a_code_that_was_taken_out_is_never_given_to_another_row(town, lea):
    page = "/library/lists/clinics"
    lea.send(page, {"was": was_of(lea.see(page)), "name": ["", ""], "label": ["甲", "乙"], "phone": ["", ""]})
    lea.send(
        page,
        {
            "was": was_of(lea.see(page)),
            "name": ["c1", "c2", ""],
            "label": ["甲", "乙", "丙"],
            "phone": [""] * 3,
            "gone": "1",
        },
    )

    assert list_on_phone(town, "help", "clinics.csv")[1:] == [["c1", "甲", ""], ["c3", "丙", ""]]


def test_supply_points_lie_in_the_towns_villages_and_destinations_one_in_another(town, lea):
    page = "/library/lists/supply_points"
    rows = {"name": ["p1"], "label": ["村卫生室"]}
    wrong = lea.send(page, {"was": was_of(lea.see(page)), **rows, "village_code": ["99"]})
    assert wrong.status_code == 400 and "没有编号 99 的村" in text_of(wrong)
    assert lea.send(page, {"was": was_of(lea.see(page)), **rows, "village_code": [CODES[0]]}).status_code == 303

    page = "/library/lists/destinations"
    rows = {"name": ["44", "4401", "s1"], "label": ["广东省", "某县", "某院"], "level": ["prov", "county", "site"]}
    wrong = lea.send(page, {"was": was_of(lea.see(page)), **rows, "parent": ["", "44", "44"]})
    assert wrong.status_code == 400 and "第 3 行，上一级的编号" in text_of(wrong)
    assert lea.send(page, {"was": was_of(lea.see(page)), **rows, "parent": ["", "44", "4401"]}).status_code == 303


def test_thresholds_move_to_the_careful_side_only(town, lea):
    page = "/library/lists/thresholds"
    shown = lea.see(page).get_data(as_text=True)
    names, labels = re.findall(r'name="name" value="(\w+)"', shown), re.findall(r'name="label" value="([^"]+)"', shown)
    values = re.findall(r'name="value"[^>]* value="([^"]*)"', shown)
    table = {"name": names, "label": labels}
    assert len(names) == len(labels) == len(values) == 10

    for value, status in (("170", 400), ("abc", 400), ("1e1", 400), ("150", 303)):
        changed = [value if name == "bp_sys_critical" else old for name, old in zip(names, values, strict=True)]
        answer = lea.send(page, {"was": was_of(lea.see(page)), **table, "value": changed})
        assert answer.status_code == status, text_of(answer)
    crossed = [
        {"bp_sys_red": "140", "bp_sys_critical": "140"}.get(name, v) for name, v in zip(names, values, strict=True)
    ]
    answer = lea.send(page, {"was": was_of(lea.see(page)), **table, "value": crossed})
    assert answer.status_code == 400 and "要高于" in text_of(answer)


def test_a_file_of_its_own_beside_another_form_is_left_alone(town, lea, database):
    with database.transaction() as db:
        a_form(db, town.project_id, xml=a_help_form("own"), form_id="own")
    lea.send(
        "/forms/own/draft",
        {"file": a_file(a_help_form("own").replace(b'version="1"', b'version="2"'), "f.xml"), "ignore_warnings": "1"},
    )
    own = b"name,label,phone,more\nhelpline,a,1,b\n"
    assert lea.send("/forms/own/draft/files", {"files": a_file(own, "hotlines.csv")}).status_code == 303
    assert lea.send("/forms/own/publish", {"version": "2"}).status_code == 303

    edit(lea, phone=["0825-5550199", "110"])

    assert list_on_phone(town, "own")[1] == ["helpline", "a", "1", "b"]
    assert list_on_phone(town, "help")[1][2] == "0825-5550199"


def test_only_who_may_change_forms_sees_or_changes_a_list(town, lea, browse):
    other = browse("rita")
    for path in ("/library", "/library/lists", PAGE, f"{PAGE}/file", "/library/publish"):
        assert other.see(path).status_code == 403, path
    other.see("/me")
    sent = {"was": was_of(lea.see(PAGE)), **OURS, "phone": ["1", "2"]}
    for path in (PAGE, f"{PAGE}/read", f"{PAGE}/undo", "/library/publish"):
        assert other.send(path, sent).status_code == 403, path
    assert "还没有。" in text_of(lea.see(PAGE))


def test_lists_are_for_care_projects_and_for_names_that_there_are(town, lea, browse):
    assert lea.see("/library/lists/workers").status_code == 404
    assert lea.see("/library/lists/..%2Fhotlines").status_code == 404
    ada = browse("ada")
    plain = make_project(ada)
    answer = ada.see(f"/library?project={plain}")
    assert answer.status_code == 403 and "照护项目" in text_of(answer)


def test_what_was_sent_for_one_town_is_not_stored_in_another(town, lea, browse):
    ada = browse("ada")
    other = make_project(ada, kind="care")
    page = ada.see(f"{PAGE}?project={town.project_id}")
    action = re.search(r'action="(/library/lists/hotlines\?project=\d+)"', page.get_data(as_text=True))[1]
    ada.see(f"{PAGE}?project={other}")

    assert ada.send(action, {"was": was_of(page), **OURS, "phone": ["1", "2"]}).status_code == 303
    assert "还没有。" in text_of(ada.see(f"{PAGE}?project={other}"))
    assert "还没有。" not in text_of(ada.see(f"{PAGE}?project={town.project_id}"))
