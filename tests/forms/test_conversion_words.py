import re

import pytest

from forms import xlsform
from forms.conversion_errors import invalid_cells
from forms.conversion_words import say_plainly, tell_wrongs
from forms.errors import XLSFormInvalid
from forms.excel_words import Line
from forms.slips import Slip
from forms.workbook import ROW_LIMIT, check_workbook, refuse_hostile_parts
from tests.forms.workbooks import SETTINGS, SURVEY, part_of, with_parts, workbook

SHEET = "xl/worksheets/sheet1.xml"

SELECT = [*SURVEY, ("select_one l", "a", "x")]
LIST = ("list_name", "name", "label")
MISTAKES = {
    "survey": {"choices": [LIST, ("l", "1", "x")]},
    "第一行": {"survey": [("家庭走访表", None, None), *SURVEY], "settings": SETTINGS},
    "同一个意思": {"survey": [("type", "name", "label", "relevant", "relevance"), ("text", "a", "x", "1", "1")]},
    "没有“文本”这种题": {"survey": [*SURVEY, ("文本", "a", "x")]},
    "${b}": {"survey": [("type", "name", "label", "relevant"), ("text", "a", "x", "${b} = 1")]},
    "已经有一题用了": {"survey": [*SURVEY, ("text", "name", "x")]},
    "开头不能是数字": {"survey": [*SURVEY, ("text", "1a", "x")]},
    "没有 name": {"survey": [*SURVEY, ("text", None, "x")]},
    "没有 type": {"survey": [*SURVEY, (None, "a", "x")]},
    "少一个对应的 end": {"survey": [*SURVEY, ("begin group", "g", "x")]},
    "少一个对应的 begin": {"survey": [*SURVEY, ("end group", None, None)]},
    "没有“l”这一组": {"survey": SELECT, "choices": [LIST, ("m", "1", "x")]},
    "没有 choices": {"survey": SELECT},
    "“a”这一题没有文字": {"survey": [*SURVEY, ("text", "a", None)]},
    "没有写怎么算": {"survey": [*SURVEY, ("calculate", "a", None)]},
    "选项没有 name": {"survey": SELECT, "choices": [LIST, ("l", None, "x")]},
    "name 一样": {"survey": SELECT, "choices": [LIST, ("l", "1", "x"), ("l", "1", "y")]},
    "有空格": {"survey": [*SURVEY, ("select_multiple l", "a", "x")], "choices": [LIST, ("l", "1 2", "x")]},
}


@pytest.mark.parametrize(("words", "sheets"), MISTAKES.items(), ids=MISTAKES)
def test_what_people_often_get_wrong_is_said_in_both_languages_with_what_to_do(words, sheets):
    said = say_plainly(xlsform._convert_or_say_why(workbook(**sheets), ".xlsx", None, [])["error"])

    assert said is not None and words in said.zh
    assert re.search("[a-z]{3}", said.en) and not re.search("[一-鿿]", re.sub("“.*?”", "", said.en))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"hello"])
def test_a_file_that_is_no_workbook_is_told_so_too(data):
    with pytest.raises(XLSFormInvalid) as refused:
        check_workbook(data)

    said = say_plainly(refused.value.message)
    assert said is not None and ".xlsx" in said.zh and ".xlsx" in said.en


def test_rows_formatted_down_to_the_end_of_the_sheet_are_told_as_what_they_are():
    blank = "".join(f'<row r="{n}" s="1" customFormat="1"/>' for n in range(3, ROW_LIMIT + 9))
    sheet = part_of(workbook(survey=SURVEY), SHEET).replace(b"</sheetData>", blank.encode() + b"</sheetData>")
    data = with_parts(workbook(survey=SURVEY), {SHEET: sheet})

    for refuse in (check_workbook, refuse_hostile_parts):
        try:
            refuse(data)
        except XLSFormInvalid as refused:
            said = say_plainly(refused.message)
            assert said is not None and "空行" in said.zh and "empty rows" in said.en
            return
    pytest.fail("it was let pass")


def test_a_sentence_that_is_not_known_stays_as_it_is():
    wrong = XLSFormInvalid("Parameter x must have an integer value.", sheet="survey", row=3)

    assert say_plainly(wrong.message) is None
    assert tell_wrongs(wrong.message, wrong.details) == [Slip("survey", 3, "", Line(wrong.message, wrong.message))]


def test_odd_cells_are_told_one_by_one():
    slips = [Slip("survey", 2, "relevant", Line("错", "wrong")), Slip("choices", 9, "name", Line("也错", "too"))]
    wrong = invalid_cells(slips, [])

    assert tell_wrongs(wrong.message, wrong.details) == slips
