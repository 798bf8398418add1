"""What the tests of F11 begin with: records drawn by lot in two villages, and the answers of who is willing."""

import uuid

from tests.forms.library.filling import OTHER_VILLAGE, VILLAGE, Filled, Phone, Pocket, day, make_pocket

FORM = "back_check"
ELSEWHERE, HERS, OWN = (str(uuid.UUID(int=number, version=4)) for number in (61, 62, 63))
WILLING = {"reached": "met", "privacy_now": "alone", "consent_bc": "yes", "verdict": "ok"}
TOOK_PLACE = {**WILLING, "visit_happened": "yes"}
OF_THE_SERVICE = {"date_known", "service_match", "explained_match", "consent_was_asked", "felt_free_to_refuse", "paid"}
BEFORE_ALL = {"start", "end", "today", "deviceid", "my_role", "my_villages", "sample", "village_code", "own_village"}
BEFORE_ALL |= {
    "visit_date",
    "mode",
    "reached",
    "private",
    "asks",
    "settled",
    "took_place",
    "clinic_phones",
    "clinic_phones_en",
    "at_a_home",
}
"""What a record holds when nothing was asked but whether somebody was reached."""


def drawn(name: str, label: str, village: str, about: str = "households") -> dict[str, str]:
    return {"name": name, "label": label, "village_code": village, "subject_list": about}


def pocket(*due: dict[str, str]) -> Pocket:
    """The phone of a village worker of one village; of three records one is from there."""
    rows = [
        drawn(ELSEWHERE, "A-0231 三社", OTHER_VILLAGE),
        drawn(HERS, "W-0231 王*", OTHER_VILLAGE, "women"),
        drawn(OWN, "A-0101 一社", VILLAGE),
    ]
    on = make_pocket(*due)
    on.files["backcheck_sample"] = rows
    return on


def answers_of(**answers: object) -> dict[str, object]:
    return {"sample": ELSEWHERE, "visit_date": day(0), "mode": "visit", **answers}


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    return phone.fill(FORM, on or pocket(), answers_of(**answers))


def refused(phone: Phone, **answers: object) -> list[str]:
    return phone.refuses(FORM, pocket(), answers_of(**answers))
