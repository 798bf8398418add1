from dataclasses import replace

from forms.about import Reason, read_about
from forms.outline import Option, Outline, Row, Said
from forms.page_rows import Handling, links, slashed, worded, write_row

FORM = Outline(
    "a_form",
    "一张表",
    "1",
    (
        Row("asks", "calculate", calculation="if(${item} = 'pill', 1, 0)", relevant=("${item} != ''",)),
        Row(
            "item",
            "select_one",
            "items",
            Said("发什么", "Item"),
            Said("一样一份", "One each"),
            required="yes",
            relevant=("${asks} = 1", "${asks} = 1 and ${more} > 2"),
            constraint=". != 'pill'",
            message=Said("换一样", "Another one"),
            trigger="${more}, ${asks}",
            options=(Option("pill", Said("药", "Pill")),),
        ),
        Row("more", "integer", label=Said("几个", "How many"), calculation="concat(1, 2)", required="${asks} = 1"),
        Row("told", "note", label=Said("**好的**", "**All right**"), relevant=("${asks} = 1",)),
    ),
)
HANDLING = Handling(Said("谁", "who"), Said("多久", "long"), {"item": (Said("盖住", "covered"),)})
ABOUT = replace(
    read_about("household_visit"),
    asked={"item": ("pill",)},
    added=(Reason(("asks",), Said("算出", "worked out")),),
    graded=(Reason(("item",), Said("请确认", "to confirm"), "B"),),
)


def lines_of(name):
    return list(write_row(FORM.by_name[name], FORM, ABOUT, HANDLING))


def test_a_question_is_told_with_its_condition_rule_message_and_choices_in_both_languages():
    lines = lines_of("item")

    assert lines[:2] == ["### item\n", "**发什么** / **Item**\n"]
    assert "- 单选 / one choice · 必答 / required" in lines
    assert "- Asked when: [`asks`](#asks) holds and “[How many](#more)” > 2" in lines
    assert "- 规则：这个答案不是“药”。不合时说：“换一样”" in lines
    assert "- Rule: the answer is not “Pill”. Otherwise: “Another one”" in lines
    assert "- 选项 / choices：`pill` 药 / Pill" in lines
    assert "- 提示 / hint：一样一份 / One each" in lines


def test_a_question_is_told_with_who_sees_it_its_source_and_what_awaits_a_clinician():
    lines = lines_of("item")

    assert "- 谁看、存多久 / who sees it, how long：同整份记录 / as the whole record；盖住 / covered" in lines
    assert "- 来源 / source：项目说明 / the brief §3 F1" in lines
    waits = "公认标准，等本镇临床人员确认 / a known standard, awaiting the town's clinician"
    assert f"- **[B]** {waits}：请确认 / to confirm" in lines


def test_what_is_worked_out_is_told_with_when_it_holds_and_why_it_is_there():
    lines = lines_of("asks")

    assert "- Holds when: “[Item](#item)” is “Pill”" in lines
    assert "- Kept when: “[Item](#item)” is not blank" in lines
    assert "- 来源 / source：项目说明里没有 / not in the brief：算出 / worked out" in lines


def test_what_has_no_words_is_shown_as_it_is_written():
    assert "- 预先填上 / filled in beforehand with：`concat(1, 2)`" in lines_of("more")
    assert worded("concat(1, 2)", FORM) == Said("`concat(1, 2)`", "`concat(1, 2)`")


def test_a_condition_to_answer_and_what_sets_it_off_are_told():
    assert "- Required when: [`asks`](#asks) holds" in lines_of("more")
    assert (
        "- 只在这些改动时重算 / worked out anew only when these change：[`more`](#more)、[`asks`](#asks)"
        in lines_of("item")
    )


def test_of_a_text_to_read_nobody_sees_an_answer():
    lines = lines_of("told")

    assert "- 提示，不保存 / a text to read, nothing is kept" in lines
    assert "- Shown when: [`asks`](#asks) holds" in lines
    assert not [line for line in lines if "who sees it" in line]


def test_words_that_are_the_same_in_both_languages_are_written_once():
    assert slashed(Said("120", "120")) == "120"
    assert links(["a", "b"]) == "[`a`](#a)、[`b`](#b)"
