import re

import pytest

from forms.check import check
from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from forms.instance import read_instance
from forms.library import read_library_form
from forms.schema import FormSchema
from forms.xform import read_xform
from tests.forms.samples import schema, small_form, submission


@pytest.fixture(scope="module")
def household() -> FormSchema:
    return read_xform(read_library_form("household_visit")).schema


def test_a_new_household_is_created_with_what_was_asked(household):
    assert read_acts(read_instance(submission("household_new")), household) == [
        EntityAct(
            dataset="households",
            uuid="b427cdca-bde2-4a68-9c88-8b635c691e7d",
            create=True,
            update=False,
            base_version=None,
            trunk_version=None,
            branch_id=None,
            label="B-17 二社",
            properties={
                "village_code": "510121001002",
                "hamlet": "二社",
                "door_code": "B-17",
                "geometry": "30.5723 104.0665 498.2 6.5",
            },
        )
    ]


def test_without_consent_only_village_and_door_code_are_saved(household):
    (act,) = read_acts(read_instance(submission("household_without_consent")), household)

    assert act.properties == {"village_code": "510121001002", "door_code": "B-18"}
    assert act.label == "B-18"


def test_a_household_that_wants_no_service_leaves_no_point_and_no_telephone(household):
    (act,) = read_acts(read_instance(submission("household_declined")), household)

    assert set(act.properties) <= {"village_code", "hamlet", "door_code", "no_contact_before"}


def test_what_a_phone_sends_for_our_form_fits_our_form(household):
    for name in ("new", "updated", "without_consent", "declined", "offline_2"):
        assert check(read_instance(submission(f"household_{name}")), household) == []


def test_a_known_household_is_updated_from_the_version_the_phone_knew(household):
    (act,) = read_acts(read_instance(submission("household_updated")), household)

    assert (act.create, act.update, act.base_version) == (False, True, 3)
    assert act.uuid == "6f1c9d5e-3b77-4a52-9a1d-0d6c1a2b3c4d"


def test_an_offline_chain_counts_its_own_versions_on_one_branch(household):
    second, third = (read_acts(read_instance(submission(f"household_offline_{n}")), household)[0] for n in (2, 3))

    assert (second.base_version, third.base_version) == (1, 2)
    assert second.branch_id == third.branch_id == "d4e5f6a7-1111-4222-8333-444455556666"
    assert second.trunk_version is None
    assert second.properties["hamlet"] == "2社"


def test_each_repeat_makes_its_own_entity_and_an_empty_answer_is_empty_text():
    pear, nameless = read_acts(read_instance(submission("trees")), schema("entity_in_repeat"))

    assert pear.uuid == "0b7a9d8e-3c7b-4f60-9a47-20e3d6a6d0a1"
    assert pear.properties == {"species": "梨", "geometry": "30.1 104.1 0 3"}
    assert nameless.properties == {"species": ""}


def test_an_encrypted_record_asks_for_nothing():
    assert read_acts(read_instance(submission("encrypted")), schema("entity_in_repeat")) == []


MODEL = ' entities:entities-version="2025.1.0"'
OUTER = '<meta><entity dataset="outer" id="" create="1" update="1"><label/></entity><instanceID/></meta>'
INNER = '<meta><entity dataset="inner" id="" create="1"><label/></entity></meta>'
BOTH = read_xform(
    small_form(
        model=MODEL,
        meta=OUTER,
        fields=f"<g><a/><r><b/>{INNER}</r></g><c/>",
        binds="".join(f'<bind nodeset="/data/{path}" entities:saveto="{path[-1]}"/>' for path in ("g/a", "g/r/b", "c")),
        body='<group ref="/data/g/r"><repeat nodeset="/data/g/r"/></group>',
    )
)
UUID = "6f1c9d5e-3b77-4a52-9a1d-0d6c1a2b3c4d"


def record(attributes: str, label: str = "<label>L</label>") -> bytes:
    return f'<data id="small"><meta><entity {attributes}>{label}</entity></meta></data>'.encode()


