"""A finding is told where its author looks for it."""

from forms.lint import Finding, Words, find_in
from forms.lint_places import NOWHERE, Cell, Place, place_in_text, place_in_workbook
from forms.lint_terms import RULES

CELLS = [
    Cell("survey", 2, "chahuan"),
    Cell("survey", 2, "每月查环"),
    Cell("survey", 5, "other"),
    Cell("survey", 5, "每月查环"),
    Cell("choices", 9, "逃避"),
]


def finding(path: str, term: str, sentence: str) -> Finding:
    return find_in(Words(path, sentence), term, RULES[0])


def test_the_row_of_the_question_itself_is_told_where_two_have_the_same_words() -> None:
    assert place_in_workbook(finding("/grp/other", "查环", "每月查环"), CELLS) == Place("survey", 5)
    assert place_in_workbook(finding("/grp/chahuan", "查环", "每月查环"), CELLS) == Place("survey", 2)


def test_else_the_first_cell_that_holds_the_term() -> None:
    assert place_in_workbook(finding("/x", "逃避", "是否 逃避 ${name}"), CELLS) == Place("choices", 9)
    assert place_in_workbook(finding("/x", "四术", "四术"), CELLS) == NOWHERE


def test_a_line_of_a_text_counts_from_one() -> None:
    text = "<h>\n<label>每月查环</label>\n</h>"
    assert place_in_text(finding("/x", "查环", "每月查环"), text) == Place(line=2)
    assert place_in_text(finding("/x", "查环", "每月\n查环"), text) == Place(line=2)
    assert place_in_text(finding("/x", "四术", "四术"), text) == NOWHERE
