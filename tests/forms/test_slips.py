"""Cells that phones cannot read: what input methods and spreadsheet programs make of expressions, and what is left in peace."""

import re

import pytest

from forms.about import LIBRARY
from forms.library import library_ids
from forms.slips import base_of, find_slips
from forms.tables import read_tables

ODD = {
    "string-length（.）＜=40": "( ) <",
    "string－length(.) <= 40": "-",
    "regex(.，'^[a-z]$')": ",",
    "${a} ＝ '1'": "=",
    "＄｛a｝ = '1'": "$ { }",
    ". ≥ 1": ">=",
    ". = today() – 1": "-",
    "string-length(。) < 2": ".",
    "． > １": ". 1",
    "${a} = '1' 并且 ${b} = '1'": "and",
    "${a} = 是": "'是'",
    "${a} = '1' AND ${b} = '1'": "small letters",
    "${a} == '1'": "instead of ==",
    "${a} = '1' && ${b} = '1'": "instead of &&",
    "string-length(. < 4": "1 ( and 0 )",
    "selected(${a}, 'x)": "quote",
    "$ {a} = '1'": "blank",
    "regex(.; 'a')": "cannot read",
    "#NAME?": "cannot work out",
    "2026-01-02": "format to Text",
}


def slips_of(column: str, text: str):
    survey = [{"type": "text", "name": "a"}, {"type": "text", "name": "b", column: text}, {"name": "村名"}]
    return find_slips({"survey": survey, "choices": [{"list_name": "l", "name": "1", "组": "1"}]})


@pytest.mark.parametrize(("text", "advice"), ODD.items(), ids=ODD)
def test_an_expression_that_no_phone_can_read_is_found_with_its_cell_and_what_to_do(text, advice):
    (slip,) = slips_of("relevant", text)

    assert (slip.sheet, slip.row, slip.column) == ("survey", 3, "relevant")
    assert advice in slip.said.en
    assert re.search("[一-鿿]", slip.said.zh)


FINE = [
    "${a} = '1' and not(${b} = '他说：（好）')",
    '${a} = "，"',
    "${a} = ’1’",
    "regex(., “^[a-z]+$”)",
    "${a}　=　'1'",
    "string-length(.)\u00a0<= 40",
    ". >= -1.5 and . < .5",
    "instance('villages')/root/item[名字 = ${a}]/label",
    "${repeat}[position() = 1]/x",
    "${村名} = '1' and ../村名 != ''",
    "if(${a} = 1, jr:choice-name(${b}, '${b}'), once(uuid()))",
    "pulldata('a', 'b', 'c', ${a})",
    "yes",
    "TRUE",
    "1",
]


@pytest.mark.parametrize("text", FINE)
def test_an_expression_that_phones_can_read_is_left_in_peace(text):
    assert slips_of("relevant", text) == []


def test_texts_of_people_may_hold_any_sign():
    assert slips_of("label::中文 (zh)", "多大（岁）？＝ 2026-01-02 ${a") == []
    assert slips_of("default", "2026-01-02") == []
    assert slips_of("label", "#NAME?") != []


def test_required_takes_yes_and_says_so():
    (slip,) = slips_of("required", "是")
    assert "yes" in slip.said.zh and "yes" in slip.said.en


def test_a_filter_may_name_columns_of_lists_that_are_elsewhere():
    assert slips_of("choice_filter", "社 = ${a}") == []
    assert slips_of("relevant", "组 = ${a}") == []
    assert slips_of("relevant", "社 = ${a}") != []


def test_entities_and_settings_are_looked_at_too():
    slips = find_slips({"entities": [{"label": "${a}，"}], "settings": [{"instance_name": "concat（${a}）"}]})
    assert [(one.sheet, one.column) for one in slips] == [("entities", "label"), ("settings", "instance_name")]


def test_columns_go_by_any_spelling():
    assert [base_of(name) for name in ("Read only", "constraint::x", "relevant")] == [
        "read_only",
        "constraint",
        "relevant",
    ]


@pytest.mark.parametrize("form_id", library_ids())
def test_there_is_no_slip_in_a_form_of_ours(form_id):
    sheets = {
        name: [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
        for name, rows in read_tables((LIBRARY / form_id / "form.md").read_text(encoding="utf-8")).items()
    }
    assert find_slips(sheets) == []
