"""What the reader makes of a form's XML is what its author wrote in the tables."""

import pytest

from forms.differences import differences
from forms.errors import FormError
from forms.library import _read_text, library_ids, read_library_form
from forms.questions import Option
from forms.reading_questions import read_outline
from forms.tables import read_tables
from forms.xlsform import convert_text

KINDS = {
    "begin_group": "group",
    "begin_repeat": "repeat",
    "csv-external": "",
    "end_group": "",
    "end_repeat": "",
    "audit": "",
}


@pytest.mark.parametrize("form_id", library_ids())
def test_questions_and_their_kinds_are_those_of_the_table(form_id):
    survey = read_tables(_read_text(form_id))["survey"]
    written = []
    for kind, name, *_ in survey[1:]:
        kind = KINDS.get(kind, kind.split()[0].removesuffix("_from_file"))
        written += [(name, kind)] if kind else []

    assert [(one.name, one.kind) for one in read_outline(read_library_form(form_id)).questions] == written


COLUMNS = ("relevant", "constraint", "calculation", "required", "choice_filter", "appearance", "default", "save_to")


@pytest.mark.parametrize("form_id", library_ids())
def test_rules_are_those_of_the_table(form_id):
    """But for white space, and for quotes of a kind that phones do not know."""
    survey = read_tables(_read_text(form_id))["survey"]
    columns = [one for one in COLUMNS if one in survey[0]]
    read = {one.name: one for one in read_outline(read_library_form(form_id)).questions}
    for row in survey[1:]:
        cells = dict(zip(survey[0], row, strict=False))
        one = read.get(cells["name"])
        if one is None:
            continue
        for column in columns:
            expected = {"yes": "true()"}.get(cells.get(column, ""), cells.get(column, ""))
            assert squeezed(one.rules.get(column, "")) == squeezed(expected), (one.name, column)


def squeezed(text: str) -> str:
    return "".join(text.split())


REPEATS = """
| survey |
| | type | name | label::zh | label::en | relevant | choice_filter | repeat_count | parameters | image::zh |
| | integer | many | 几个 | How many | | | | | |
| | begin_repeat | child | 孩子 | Child | | | ${many} | | |
| | integer | age | 几岁 | Age | | | | | a.png |
| | select_one town | place | 哪里 | Where | ${age} > 3 | for = ${age} | | randomize=true | |
| | end_repeat | | | | | | | | |
| choices |
| | list_name | name | label::zh | label::en | for |
| | town | a | 甲 | A | 5 |
| settings |
| | form_id | version |
| | x | 1 |
"""


def test_references_in_a_repeat_filters_pictures_and_columns_of_choices_are_read():
    _, child, age, place = read_outline(convert_text(REPEATS).xml).questions

    assert (child.kind, child.rules) == ("repeat", {"repeat_count": "${many}"})
    assert age.words["image"] == {"zh": "jr://images/a.png"}
    assert place.rules == {"relevant": "${age} > 3", "choice_filter": "for = ${age}", "randomize": "true"}
    assert (place.options_from, place.options) == ("town", (Option("a", {"zh": "甲", "en": "A"}, {"for": "5"}),))


@pytest.mark.parametrize("xml", [b"", b"<x/>", b"<!DOCTYPE x><x/>"])
def test_what_is_no_form_is_refused(xml):
    with pytest.raises(FormError):
        read_outline(xml)


def test_a_choice_is_read_with_its_picture_and_a_changed_one_is_harmless():
    source = """
| survey |
| | type | name | label::zh | label::en |
| | select_one yn | seen | 看到吗 | Seen |

| choices |
| | list_name | name | label::zh | label::en | image::zh | image::en |
| | yn | yes | 是 | Yes | yes.png | yes.png |
| | yn | no | 否 | No | |

| settings |
| | form_id | version | default_language |
| | f | 1 | zh |
"""
    before, after = (read_outline(convert_text(one).xml) for one in (source, source.replace("yes.png", "nod.png")))
    (seen,) = (one for one in before.questions if one.name == "seen")

    assert [one.columns for one in seen.options or ()] == [{"image": "jr://images/yes.png"}, {}]
    (change,) = differences(before, after)
    assert (change.kind, change.weight, change.what) == ("choice_illustrated", "harmless", "yes.image")
    assert (change.old, change.new) == ("jr://images/yes.png", "jr://images/nod.png")
