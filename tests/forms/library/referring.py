"""What the tests of F13 begin with: two women on a phone, and referrals of theirs as the server made them."""

import uuid

from tests.forms.library.filling import LI, VILLAGE, WANG, Filled, Phone, Pocket, day, entity, make_pocket, woman

FORM = "referral_outcome"
HERS, LIS, OVER = (str(uuid.UUID(int=number, version=4)) for number in (51, 52, 53))

BEFORE_ALL = {"start", "end", "today", "deviceid", "corrects", "referral", "woman"}
BEFORE_ALL |= {
    "village_code",
    "consent_ok",
    "my_role",
    "clinic_phones",
    "clinic_phones_en",
    "visit_date",
    "open",
    "told",
}
"""What a record holds when nothing was asked but of whom it is and when."""

OPEN = BEFORE_ALL | {"visit_key", "urgency_before", "referred_before", "privacy_now", "arrived"}


def referral(name: str, her: str, urgency: str = "routine", **properties: str) -> dict[str, str]:
    """As the server makes it; `status` is there once this form has said something."""
    known = {"woman": her, "village_code": VILLAGE, "urgency": urgency, "referred_on": day(-6), "status": ""}
    return entity(name, f"W-0231 王* {day(-6)[5:]}", **{**known, **properties})


def pocket(*due: dict[str, str], her: dict[str, str] | None = None, **properties: str) -> Pocket:
    return make_pocket(
        *due,
        women=[her or woman(WANG, "W-0231 王*"), woman(LI, "W-0232 李*")],
        referrals=[
            referral(HERS, WANG, **properties),
            referral(LIS, LI, status="open"),
            referral(OVER, LI, status="closed"),
        ],
    )


def answers_of(**answers: object) -> dict[str, object]:
    return {"referral": HERS, "visit_date": day(0), "privacy_now": "alone", **answers}


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    return phone.fill(FORM, on or pocket(), answers_of(**answers))


def refused(phone: Phone, **answers: object) -> list[str]:
    return phone.refuses(FORM, pocket(), answers_of(**answers))
