import pytest

from forms.conversion_errors import find_question_row, invalid_cells, invalid_form
from forms.excel_words import Line
from forms.slips import Slip


@pytest.mark.parametrize(
    ("error", "sheet", "row"),
    [
        ("[row : 14] Question or group with no name.", "survey", 14),
        ("[row : 3] On the 'entities' sheet, the 'x' value is invalid.", "entities", 3),
        ("There should be a choices sheet in this xlsform.", "choices", None),
        ("Invalid headers provided for sheet: 'survey'.", "survey", None),
        (
            "The xls file provided has an invalid date on the survey sheet, under the a column on row number 7",
            "survey",
            7,
        ),
        ("[row : 3] List name not in choices sheet: b", "survey", 3),
        ("Something else.", None, None),
    ],
)
def test_sheet_and_row_are_read_from_the_sentence(error, sheet, row):
    details = invalid_form(error, ["w"]).details

    assert details == {"error": error, "warnings": ["w"], "sheet": sheet, "row": row}


def test_the_row_of_a_question_is_the_first_with_its_type_or_name():
    survey = [{"type": "text", "name": "a"}, {"type": "txt", "name": "b"}, {"type": "odd"}, {"type": "odd"}]

    assert find_question_row("Unknown question type 'txt'.", survey) == 3
    assert find_question_row("The survey element named 'a' has no label or hint.", survey) == 2
    assert find_question_row("Unknown question type 'odd'.", survey) == 4
    assert find_question_row("Something else.", survey) is None


def test_odd_cells_are_an_error_about_the_first_with_all_of_them():
    slips = [Slip("survey", 2, "relevant", Line("错", "wrong")), Slip("survey", 9, "constraint", Line("也错", "too"))]

    wrong = invalid_cells(slips, ["w"])
    assert (wrong.message, wrong.details["error"]) == ("relevant: wrong", "relevant: wrong")
    assert (wrong.details["sheet"], wrong.details["row"], wrong.details["warnings"]) == ("survey", 2, ["w"])
    assert [one["errorZh"] for one in wrong.details["slips"]] == ["错", "也错"]
