import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.errors import FormError
from forms.instance import GeoAnswer, geo_answers, named_files, read_instance, read_values, value_at
from tests.forms.samples import schema, submission


def test_a_record_says_what_it_answers_and_who_it_is():
    read = read_instance(submission("everything"))

    assert (read.form_id, read.version) == ("everything", "7")
    assert read.instance_id == "uuid:85cb9aff-005e-4edd-9739-dc9c1a829c44"
    assert read.instance_name == "张村3组 王某"
    assert (read.derived_id, read.deprecated_id, read.encrypted) == (False, None, False)


def test_an_edited_record_names_what_it_replaces():
    read = read_instance(submission("everything_edited"))

    assert read.deprecated_id == "uuid:85cb9aff-005e-4edd-9739-dc9c1a829c44"
    assert read.instance_id == "uuid:11111111-005e-4edd-9739-dc9c1a829c44"


def test_chinese_names_everywhere_are_read():
    read = read_instance(submission("chinese_names"))

    assert (read.form_id, read.version, read.instance_id) == ("入户 访视/二", "第三版", "uuid:中文-1")


def test_a_version_that_is_absent_is_the_empty_text():
    assert read_instance(b'<d id="f"/>').version == ""


def test_a_record_without_an_id_gets_the_same_one_each_time_from_its_bytes():
    one, again = (read_instance(b'<d id="f"><a>1</a></d>') for _ in range(2))
    other = read_instance(b'<d id="f"><a>2</a></d>')

    assert one.derived_id and one.instance_id == again.instance_id != other.instance_id
    assert one.instance_id == "uuid:" + one.instance_id[5:].lower() and one.instance_id[19] == "5"


def test_an_id_right_below_the_root_is_read_as_old_clients_write_it():
    assert read_instance(b'<d id="f"><instanceID>uuid:1</instanceID></d>').instance_id == "uuid:1"


def test_the_id_in_meta_wins_over_a_field_of_the_same_name():
    xml = b'<d id="f"><instanceID>field</instanceID><meta><instanceID> uuid:1\n</instanceID></meta></d>'

    assert read_instance(xml).instance_id == "uuid:1"


LONG = "x" * 250
REFUSED = {
    "cut": (submission("everything_cut"), "unparseable"),
    "no form id": (b"<d><meta><instanceID>1</instanceID></meta></d>", "missing"),
    "a blank form id": (b'<d id=" "/>', "missing"),
    "encrypted without an id": (b'<d id="f" encrypted="yes"/>', "missing"),
    "two ids": (submission("two_instance_ids"), "unexpected"),
    "a long form id": (f'<d id="{LONG}"/>'.encode(), "too_long"),
    "a long version": (f'<d id="f" version="{LONG}"/>'.encode(), "too_long"),
    "a long instanceID": (f'<d id="f"><meta><instanceID>{LONG}</instanceID></meta></d>'.encode(), "too_long"),
    "a long deprecatedID": (f'<d id="f"><meta><deprecatedID>{LONG}</deprecatedID></meta></d>'.encode(), "too_long"),
}


@pytest.mark.parametrize(("xml", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_records_that_cannot_be_kept_are_refused_with_a_reason(xml, kind):
    with pytest.raises(FormError) as refused:
        read_instance(xml)

    assert refused.value.kind == kind


def test_ids_of_249_characters_are_kept():
    xml = f'<d id="{"访" * 249}"><meta><instanceID>{"号" * 249}</instanceID></meta></d>'

    assert len(read_instance(xml.encode()).instance_id) == 249


def test_values_are_a_tree_with_every_field_of_the_form():
    values = read_values(read_instance(submission("everything")), schema("everything"))

    assert values["grp"] == {
        "name": "王芳",
        "age": "31",
        "gps": "30.12345 104.5 512.3 4.7",
        "methods": "iud pill",
    }
    assert values["member"] == [
        {
            "nick": "小虎",
            "photo": "1692580000123.jpg",
            "call": [{"called_on": "2026-08-01"}, {"called_on": "2026-08-02"}],
        },
        {"nick": "妞妞", "photo": "全家福 2.jpg", "call": []},
    ]
    assert values["meta"] == {"audit": "audit.csv", "instanceID": "uuid:85cb9aff-005e-4edd-9739-dc9c1a829c44"}
    assert list(values) == ["start", "grp", "village", "member", "path", "field", "order", "meta"]


def test_an_empty_record_has_every_field_and_no_answer():
    values = read_values(read_instance(b'<data id="everything"/>'), schema("everything"))

    assert values["grp"] == {"name": None, "age": None, "gps": None, "methods": None}
    assert values["member"] == [] and values["village"] is None


def test_unknown_elements_are_left_out_and_of_two_the_first_counts():
    xml = b'<data id="everything"><x><y>1</y></x><grp><age>1</age><z/><age>2</age></grp><grp><age>3</age></grp></data>'

    values = read_values(read_instance(xml), schema("everything"))

    assert values["grp"]["age"] == "1" and "x" not in values


def test_white_space_alone_is_no_answer_and_around_an_answer_it_stays():
    xml = b'<data id="everything"><grp><name> \n</name><age> 3 </age></grp></data>'

    values = read_values(read_instance(xml), schema("everything"))

    assert (values["grp"]["name"], values["grp"]["age"]) == (None, " 3 ")


def test_poisonous_values_are_kept_as_text():
    xml = b'<data id="everything"><grp><age>NaN</age><name>__proto__</name><gps>1e400 x</gps></grp></data>'

    values = read_values(read_instance(xml), schema("everything"))

    assert (values["grp"]["age"], values["grp"]["name"], values["grp"]["gps"]) == ("NaN", "__proto__", "1e400 x")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/grp/gps", "30.12345 104.5 512.3 4.7"),
        ("/village", "510121001001"),
        ("/member/nick", None),
        ("/no/such", None),
        ("/village/below", None),
    ],
)
def test_one_value_is_found_by_its_path(path, value):
    assert value_at(read_values(read_instance(submission("everything")), schema("everything")), path) == value


