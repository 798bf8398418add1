"""F2 and the words that are read out: the record says which, and new words ask only what changed."""

from tests.forms.library.consenting import ABOUT_HER, AGREES, CARE, CONSENTS, FIRST, FORM, HEARD, SELF, fill
from tests.forms.library.filling import WANG, Phone, Pocket, consent_texts, day, woman

WORDINGS = {f"wording_{name}" for name in ("notice", "service", "reminder", "share_clinic", "location", "stats")}


def test_the_record_keeps_version_and_hash_of_the_words_that_were_read_out(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("consent_texts", consent_texts(reminder=3))
    record = fill(phone, pocket, FIRST, AGREES, consent_stats="no")

    first = f"1 {'1a' * 32}"
    kept = {name: record.values[name] for name in WORDINGS}
    assert kept == dict.fromkeys(WORDINGS, first) | {"wording_reminder": f"3 {'3a' * 32}"}


def test_what_was_read_out_stays_when_a_record_is_corrected_after_new_words_came(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, FIRST, AGREES)
    later = pocket.with_rows("consent_texts", consent_texts(reminder=2, service=2))
    again = phone.fill(FORM, later, {"display_name": "李梅"}, edit=record, leave_prefilled=True)

    assert {name: again.values[name] for name in WORDINGS} == {name: record.values[name] for name in WORDINGS}


def test_after_new_words_only_what_changed_is_asked(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("consent_texts", consent_texts(reminder=2)).with_rows(
        "women", [woman(WANG, "W-0231 王*", wording=HEARD, consent_stats="yes", **CARE)]
    )
    answers = {"action": "new_text", "woman": WANG, "consent_reminder": "no", "visit_date": day(0)}
    record = fill(phone, pocket, SELF, answers, consent_proof="thumb")

    asked = {"consent_service", "consent_share_clinic", "consent_location", "consent_stats", "notice_read", "age_band"}
    assert record.shown.isdisjoint(asked | ABOUT_HER - {"consent_proof"})
    assert record.act().properties == {"consent_reminder": "no", "wording": HEARD.replace("reminder:1", "reminder:2")}
    assert record.act().label == "W-0231 王*"
    assert {name for name in WORDINGS if record.values.get(name)} == {"wording_reminder"}


def test_a_no_to_the_new_words_of_the_location_unlinks_the_household(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("consent_texts", consent_texts(location=2)).with_rows(
        "women", [woman(WANG, "W-0231 王*", wording=HEARD, **CARE)]
    )
    answers = {"action": "new_text", "woman": WANG, "consent_location": "no", "visit_date": day(0)}
    act = fill(phone, pocket, SELF, answers, consent_proof="thumb").act()

    assert (act.properties["consent_location"], act.properties["household"]) == ("no", "")


def test_a_no_to_the_new_words_of_the_service_is_a_withdrawal(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("consent_texts", consent_texts(service=2)).with_rows(
        "women", [woman(WANG, "W-0231 王*", wording=HEARD, **CARE)]
    )
    act = fill(phone, pocket, SELF, action="new_text", woman=WANG, consent_service="no", visit_date=day(0)).act()

    assert (act.properties["consent_service"], act.properties["consent_until"]) == ("no", day(-1))


def test_who_has_heard_the_present_words_is_asked_nothing(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("women", [woman(WANG, "W-0231 王*", wording=HEARD, **CARE)])
    record = fill(phone, pocket, SELF, action="new_text", woman=WANG, visit_date=day(0))

    assert "nothing_new_note" in record.shown
    assert record.shown.isdisjoint({"consent_service", *CONSENTS, "notice_read", "consent_proof"})


def test_the_recording_is_offered_where_there_is_one_and_before_the_notice_is_confirmed(
    phone: Phone, pocket: Pocket
) -> None:
    heard = {"notice_heard_zh", "notice_heard_en"}
    assert fill(phone, pocket, FIRST, AGREES).shown.isdisjoint(heard)

    for recorded in (["zh"], ["en"], ["zh", "en"]):
        here = pocket.with_rows("consent_texts", consent_texts(recorded))
        record = fill(phone, here, FIRST, AGREES)
        assert record.shown & heard == {f"notice_heard_{language}" for language in recorded}
        names = list(record.values)
        assert max(map(names.index, record.shown & heard)) < names.index("notice_read")


def test_the_recording_is_not_offered_where_the_notice_is_not_asked(phone: Phone, pocket: Pocket) -> None:
    here = pocket.with_rows("consent_texts", consent_texts(["zh"], reminder=2)).with_rows(
        "women", [woman(WANG, "W-0231 王*", wording=HEARD, consent_stats="yes", **CARE)]
    )
    answers = {"action": "new_text", "woman": WANG, "consent_reminder": "no", "visit_date": day(0)}

    assert "notice_heard_zh" not in fill(phone, here, SELF, answers, consent_proof="thumb").shown
