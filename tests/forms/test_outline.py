import pytest

from forms.library import library_ids, read_library_form, read_library_outline
from forms.outline import Option, Said, plain_text, read_outline
from forms.xform import read_xform

SOURCE = """
| survey |
| | type | name | label::中文 (zh) | label::English (en) | relevant | constraint | required |
| | begin_group | page | 页 | Page | ${a} = '1' |  |  |
| | select_one yn | answer | 是吗 | Is it | ${b} = 'x' | . != 'no' | yes |
| | begin_group | inner |  |  |  |  |  |
| | note | told | 好的 | All right |  |  |  |
| | end_group |  |  |  |  |  |  |
| | end_group |  |  |  |  |  |  |
| | calculate | worked_out |  |  |  |  |  |

| choices |
| | list_name | name | label::中文 (zh) | label::English (en) |
| | yn | yes | 是 | Yes |

| settings |
| | form_id | form_title | version |
| | a_form | 一张表 | 1 |
"""


@pytest.fixture(scope="module")
def form():
    return read_outline(SOURCE)


def test_a_question_lies_under_the_conditions_of_the_groups_around_it_and_its_own(form):
    assert form.by_name["answer"].relevant == ("${a} = '1'", "${b} = 'x'")
    assert form.by_name["told"].relevant == ("${a} = '1'",)


def test_what_follows_a_group_does_not_lie_under_its_condition(form):
    assert form.by_name["worked_out"].relevant == ()


def test_a_question_has_both_labels_its_list_and_its_choices(form):
    row = form.by_name["answer"]

    assert (row.kind, row.listed, row.label) == ("select_one", "yn", Said("是吗", "Is it"))
    assert row.options == (Option("yes", Said("是", "Yes")),)
    assert row.is_question and row.required == "yes"


def test_texts_and_pages_keep_no_answer(form):
    assert [row.name for row in form.answers] == ["answer", "worked_out"]
    assert not form.by_name["worked_out"].is_question


@pytest.mark.parametrize("form_id", library_ids())
def test_the_outline_of_a_form_of_ours_keeps_the_very_fields_of_its_xform(form_id):
    schema = read_xform(read_library_form(form_id)).schema
    kept = {field.name for field in schema.fields if not field.group and "/meta" not in field.path}
    notes = {row.name for row in read_library_outline(form_id).rows if row.kind == "note"}

    assert {row.name for row in read_library_outline(form_id).answers} - {"audit"} == kept - notes


def test_markup_and_what_the_phone_fills_in_leave_a_plain_text():
    text = '<span style="color:#c62828">**立即就医，打 [120](tel:120)。**</span>电话：${clinic_phones}'

    assert plain_text(text) == "立即就医，打 120。电话：…"
