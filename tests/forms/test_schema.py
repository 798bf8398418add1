import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.schema import Choice, Field, FormSchema, sanitise
from tests.forms.samples import schema


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("age", "age"),
        ("_age", "_age"),
        ("2nd", "_2nd"),
        ("a-b.c d", "a_b_c_d"),
        ("a--b", "a_b"),
        ("年龄", "__"),
        ("x年y", "x_y"),
        ("-a", "__a"),
    ],
)
def test_names_become_odata_identifiers(name, clean):
    assert sanitise(name) == clean


@given(st.text(min_size=1))
def test_any_name_becomes_an_identifier(name):
    assert sanitise(name).isidentifier() and sanitise(name).isascii()


def test_a_schema_comes_back_from_json_as_it_was():
    for name in ("everything", "entity_in_repeat"):
        text = json.dumps(schema(name).to_json(), ensure_ascii=False)

        assert FormSchema.from_json(json.loads(text)) == schema(name)


def test_a_choice_list_used_twice_is_written_once():
    assert len(schema("everything").to_json()["choice_lists"]) == 1


def test_each_field_keeps_its_own_choice_list():
    one, two = ((Choice(name, {"zh": name}),) for name in "12")
    both = FormSchema((Field("a", "/a", "string", choices=one), Field("b", "/b", "string", order=1, choices=two)))

    assert FormSchema.from_json(both.to_json()) == both


def test_an_empty_choice_list_is_not_the_same_as_no_choice_list():
    both = FormSchema((Field("a", "/a", "string", choices=()), Field("b", "/b", "string", order=1)))

    assert FormSchema.from_json(both.to_json()) == both


def test_there_is_a_table_for_the_root_and_for_every_repeat():
    root, member, call = schema("everything").tables()

    assert [root.name, member.name, call.name] == ["Submissions", "Submissions.member", "Submissions.member.call"]
    assert [root.parent, member.parent, call.parent] == [None, "", "/member"]
    assert [one.path for one in member.fields] == ["/member/nick", "/member/photo", "/member/call"]
    assert "/member" in [one.path for one in root.fields]
    assert "/grp/gps" in [one.path for one in root.fields]


def test_tables_in_groups_are_named_by_their_whole_path():
    fields = (Field("家", "/家", "structure"), Field("m", "/家/m", "repeat", 1), Field("n", "/家/m/n", "string", 2))

    assert FormSchema(fields).tables()[1].name == "Submissions.__.m"


def test_places_and_files_are_found_in_document_order():
    assert [one.path for one in schema("everything").geo_fields()] == ["/grp/gps", "/path", "/field"]
    assert [one.path for one in schema("everything").binary_fields()] == ["/member/photo", "/meta/audit"]


def test_fields_say_whether_they_are_groups_or_repeats():
    by_path = schema("everything").by_path

    assert by_path["/grp"].group and not by_path["/grp"].repeat
    assert by_path["/member"].repeat and not by_path["/member"].group
    assert not by_path["/start"].group and not by_path["/start"].repeat


def test_a_schema_cannot_be_changed_but_copied():
    one = Field("a", "/a", "string", choices=(Choice("1", {"zh": "一"}),))

    with pytest.raises(AttributeError):
        one.name = "b"  # type: ignore[misc]
    assert replace(one, name="b").name == "b"
