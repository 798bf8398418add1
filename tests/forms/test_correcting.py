"""One answer changed: everything else of the record stays as it was sent, and the new version names the old one."""

from forms.correcting import correct_answer, correctable
from forms.instance import read_instance, read_values
from forms.xform import read_xform
from tests.making import a_record, an_xform

OLD, NEW = "uuid:11111111-1111-4111-8111-111111111111", "uuid:22222222-2222-4222-8222-222222222222"


def test_another_answer_makes_the_next_version_and_leaves_the_rest() -> None:
    schema = read_xform(an_xform()).schema
    sent = a_record(instance_id=OLD, note="old", size="3", members=[("x", "7")], photo="p.jpg")
    corrected = correct_answer(sent, "/note", "new & <i> 王", NEW)
    instance = read_instance(corrected)
    assert (instance.instance_id, instance.deprecated_id) == (NEW, OLD)
    before, after = read_values(read_instance(sent), schema), read_values(instance, schema)
    assert after["note"] == "new & <i> 王"
    assert {**after, "note": "", "meta": ""} == {**before, "note": "", "meta": ""}


def test_a_correction_of_a_correction_names_the_version_before_it() -> None:
    first = correct_answer(a_record(instance_id=OLD, note="a"), "/note", "b", NEW)
    third = "uuid:33333333-3333-4333-8333-333333333333"
    second = read_instance(correct_answer(first, "/note", "c", third))
    assert (second.instance_id, second.deprecated_id) == (third, NEW)


def test_pictures_places_and_what_is_asked_several_times_are_not_typed_anew() -> None:
    schema = read_xform(an_xform()).schema
    found = {one.name for one in correctable(schema, a_record(members=[("x", "7")], photo="p.jpg", gps="1 2 3 4"))}
    assert found == {"village_code", "note"}