def test_files_are_named_in_the_order_of_the_form_and_once():
    xml = submission("everything").replace(b"<photo>1692580000123.jpg", b"<photo>audit.csv")

    assert named_files(read_instance(submission("everything")), schema("everything")) == [
        "1692580000123.jpg",
        "全家福 2.jpg",
        "audit.csv",
    ]
    assert named_files(read_instance(xml), schema("everything")) == ["audit.csv", "全家福 2.jpg"]


def test_an_encrypted_record_names_its_files_in_the_order_of_the_phone():
    read = read_instance(submission("encrypted"))

    assert read.encrypted and read.instance_id == "uuid:85cb9aff-005e-4edd-9739-dc9c1a829c45"
    assert named_files(read, schema("everything")) == ["b.jpg.enc", "a.jpg.enc", "submission.xml.enc"]


def test_points_traces_and_shapes_come_as_text_with_their_paths():
    assert geo_answers(read_instance(submission("everything")), schema("everything")) == [
        GeoAnswer("/grp/gps", "point", "30.12345 104.5 512.3 4.7", False),
        GeoAnswer("/path", "trace", "30.1 104.1 0 0; 30.2 104.2 0 0", False),
        GeoAnswer("/field", "shape", "30 104 0 0; 30 105 0 0; 31 105 0 0; 30 104 0 0", False),
    ]


def test_a_point_in_each_of_several_repeats_is_found():
    answers = geo_answers(read_instance(submission("trees")), schema("entity_in_repeat"))

    assert answers == [GeoAnswer("/tree/where/at", "point", "30.1 104.1 0 3", True)]


def test_reading_a_record_whole_takes_well_under_a_millisecond():
    xml, form = submission("everything"), schema("everything")

    def read() -> None:
        instance = read_instance(xml)
        read_values(instance, form), named_files(instance, form), geo_answers(instance, form)

    read()
    started = time.process_time()
    for _ in range(200):
        read()
    # Generous for a busy machine; alone it takes about 0.15 ms.
    assert (time.process_time() - started) / 200 < 0.003


names = st.sampled_from(["grp", "age", "member", "call", "photo", "meta", "instanceID", "entity", "x"])
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=5)
trees = st.recursive(texts, lambda below: st.lists(st.tuples(names, below), max_size=4), max_leaves=12)


def as_xml(tree: object) -> str:
    if isinstance(tree, str):
        return tree.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert isinstance(tree, list)
    return "".join(f"<{name}>{as_xml(below)}</{name}>" for name, below in tree)


@settings(max_examples=150)
@given(trees)
def test_whatever_a_record_holds_its_values_fit_the_form_and_json(tree):
    try:
        instance = read_instance(f'<data id="everything">{as_xml(tree)}</data>'.encode())
    except FormError as refused:
        assert refused.kind == "unexpected"
        return

    values = read_values(instance, schema("everything"))

    assert json.loads(json.dumps(values)) == values
    assert list(values) == ["start", "grp", "village", "member", "path", "field", "order", "meta"]
    assert all(isinstance(one, str) for one in named_files(instance, schema("everything")))
    geo_answers(instance, schema("everything"))
