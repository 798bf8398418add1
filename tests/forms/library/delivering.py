"""What the tests of F5 begin with: two women on a phone, their pregnancies, and what is answered before the report."""

import uuid

from tests.forms.library.antenatal import pregnancy
from tests.forms.library.filling import LI, PRESSURE_FROM, WANG, Filled, Phone, Pocket, day, make_pocket, woman

FORM = "delivery_postnatal"
HERS, LIS, OVER = (str(uuid.UUID(int=number, version=4)) for number in (41, 42, 43))
WEEKS_39 = 273
"""How many days before today the pregnancies of these tests began, unless a test says otherwise."""

BIRTH: dict[str, object] = {"report_type": "birth", "birth_date": day(-2)}
VISIT: dict[str, object] = {"report_type": "pnc_visit", "birth_date": day(-5)}
LOSS: dict[str, object] = {"report_type": "loss"}

BEFORE_ALL = {
    "start",
    "end",
    "today",
    "deviceid",
    "corrects",
    "pregnancy",
    "due_subject",
    "my_role",
    "woman",
}
BEFORE_ALL |= {
    "village_code",
    "consent_ok",
    "clinic_phones",
    "clinic_phones_en",
    "visit_date",
    "open",
    "cares",
    "lost",
    "goes_on",
}
BEFORE_ALL |= PRESSURE_FROM | {"helpline", "fever_from"}
"""What a record holds when nothing was asked but of whom it is and when."""

OPEN = BEFORE_ALL | {"visit_key", "status_before", "anchor_before", "privacy_now", "report_type"}
KINDNESS = {"loss_note", "loss_support"}
"""All that is left after a loss, beside its day."""


def pocket(*due: dict[str, str], her: dict[str, str] | None = None, **properties: str) -> Pocket:
    return make_pocket(
        *due,
        women=[her or woman(WANG, "W-0231 王*"), woman(LI, "W-0232 李*")],
        pregnancies=[
            pregnancy(HERS, WANG, WEEKS_39, **properties),
            pregnancy(LIS, LI, WEEKS_39, status="gave_birth"),
            pregnancy(OVER, LI, WEEKS_39, status="ended"),
        ],
    )


def answers_of(**answers: object) -> dict[str, object]:
    return {"pregnancy": HERS, "visit_date": day(0), "privacy_now": "alone", **answers}


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    return phone.fill(FORM, on or pocket(), answers_of(**answers))


def refused(phone: Phone, on: Pocket | None = None, **answers: object) -> list[str]:
    return phone.refuses(FORM, on or pocket(), answers_of(**answers))
