import re
from dataclasses import replace

import pytest

from forms.about import AWAITING, LIBRARY, Reason, read_about, unexplained
from forms.library import library_ids, read_library_outline
from forms.outline import Outline, Row, Said

FORMS = library_ids()


def test_the_thirteen_forms_of_the_brief_are_there_each_under_its_own_number():
    assert sorted(read_about(form_id).code for form_id in FORMS) == sorted(f"F{number}" for number in range(1, 14))


@pytest.mark.parametrize("form_id", FORMS)
def test_every_field_and_answer_of_the_brief_is_there_or_its_absence_is_explained_and_every_other_field_too(form_id):
    assert list(unexplained(read_about(form_id), read_library_outline(form_id))) == []


@pytest.mark.parametrize("form_id", FORMS)
def test_what_is_said_of_a_form_is_said_in_both_languages(form_id):
    about = read_about(form_id)

    for reason in (*about.absent, *about.added, *about.shared, *about.graded):
        assert re.search(r"[一-鿿]", reason.said.zh) and re.search(r"[a-z]", reason.said.en), reason
        assert not re.search(r"[一-鿿]", reason.said.en), reason
    assert about.purpose.zh and about.purpose.en


@pytest.mark.parametrize("form_id", FORMS)
def test_what_the_source_marks_as_awaiting_a_clinician_or_unsure_is_marked_on_the_page(form_id):
    form, about = read_library_outline(form_id), read_about(form_id)
    for grade, words in marked_in((LIBRARY / form_id / "form.md").read_text(encoding="utf-8")):
        named = {name for name in re.findall(r"\w+", words) if name in form.by_name and "_" in name}
        marked = {name for one in about.graded if one.grade == grade for name in one.names}
        assert named <= marked, (grade, named - marked)
    assert {one.grade for one in about.graded} <= {"A", *AWAITING}


def marked_in(source):
    """The grades of the comments of a form, and the words of each: a line that begins with one, and those indented."""
    comments = [line.removeprefix("#") for line in source.splitlines() if line.startswith("#")]
    return re.findall(r"^ \[([ABC])\](.*(?:\n {4}.*)*)", "\n".join(comments), re.M)


FORM = Outline("a_form", "一张表", "1", (Row("kept", "text"), Row("told", "note"), Row("more", "calculate")))
WHY = Said("因为", "because")


def an_about(**changes):
    plain = replace(read_about("household_visit"), asked={"kept": ()}, absent=(), added=(), shared=(), graded=())
    return replace(plain, **{"added": (Reason(("more",), WHY),), **changes})


def test_texts_to_read_need_no_reason():
    assert list(unexplained(an_about(), FORM)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"asked": {"kept": (), "gone": ()}}, "gone: asked for, not there"),
        ({"asked": {"kept": ("yes",)}}, "kept.yes: asked for, not there"),
        ({"added": ()}, "more: there, not asked for"),
        ({"absent": (Reason(("kept",), WHY),)}, "kept: said to be left out"),
        ({"absent": (Reason(("never",), WHY),)}, "never: said to be left out"),
        ({"added": (Reason(("more", "gone"), WHY),)}, "gone: said to be added"),
        ({"added": (Reason(("more", "kept"), WHY),)}, "kept: said to be added"),
        ({"graded": (Reason(("gone",), WHY, "B"),)}, "gone: graded, not there"),
    ],
)
def test_a_difference_without_a_reason_and_a_reason_without_a_difference_are_told(changes, told):
    assert list(unexplained(an_about(**changes), FORM)) == [told]


@pytest.mark.parametrize(
    "changes",
    [
        {"asked": {"kept": (), "gone": ()}, "absent": (Reason(("gone",), WHY),)},
        {"asked": {"kept": ("yes",)}, "absent": (Reason(("kept.yes",), WHY),)},
        {"added": (), "shared": (Reason(("more", "elsewhere"), WHY),)},
    ],
)
def test_with_a_reason_of_its_own_or_of_all_forms_a_difference_is_well(changes):
    assert list(unexplained(an_about(**changes), FORM)) == []


def test_what_a_form_says_of_a_field_itself_stands_in_place_of_what_is_said_for_all():
    reasons = read_about("antenatal_check").reasons_of("goes_on")

    assert [one.said.zh for one in reasons] == ["还在孕期才接着问；当面检查过才问化验和测量"]