def test_properties_go_to_the_nearest_entity_around_them():
    xml = (
        f'<data id="small"><g><a>1</a><r><b>2</b><meta><entity dataset="inner" id="{UUID}" create="1">'
        f"<label>I</label></entity></meta></r></g><c>3</c>"
        f'<meta><entity dataset="outer" id="{UUID}" create="true"><label>O</label></entity></meta></data>'
    )

    acts = {act.dataset: act.properties for act in read_acts(read_instance(xml.encode()), BOTH.schema)}

    assert acts == {"inner": {"b": "2"}, "outer": {"a": "1", "c": "3"}}
    assert [(use.name, use.properties, use.repeat_path) for use in BOTH.datasets] == [
        ("outer", ("a", "c"), None),
        ("inner", ("b",), "/g/r"),
    ]


@pytest.mark.parametrize("flags", ['create="0"', 'create=""', 'update="yes" create="no"', ""])
def test_an_entity_that_asks_for_nothing_is_no_act(flags):
    assert read_acts(read_instance(record(f'dataset="outer" id="x" {flags}')), BOTH.schema) == []


def test_both_flags_with_a_blank_base_version_are_kept_for_the_server_to_choose():
    (act,) = read_acts(
        read_instance(record(f'dataset="outer" id="{UUID}" create="1" update="1" baseVersion=""', "")), BOTH.schema
    )

    assert (act.create, act.update, act.base_version, act.label) == (True, True, None, "")


UPDATE = f'dataset="outer" id="{UUID}" update="1" baseVersion="1"'
WRONG = {
    "no id": ('dataset="outer" create="1"', "missing"),
    "no list": (f'id="{UUID}" create="1"', "missing"),
    "an id of another kind": ('dataset="outer" id="12" create="1"', "wrong_type"),
    "an id that is no version 4": (f'dataset="outer" id="{UUID.replace("-4", "-1")}" create="1"', "wrong_type"),
    "an id with a tail": (f'dataset="outer" id="{UUID}x" create="1"', "wrong_type"),
    "an update from nowhere": (f'dataset="outer" id="{UUID}" update="1"', "missing"),
    "an update from half a version": (f'dataset="outer" id="{UUID}" update="1" baseVersion="1.5"', "wrong_type"),
    "an update from version x": (f'dataset="outer" id="{UUID}" update="1" baseVersion="x"', "wrong_type"),
    "an update from a negative version": (f'dataset="outer" id="{UUID}" update="1" baseVersion="-1"', "wrong_type"),
    "a trunk without a branch": (UPDATE + ' trunkVersion="1"', "missing"),
    "a branch that is no UUID": (UPDATE + ' trunkVersion="1" branchId="b"', "wrong_type"),
}


@pytest.mark.parametrize(("attributes", "kind"), WRONG.values(), ids=WRONG.keys())
def test_acts_that_cannot_be_done_are_errors_with_a_reason(attributes, kind):
    with pytest.raises(FormError) as refused:
        read_acts(read_instance(record(attributes)), BOTH.schema)

    assert refused.value.kind == kind and refused.value.details["parameter"]


def test_a_new_entity_without_a_label_is_an_error():
    with pytest.raises(FormError, match="no label"):
        read_acts(read_instance(record(f'dataset="outer" id="{UUID}" create="1"', "<label> </label>")), BOTH.schema)


def test_one_bad_act_raises_for_them_all():
    xml = re.sub(rb'id="uuid:0B7A[^"]*"', b'id="x"', submission("trees"))

    with pytest.raises(FormError):
        read_acts(read_instance(xml), schema("entity_in_repeat"))


def test_an_update_may_name_an_id_that_the_server_gave_which_is_no_version_4() -> None:
    named = UUID.replace("-4", "-5")
    sent = record(f'dataset="outer" id="{named}" update="1" baseVersion="2"', "<label/>")
    (act,) = read_acts(read_instance(sent), BOTH.schema)
    assert (act.uuid, act.create, act.base_version) == (named, False, 2)
