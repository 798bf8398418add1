import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.check import MOST, check
from forms.instance import read_instance
from forms.schema import Choice, Field, FormSchema
from tests.forms.samples import schema, submission


def test_a_record_that_fits_its_form_has_no_complaint():
    assert check(read_instance(submission("everything")), schema("everything")) == []
    assert check(read_instance(submission("everything_edited")), schema("everything")) == []
    assert check(read_instance(submission("trees")), schema("entity_in_repeat")) == []


def test_an_encrypted_record_has_no_complaint():
    assert check(read_instance(submission("encrypted")), schema("everything")) == []


@pytest.mark.parametrize(
    ("xml", "path", "code"),
    [
        (b'<other id="everything"/>', "", "wrong_root"),
        (b'<data id="everything"><x/></data>', "/x", "unknown_element"),
        (b'<data id="everything"><grp><village/></grp></data>', "/grp/village", "unknown_element"),
        (b'<data id="everything"><meta><name/></meta></data>', "/meta/name", "unknown_element"),
        (b'<data id="everything"><village/><village/></data>', "/village", "repeated"),
        (b'<data id="everything"><village><x/></village></data>', "/village", "not_a_leaf"),
        (b'<data id="everything"><grp><age>old</age></grp></data>', "/grp/age", "wrong_type"),
        (b'<data id="everything"><grp><methods>iud ring</methods></grp></data>', "/grp/methods", "unknown_choice"),
        (b'<data id="everything"><order>pill iud ring</order></data>', "/order", "unknown_choice"),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(xml, path, code):
    (complaint,) = check(read_instance(xml), schema("everything"))

    assert (complaint.path, complaint.code) == (path, code)
    assert complaint.message.endswith(".")


GOOD = {
    "int": ["0", "-3", "+7", " 12 "],
    "decimal": ["1", "-1.5", ".5", "1e3"],
    "boolean": ["true", "0"],
    "date": ["2026-11-25"],
    "time": ["09:10", "09:10:11.123+08:00", "09:10:11Z", "09:10:11+08"],
    "dateTime": ["2026-11-25T09:10:11.123+08:00", "2026-11-25T09:10:11Z", "2026-11-25T09:10+0800"],
    "geopoint": ["30 104", "30.5 104.1 500", "30.5 104.1 500 4.5"],
    "geotrace": ["30 104;30 105", "30 104 0 0; 30 105 0 0;"],
    "geoshape": ["30 104 0 0; 30 105 0 0; 31 105 0 0; 30 104 0 0"],
    "string": ["NaN"],
    "barcode": ["anything"],
}
BAD = {
    "int": ["1.0", "one", "１２", "9" * 19, "NaN"],
    "decimal": ["1,5", "NaN", "Infinity", "1.2.3", "."],
    "boolean": ["yes"],
    "date": ["25.11.2026", "2026-13-01", "2026-11-32", "2026-11-25T00:00:00Z"],
    "time": ["25:00", "9am"],
    "dateTime": ["2026-11-25", "2026-11-25 09:10:11"],
    "geopoint": ["30", "30,104", "30 104 0 0 0", "x y"],
    "geotrace": ["30 104", "30 104;;30 105"],
    "geoshape": ["30 104 0 0; x"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in GOOD.items() for text in texts])
def test_answers_of_their_type_pass(kind, text):
    form = FormSchema((Field("a", "/a", kind),))

    assert check(read_instance(f'<data id="f"><a>{text}</a></data>'.encode()), form) == []


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in BAD.items() for text in texts])
def test_answers_of_another_type_are_complained_about(kind, text):
    form = FormSchema((Field("a", "/a", kind),))

    assert [one.code for one in check(read_instance(f'<data id="f"><a>{text}</a></data>'.encode()), form)] == [
        "wrong_type"
    ]


def test_a_choice_with_a_space_in_it_is_one_choice_where_one_may_be_chosen():
    form = FormSchema((Field("a", "/a", "string", choices=(Choice("a b", {}),)),))

    assert check(read_instance(b'<data id="f"><a>a b</a></data>'), form) == []


def test_complaints_end_somewhere():
    xml = b'<data id="everything">' + b"<x/>" * 5_000 + b"</data>"

    assert len(check(read_instance(xml), schema("everything"))) == MOST


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    "text",
    [
        "1 2" + " " * 1_000_000 + "x",
        "1 2;3 4" + " " * 100_000 + "x",
        "1 2;" * 200_000 + "x",
        "1" * 1_000_000 + "x",
        "1 " * 500_000,
    ],
)
def test_no_answer_makes_the_check_slow(kind, text):
    form = FormSchema((Field("a", "/a", kind),))
    instance = read_instance(f'<data id="f"><a>{text}</a></data>'.encode())

    started = time.process_time()
    check(instance, form)

    assert time.process_time() - started < 1


@settings(max_examples=100)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="<&"), max_size=30)
)
def test_whatever_is_answered_the_check_does_not_raise(text):
    xml = f'<data id="everything"><grp><age>{text}</age><gps>{text}</gps></grp><path>{text}</path></data>'.replace(
        "]]>", ""
    )

    check(read_instance(xml.encode()), schema("everything"))
