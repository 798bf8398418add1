"""A record that is corrected after her consent ended, or where it is not private, keeps nothing of her health."""

from typing import Any

import pytest

from tests.forms.library import antenatal, contraception, delivering, referring, supplying, transferring
from tests.forms.library.filling import WANG, Phone, Pocket, day, due_row, make_pocket, woman

LAPSED = woman(WANG, "W-0231 王*", until=day(-1))
DUE = {"due_overdue", "due_open"}

REGISTRATION = "pregnancy_registration"
REGISTERED = {"start", "end", "today", "deviceid", "my_role", "visit_key", "woman", "woman_code", "village_code"}
REGISTERED |= {"corrects", "new_id", "consent_ok", "visit_date", "registers", "ongoing", "clinic_phone", "numbers"}
REGISTERED |= {"lmp_day", "us_day", "apart", "at_scan", "by_scan", "anchor_day"}


def registering(her: dict[str, str] | None = None) -> Pocket:
    return make_pocket(women=[her or woman(WANG, "W-0231 王*")], pregnancies=[])


def injected(her: dict[str, str] | None = None) -> Pocket:
    known = contraception.episode(contraception.HERS, last_injection=day(-95), next_injection=day(-4))
    return contraception.pocket(her=her, episodes=[known])


def referred(her: dict[str, str] | None = None) -> Pocket:
    return referring.pocket(her=her, urgency="urgent")


def checked(her: dict[str, str] | None = None) -> Pocket:
    return antenatal.pocket(her=her, last_weight="60")


CASES: dict[str, tuple[Any, dict[str, Any], set[str]]] = {
    # form: its phone, answers of a whole visit, and what tells no more than whose record it is and when
    REGISTRATION: (
        registering,
        {"woman": WANG, "wants_registration": "yes", "lmp_known": "exact", "lmp_calendar": "lunar", "lmp_lunar": "初三"}
        | {"lmp_date": day(-90), "us_done": "yes", "us_date": day(-9), "us_weeks": 10, "us_days": 0}
        | {"first_check_date": day(-9), "folic_now": "yes", "danger_now": "fever", "contact_ok": "phone"},
        REGISTERED | {"no_consent_note"},
    ),
    antenatal.FORM: (
        checked,
        {"pregnancy": antenatal.HERS, "still_pregnant": "ongoing", "place": "home", "done_by": "doctor", "bp_sys": 165}
        | {"weight_kg": 80, "weight_sure": "OK", "hb_gl": 60, "movement": "less", "danger": "fever", "mood": "low"}
        | {"refer": "yes", "refer_urgency": "urgent", "refer_reason": "bp"},
        antenatal.BEFORE_ALL,
    ),
    delivering.FORM: (
        delivering.pocket,
        {"pregnancy": delivering.HERS, **delivering.VISIT, "temp": 39, "danger_pp": "fever", "baby_state": "well"}
        | {"danger_nb": "cord", "feeding": "mixed", "mood2": "low", "consent_pnc": "no", "pnc_other": "none"},
        delivering.BEFORE_ALL,
    ),
    contraception.FORM: (
        injected,
        {"client": WANG, "episode": contraception.HERS, "reason": "reinject", "choice_hers": "yes", "pressure": "no"}
        | {"method": "dmpa", "last_injection": day(0), "next_injection_date": day(91), "danger_fp": "calf_pain"}
        | {"side_effects": "pain", "wish": "continue", "refer_to": "town", "refer_urgency": "urgent"},
        contraception.BEFORE_ALL,
    ),
    supplying.FORM: (
        supplying.pocket,
        {**supplying.BESIDE_HER_NAME, "item": "coc", "episode": supplying.HERS, "qty": 3, "explained": "how"},
        supplying.NAMED,
    ),
    transferring.FORM: (
        transferring.pocket,
        {**transferring.LEAVES, "dest_prov": "44", "move_date": day(3), "pregnant_now": "yes"},
        transferring.ALWAYS | {"person", "village_code"},
    ),
    referring.FORM: (
        referred,
        {"referral": referring.HERS, "arrived": "yes", "arrived_date": day(-1), "treated": "no", "barrier": "money"}
        | {"needs_more": "yes", "closed": "no"},
        referring.BEFORE_ALL,
    ),
}


@pytest.mark.parametrize("form_id", CASES)
def test_after_consent_ended_a_corrected_record_tells_whose_it_is_and_nothing_more(phone: Phone, form_id: str) -> None:
    on, answers, frame = CASES[form_id]
    first = phone.fill(form_id, on(), {"visit_date": day(0), "privacy_now": "alone", **answers})
    assert len({name for name in first.values if first.values[name]} - frame) >= 5

    again = phone.fill(form_id, on(her=LAPSED), {"visit_date": day(-1)}, edit=first, leave_prefilled=True)

    assert {name for name in again.values if again.values[name]} - DUE <= frame - {"anchor_day", "lmp_day", "us_day"}
    assert again.shown - DUE <= frame | {"gate_note"}
    assert again.acts == []


@pytest.mark.parametrize("form_id", CASES)
def test_where_it_is_not_private_any_more_a_corrected_record_keeps_a_new_date_alone(phone: Phone, form_id: str) -> None:
    on, answers, frame = CASES[form_id]
    first = phone.fill(form_id, on(), {"visit_date": day(0), "privacy_now": "alone", **answers})

    again = phone.fill(form_id, on(), {"privacy_now": "not_private"}, edit=first, leave_prefilled=True)

    kept = {"privacy_now", "not_private_note", "reschedule_date", "next_date"}
    assert {name for name in again.values if again.values[name]} - DUE <= (frame | kept) - {"anchor_day", "lmp_day"}
    assert again.shown - DUE <= frame | kept
    assert again.acts == []


def test_what_was_known_before_comes_with_the_answer_that_opens_the_questions(phone: Phone) -> None:
    """Whoever leaves a record unfinished before it is private loses nothing: the answer brings it again."""
    filled = phone.fill(contraception.FORM, injected(), {"client": WANG, "privacy_now": "alone", "reason": "check"})
    due = due_row(referring.FORM, WANG, -3, "key")
    told = phone.fill(
        referring.FORM, referring.pocket(due, urgency="urgent"), {"due_overdue": "key", "privacy_now": "alone"}
    )

    assert (filled.values["method_before"], filled.values["injection_before"]) == ("dmpa", day(-95))
    assert (told.values["urgency_before"], told.values["referred_before"]) == ("urgent", day(-6))
