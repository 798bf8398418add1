import pytest

from forms.library import library_ids, read_library_outline
from forms.outline import Option, Outline, Row, Said
from forms.wording import say, say_flag

YES_NO = (Option("yes", Said("是", "Yes")), Option("no", Said("否", "No")), Option("none", Said("都没有", "None")))
FORM = Outline(
    "a_form",
    "一张表",
    "1",
    (
        Row("today", "today"),
        Row("went", "select_one", "yn", Said("去了吗？", "Did she go?"), options=YES_NO),
        Row("signs", "select_multiple", "yn", Said("**信号**", "**Signs**"), options=YES_NO),
        Row("visit_date", "date", label=Said("日期", "Date")),
        Row("weight", "decimal", label=Said("体重", "Weight")),
        Row("open", "calculate", calculation="if(${went} = 'yes', 1, 0)"),
        Row("before", "calculate", calculation="${weight}"),
        Row("read", "acknowledge", label=Said("读了", "Read")),
    ),
)
SIGNS = FORM.by_name["signs"]


@pytest.mark.parametrize(
    ("expression", "zh", "en"),
    [
        ("${went} = 'yes'", "「[去了吗](#went)」是“是”", "“[Did she go](#went)” is “Yes”"),
        ("not(${went} = 'no')", "「[去了吗](#went)」不是“否”", "“[Did she go](#went)” is not “No”"),
        ("${went} != ''", "「[去了吗](#went)」有内容", "“[Did she go](#went)” is not blank"),
        ("${open} = 1", "[`open`](#open) 成立", "[`open`](#open) holds"),
        ("${open} = 0", "[`open`](#open) 不成立", "[`open`](#open) does not hold"),
        ("${before} = 1", "[`before`](#before) = 1", "[`before`](#before) = 1"),
        ("${read} = 'OK'", "「[读了](#read)」已确认", "“[Read](#read)” is confirmed"),
        ("selected(${signs}, 'no')", "「[信号](#signs)」里选了“否”", "“[Signs](#signs)” includes “No”"),
        (". >= 70 and . <= 260", "这个答案从 70 到 260", "the answer is from 70 to 260"),
        (". >= today() - 365", "这个答案 ≥ 今天 − 365 天", "the answer ≥ today − 365 days"),
        (". >= ${weight} - 5", "这个答案 ≥ 「[体重](#weight)」 − 5", "the answer ≥ “[Weight](#weight)” − 5"),
        ("string-length(.) <= 40", "字数 ≤ 40", "the number of characters ≤ 40"),
    ],
)
def test_a_condition_is_said_in_both_languages_by_labels_and_choices(expression, zh, en):
    assert say(expression, FORM, SIGNS) == Said(zh, en)


@pytest.mark.parametrize(
    ("expression", "zh", "en"),
    [
        (
            "coalesce(join('、', instance('clinics')/root/item[phone != '']/phone), 'none')",
            "名单 `clinics` 里（`phone`有内容）每一行的 `phone`，用“、”隔开，没有就用“none”",
            "`phone` of every row of `clinics` (where `phone` is not blank), with “、” between, else “none”",
        ),
        (
            "count(instance('cases')/root/item[household = ${weight}]) + 1",
            "名单 `cases` 里（`household` = 「[体重](#weight)」）的行数 + 1",
            "the number of rows of `cases` (where `household` = “[Weight](#weight)”) + 1",
        ),
    ],
)
def test_what_is_made_of_many_rows_of_a_list_is_said_in_words(expression, zh, en):
    assert say(expression, FORM) == Said(zh, en)


def test_several_answers_to_one_question_are_said_in_one_go():
    assert say("${went} = 'yes' or ${went} = 'no'", FORM).en == "“[Did she go](#went)” is “Yes” or “No”"


def test_answers_to_two_questions_are_not_run_together():
    said = say("${went} = 'yes' or ${weight} = 'no'", FORM)

    assert said.en == "“[Did she go](#went)” is “Yes” or “[Weight](#weight)” is “no”"


def test_an_or_within_an_and_stands_in_brackets():
    said = say("${open} = 1 and (${weight} > 5 or ${weight} < 3)", FORM)

    assert said.en == "[`open`](#open) holds and (“[Weight](#weight)” > 5 or “[Weight](#weight)” < 3)"


def test_what_is_taken_from_a_sum_or_a_choice_between_two_keeps_its_brackets():
    said = say("(if(${open} = 1, ${weight}, 0)) - (${weight} - 5)", FORM)

    assert said.en == "(“[Weight](#weight)” if [`open`](#open) holds, else 0) − (“[Weight](#weight)” − 5)"


def test_a_choice_that_stands_alone_is_said_so():
    said = say("not(selected(., 'none') and count-selected(.) > 1)", FORM, SIGNS)

    assert said == Said("选了“都没有”就不再选别的", "“None” stands alone")


def test_a_list_is_asked_for_rows_and_for_what_was_chosen_of_it():
    assert (
        say("count(instance('women')/root/item[code = 'x']) > 0", FORM).en == "`women` has a row (where `code` is “x”)"
    )
    assert say("instance('me')/root/item/role = 'clinician'", FORM).en == "this phone's `role` is “clinician”"
    assert say("instance('women')/root/item[name = ${went}]/code", FORM).en == (
        "`code` of the chosen “[Did she go](#went)”"
    )


def test_a_calculation_of_one_or_nothing_is_said_as_its_condition():
    assert say_flag("if(${went} = 'yes', 1, 0)", FORM).en == "“[Did she go](#went)” is “Yes”"
    assert say_flag("if(${went} = 'yes', 0, 1)", FORM) is None
    assert say_flag("${weight}", FORM) is None


@pytest.mark.parametrize(
    "expression", ["concat('a', 'b')", "join(', ', ${weight})", "/data/x = 1", "${a} and", "random()"]
)
def test_what_has_no_words_here_is_none(expression):
    assert say(expression, FORM) is None


def test_every_condition_to_ask_something_of_our_forms_can_be_said():
    rows = [(form, row) for form in map(read_library_outline, library_ids()) for row in form.rows]
    unsaid = [(form.form_id, row.name) for form, row in rows for one in row.relevant if say(one, form, row) is None]

    assert len(rows) > 700 and unsaid == []


def test_of_the_rules_of_our_forms_one_alone_is_shown_as_it_is_written():
    rows = [(form, row) for form in map(read_library_outline, library_ids()) for row in form.rows if row.constraint]
    unsaid = [(form.form_id, row.name) for form, row in rows if say(row.constraint, form, row) is None]

    assert unsaid == [("benefit_case", "problem")]  # no long number, whatever blanks and hyphens stand in it
