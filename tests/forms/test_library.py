import re

import pytest

from forms import library
from forms.library import (
    LibraryForm,
    library_forms,
    library_ids,
    read_library_form,
    read_library_outline,
    read_library_workbook,
)
from forms.lint import lint
from forms.media import MediaNeed
from forms.validate import read_warnings_of_validate
from forms.xform import read_xform
from forms.xlsform import convert_text
from forms.xml import read_xml


@pytest.fixture(scope="module")
def visit():
    return read_xform(read_library_form("household_visit"))


def test_the_library_holds_the_forms_from_the_household_to_the_check():
    held = {
        LibraryForm("household_visit", "家庭走访"),
        LibraryForm("woman_consent", "自愿登记与知情同意"),
        LibraryForm("pregnancy_registration", "孕期登记"),
        LibraryForm("antenatal_check", "产前随访"),
        LibraryForm("contraception_followup", "避孕服务随访"),
    }

    assert held <= set(library_forms())


def test_a_folder_of_the_library_is_named_as_its_form():
    assert library_ids() == [one.form_id for one in library_forms()]


@pytest.mark.parametrize("form_id", ["none", "../library/household_visit", ".", ""])
def test_another_id_is_not_in_the_library(form_id):
    with pytest.raises(KeyError):
        read_library_form(form_id)
    with pytest.raises(KeyError):
        read_library_workbook(form_id)
    with pytest.raises(KeyError):
        read_library_outline(form_id)


def test_our_forms_convert_without_a_warning_of_pyxform():
    for source in sorted(library._HERE.glob("*/form.md")):
        assert convert_text(source.read_text(encoding="utf-8")).warnings == []


@pytest.mark.parametrize("form_id", library_ids())
def test_our_forms_pass_odk_validate_have_no_warnings_and_ask_nothing_forbidden(form_id):
    form = read_xform(read_library_form(form_id))

    assert read_warnings_of_validate(read_library_form(form_id)) == []
    assert (form.warnings, lint(form)) == ([], [])


def test_the_household_visit_needs_the_towns_villages_and_the_household_list(visit):
    names = ("me", "to_correct", "due_visits", "households", "villages")
    assert [one for one in visit.media if one.type == "file"] == [MediaNeed(f"{name}.csv", "file") for name in names]


def test_the_household_visit_creates_and_updates_households_and_nothing_else(visit):
    (use,) = visit.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == ("households", True, True, "2024.1.0")
    assert use.properties == ("village_code", "hamlet", "door_code", "geometry", "no_contact_before")


def test_every_question_and_choice_of_ours_has_chinese_and_english():
    for one in library_forms():
        form = read_xform(read_library_form(one.form_id))
        asked = [field for field in form.schema.fields if field.labels]
        assert len(asked) >= 18
        for field in asked:
            assert set(field.labels) == {"zh", "en"}, field.path
            for choice in field.choices or ():
                assert set(choice.labels) == {"zh", "en"}, (field.path, choice.name)
        by_place: dict[str, set[str]] = {}
        for phrase in form.phrases:
            by_place.setdefault(phrase.where, set()).add(phrase.language)
        assert set(map(frozenset, by_place.values())) == {frozenset({"zh", "en"})}, one.form_id


def test_every_message_of_ours_about_a_wrong_answer_is_in_both_languages():
    for one in library_forms():
        xml = read_library_form(one.form_id).decode()
        assert len(re.findall(" constraint=", xml)) == len(re.findall(r" jr:constraintMsg=\"jr:itext\(", xml)), (
            one.form_id
        )


def test_every_advice_on_danger_is_red_and_names_the_emergency_number():
    found: dict[str, list[str]] = {}
    for one in library_forms():
        for phrase in read_xform(read_library_form(one.form_id)).phrases:
            if phrase.where.split(":")[0].endswith(("_advice", "_critical")):
                found.setdefault(one.form_id, []).append(phrase.language)
                assert "color:#c62828" in phrase.text and "[120](tel:120)" in phrase.text, phrase

    assert {form_id: sorted(languages) for form_id, languages in found.items()} == {
        "pregnancy_registration": ["en", "zh"],
        "antenatal_check": ["en"] * 3 + ["zh"] * 3,
        "contraception_followup": ["en", "en", "zh", "zh"],
        "delivery_postnatal": ["en"] * 5 + ["zh"] * 5,
    }


