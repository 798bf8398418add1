import re

import pytest

from forms.about import read_about
from forms.library import library_ids, read_library_outline
from forms.outline import Said
from forms.page_rows import Handling
from forms.pages import write_index, write_page

HANDLING = Handling(Said("没有人看", "nobody reads it"), Said("一天", "for a day"))


def page_of(form_id):
    return write_page(read_library_outline(form_id), read_about(form_id), HANDLING)


@pytest.mark.parametrize("form_id", library_ids())
def test_a_page_tells_of_every_question_text_and_kept_field_of_its_form_once(form_id):
    form = read_library_outline(form_id)
    told = [row.name for row in form.rows if row.keeps_answer or row.kind == "note"]

    assert re.findall(r"^### (.+)$", page_of(form_id), re.M) == told


@pytest.mark.parametrize("form_id", library_ids())
def test_every_link_within_a_page_leads_to_one_of_its_headings(form_id):
    page = page_of(form_id)

    assert set(re.findall(r"\]\(#([\w-]+)\)", page)) <= set(re.findall(r"^### (.+)$", page, re.M))


@pytest.mark.parametrize("form_id", library_ids())
def test_every_kept_field_says_who_sees_it_and_where_it_comes_from(form_id):
    form, sections = read_library_outline(form_id), page_of(form_id).split("\n### ")[1:]
    for row, section in zip(
        (one for one in form.rows if one.keeps_answer or one.kind == "note"), sections, strict=True
    ):
        if row.keeps_answer:
            assert "- 谁看、存多久 / who sees it, how long：" in section, row.name
            assert "- 来源 / source：" in section, row.name


def test_a_page_says_what_the_server_does_with_the_record_what_differs_and_what_awaits():
    page = page_of("antenatal_check")

    assert page.startswith("# F4 产前随访 / Antenatal check\n")
    assert "- 没有人看\n- nobody reads it\n- 一天\n- for a day\n" in page
    assert "- 没有 / not here `advice`：" in page
    assert "- 多出 / added [`ga_days`](#ga_days)：" in page
    assert (
        "**[B]** 公认标准，等本镇临床人员确认 / a known standard, awaiting the town's clinician\n\n- [`danger`]" in page
    )
    assert "- `last_weight` ← [`last_weight`](#last_weight)" in page
    assert "- 更新的条件 / changes one when：[`status`](#status)有内容 / [`status`](#status) is not blank" in page


def test_a_form_that_writes_to_no_list_says_so():
    assert "不写任何名单。 / It writes to no list." in page_of("feedback")


def test_no_markup_of_the_phone_and_no_link_to_dial_is_left_in_a_page():
    for form_id in library_ids():
        assert not re.search(r"<span|tel:|\$\{(?!\w+\}[^`]*`)", page_of(form_id)), form_id


def test_the_index_leads_to_each_page_and_counts_what_awaits_the_town():
    index = write_index([(read_library_outline(one), read_about(one)) for one in ("household_visit", "supplies")])

    assert "| F1 | [家庭走访](household_visit.md) `household_visit` |" in index
    assert re.search(r"^\| F7 .*\(supplies\.md\).* \| 17 \| 4 \|$", index, re.M)
