"""What a record tells, in its own words: by form, whom it is about, which episode, which answers."""

from datetime import date
from functools import cache

import pytest

from forms.instance import read_instance
from forms.library import read_library_form
from forms.schema import FormSchema
from forms.xform import read_xform
from server.models import HEALTH_FORMS
from server.registry.telling import CHOSEN, DAY_ASKED, KEPT, MAKES, NAMING, Told, bare, read_day, tell
from tests.server.registry.caring import a_care_form, a_care_record, a_uuid, created, updated

WOMAN, EPISODE = a_uuid(), a_uuid()


@cache
def schema_of(form_id: str) -> FormSchema:
    return read_xform(a_care_form(form_id)).schema


def told_by(form_id: str, answers: dict[str, str], entity: str = "") -> Told | None:
    return tell(read_instance(a_care_record(form_id, answers, entity)), schema_of(form_id))


@pytest.mark.parametrize(
    ("form_id", "answers", "entity", "subject", "episode"),
    [
        ("household_visit", {}, created("households", WOMAN), WOMAN, None),
        ("household_visit", {"household": WOMAN}, "", WOMAN, None),
        ("woman_consent", {"action": "register"}, created("women", WOMAN), WOMAN, None),
        ("woman_consent", {"woman": WOMAN}, updated("women", WOMAN), WOMAN, None),
        ("woman_consent", {"action": "register"}, "", None, None),
        ("pregnancy_registration", {"woman": WOMAN}, created("pregnancies", EPISODE), WOMAN, EPISODE),
        ("pregnancy_registration", {"woman": WOMAN}, "", WOMAN, None),
        ("antenatal_check", {"pregnancy": EPISODE}, updated("pregnancies", EPISODE), None, EPISODE),
        ("delivery_postnatal", {"pregnancy": EPISODE}, updated("pregnancies", EPISODE), None, EPISODE),
        ("contraception_followup", {"client": WOMAN}, created("contraception_episodes", EPISODE), WOMAN, EPISODE),
        ("contraception_followup", {"client": WOMAN, "episode": EPISODE}, "", WOMAN, EPISODE),
        ("contraception_followup", {"client": f" uuid:{WOMAN.upper()} "}, "", WOMAN, None),
        ("woman_consent", {"woman": WOMAN}, '<entity dataset="women" id="x" update="1" baseVersion="1"/>', WOMAN, None),
    ],
)
def test_whom_a_record_is_about(
    form_id: str, answers: dict[str, str], entity: str, subject: str | None, episode: str | None
) -> None:
    told = told_by(form_id, answers, entity)
    assert told is not None
    assert (told.subject, told.episode) == (subject, episode)
    assert told.subject_list == ("households" if form_id == "household_visit" else "women")


def test_only_what_rules_and_rows_read_is_kept_and_empty_answers_are_left_out() -> None:
    told = told_by("antenatal_check", {"secret": "x", "visit_key": "k", "danger": "", "still_pregnant": " ongoing "})
    assert told is not None
    assert told.data == {"still_pregnant": "ongoing", "visit_key": "k"}


def test_how_she_gave_birth_is_kept_in_her_record_alone() -> None:
    """How she feeds is told: what breastfeeding protects from ends with other milk (domain.md 2.4, LAM-6)."""
    told = told_by(
        "delivery_postnatal", {"report_type": "birth", "mode": "caesarean", "feeding": "mixed", "secret": "x"}
    )
    assert told is not None
    assert told.data == {"report_type": "birth", "feeding": "mixed"}


def test_a_visit_without_a_readable_day_has_none() -> None:
    for text, day in (("2026-02-29", None), ("", None), ("soon", None), ("2026-02-28T08:00", date(2026, 2, 28))):
        told = told_by("household_visit", {"visit_date": text})
        assert told is not None
        assert told.visit_date == read_day(text) == day


def test_other_forms_and_encrypted_records_tell_nothing() -> None:
    other = read_instance(b'<data id="other" version="1"><meta><instanceID>uuid:1</instanceID></meta></data>')
    shut = b'<data id="woman_consent" encrypted="yes"><meta><instanceID>uuid:1</instanceID></meta></data>'
    assert tell(other, schema_of("woman_consent")) is None
    assert tell(read_instance(shut), schema_of("woman_consent")) is None


def test_no_text_is_no_uuid() -> None:
    assert bare(None) is bare("") is bare("  ") is None


def test_every_form_but_those_that_may_name_no_woman_is_about_health() -> None:
    assert KEPT.keys() - {"household_visit", "benefit_case"} - NAMING.keys() == HEALTH_FORMS


@pytest.mark.parametrize("form_id", sorted(KEPT))
def test_the_library_asks_what_is_read_here_and_writes_the_lists_named_here(form_id: str) -> None:
    form = read_xform(read_library_form(form_id))
    names = {field.name for field in form.schema.fields}
    wanted = {
        *KEPT[form_id].split(),
        "visit_key",
        DAY_ASKED.get(form_id, "visit_date"),
        *filter(None, CHOSEN[form_id][1:]),
    }
    assert wanted <= names
    if form_id in MAKES:
        assert [one.name for one in form.datasets] == [MAKES[form_id][0]]