@pytest.mark.parametrize("form_id", ["pregnancy_registration", "antenatal_check", "contraception_followup"])
def test_without_consent_the_forms_say_what_is_to_be_done_first(form_id):
    words = {phrase.text for phrase in read_xform(read_library_form(form_id)).phrases}

    assert any("未同意或已到期：请先填知情同意表，勿录入健康信息" in text and "120" in text for text in words)


ENDS = {
    *("gate_note", "no_consent_note", "not_wanted_note", "not_private_note", "prefer_not_note", "pressure_note"),
    *("birth_note", "ended_note", "loss_note", "mood_critical", "self_harm_note"),
}
"""Texts with which a form about a woman's health stops asking, or hears of despair."""
OF_HEALTH = (
    *("pregnancy_registration", "antenatal_check", "delivery_postnatal", "contraception_followup", "supplies"),
    *("migrant_transfer", "referral_outcome"),
)


@pytest.mark.parametrize("form_id", OF_HEALTH)
def test_wherever_a_form_stops_asking_it_says_whom_to_call_in_danger(form_id):
    ending = [
        phrase
        for phrase in read_xform(read_library_form(form_id)).phrases
        if phrase.where.split(":")[0].rpartition("/")[2] in ENDS
    ]

    assert len(ending) >= 4
    for phrase in ending:
        assert "120" in phrase.text, phrase


def test_what_lies_beyond_what_can_be_entered_is_told_to_be_an_emergency():
    for form_id, names in {
        "antenatal_check": ("bp_sys", "bp_dia", "fhr", "hb_gl"),
        "contraception_followup": ("bp_sys", "bp_dia"),
        "delivery_postnatal": ("bp_sys", "bp_dia", "temp"),
    }.items():
        rows = read_library_outline(form_id).by_name
        for name in names:
            said = rows[name].message
            assert "120" in said.zh and "120" in said.en, (form_id, name)


def test_a_town_that_calls_it_a_fever_earlier_is_read_out_so_beside_the_danger_signs():
    said = read_library_outline("delivery_postnatal").by_name["danger_pp"].hint
    assert "${fever_from}" in said.zh and "${fever_from}" in said.en


def test_no_text_is_in_both_languages_at_once():
    for one in library_forms():
        form = read_xform(read_library_form(one.form_id))
        for phrase in form.phrases:
            if phrase.language == "en":
                assert not re.search(r"[一-鿿]", phrase.text) and "clinic_phones}" not in phrase.text, phrase
        assert " / no" not in read_library_form(one.form_id).decode()
        assert "/ not filled" not in read_library_form(one.form_id).decode()


YES, MET = "${consent_household} = 'yes'", "${visit_result} = 'met'"
ONLY_IF = {
    "hamlet": "not(${consent_household} = 'no')",
    "consent_household": MET,
    "contact_pref": YES,
    "contact_phone": f"{YES} and not(${{contact_pref}} = 'none')",
    "location_ok": YES,
    "location": "${location_ok} = 'yes'",
    "location_alt": "${location_ok} = 'no'",
    "services_wanted": YES,
    "health_topic": YES,
    "decline_recheck": "${visit_result} = 'declined'",
    "next_visit_wish": f"({MET} or ${{visit_result}} = 'absent') and not(${{consent_household}} = 'no')",
}


def test_without_consent_nothing_is_asked_but_village_door_code_date_and_result():
    binds = {
        one.get("nodeset").removeprefix("/data/"): re.sub(r"/data/(\w+)", r"${\1}", one.get("relevant") or "")
        for one in read_xml(read_library_form("household_visit")).iter("{*}bind")
    }
    found = {name: text.replace(" ", "") for name, text in binds.items()}

    assert {name: found[name] for name in ONLY_IF} == {name: text.replace(" ", "") for name, text in ONLY_IF.items()}
    always = ("household", "village_code", "door_code", "visit_date", "visit_result")
    assert [found[name] for name in always] == [""] * len(always)


def test_the_household_visit_asks_for_one_point_and_tracks_nobody(visit):
    xml = read_library_form("household_visit")

    assert [one.path for one in visit.schema.geo_fields()] == ["/location"]
    assert b"location-priority" not in xml and b"background-geopoint" not in xml
    assert b'accuracyThreshold="15" unacceptableAccuracyThreshold="30"' in xml


def test_the_household_visit_can_be_corrected_on_the_phone():
    assert b'<submission odk:client-editable="true"/>' in read_library_form("household_visit")
