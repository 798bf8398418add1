"""What the tests of F4 begin with: two women on a phone, their pregnancies, and the answers before the check itself."""

import uuid

from tests.forms.library.filling import (
    LI,
    PRESSURE_FROM,
    VILLAGE,
    WANG,
    Filled,
    Phone,
    Pocket,
    day,
    entity,
    make_pocket,
    woman,
)

FORM = "antenatal_check"
HERS, OTHERS, OVER = (str(uuid.UUID(int=number, version=4)) for number in (21, 22, 23))
ASKED_ALONE = {"privacy_now": "alone", "still_pregnant": "ongoing"}

BEFORE_ALL = {"start", "end", "today", "deviceid", "pregnancy", "woman", "village_code", "consent_ok"}
BEFORE_ALL |= {"my_role", "corrects", "visit_date", "open", "goes_on", "clinic_phones", "clinic_phones_en", "examined"}
BEFORE_ALL |= PRESSURE_FROM | {"helpline", "fhr_below", "fhr_above", "hb_low_below", "hb_critical_below"}
"""What a record holds when nothing was asked but of whom it is and when."""


def pregnancy(name: str, her: str, weeks_in_days: int = 150, **properties: str) -> dict[str, str]:
    known = {
        "woman": her,
        "village_code": VILLAGE,
        "ga_anchor": day(-weeks_in_days),
        "preg_no": "1",
        "status": "ongoing",
    }
    return entity(name, "W-0231 #1", **{**known, **properties})


def pocket(*due: dict[str, str], her: dict[str, str] | None = None, days: int = 150, **properties: str) -> Pocket:
    return make_pocket(
        *due,
        women=[her or woman(WANG, "W-0231 王*"), woman(LI, "W-0232 李*")],
        pregnancies=[
            pregnancy(HERS, WANG, days, **properties),
            pregnancy(OTHERS, LI),
            pregnancy(OVER, LI, status="ended"),
        ],
    )


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    given = {"pregnancy": HERS, "visit_date": day(0), **ASKED_ALONE, **answers}
    return phone.fill(FORM, on or pocket(), given)


def refused(phone: Phone, **answers: object) -> list[str]:
    return phone.refuses(FORM, pocket(), {"pregnancy": HERS, "visit_date": day(0), **ASKED_ALONE, **answers})
