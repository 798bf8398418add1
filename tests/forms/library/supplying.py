"""What the tests of F7 begin with: two women on a phone, pills of theirs, two supply points, and who comes for what."""

import uuid

from tests.forms.library.filling import (
    LI,
    OTHER_VILLAGE,
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

FORM = "supplies"
LIST = "contraception_episodes"
HERS, ANOTHER, LIS = (str(uuid.UUID(int=number, version=4)) for number in (71, 72, 73))
POINTS = [
    {"name": "shiqiao", "label": "石桥村卫生室", "village_code": VILLAGE},
    {"name": "hekou", "label": "河口村卫生室", "village_code": OTHER_VILLAGE},
]
NO_NAME = {"pickup_mode": "anonymous"}
BESIDE_HER_NAME = {"pickup_mode": "named", "person": WANG, "privacy_now": "alone"}

ALWAYS = {
    "start",
    "end",
    "today",
    "deviceid",
    "corrects",
    "pickup_mode",
    "clinic_phones",
    "clinic_phones_en",
    "visit_date",
    "hers",
    "open",
}
NAMED = ALWAYS | {"person", "village_code", "consent_ok"}
"""What a record holds when nothing was asked but of whom it is and when."""


def episode(name: str, her: str = WANG, **properties: str) -> dict[str, str]:
    known = {"woman": her, "village_code": VILLAGE, "method": "coc", "start_date": day(-200), "status": "current"}
    return entity(name, f"W-0231 王* {day(-200)}", **{**known, "supply_end": day(3), **properties})


def pocket(
    *due: dict[str, str], her: dict[str, str] | None = None, episodes: list[dict[str, str]] | None = None
) -> Pocket:
    on = make_pocket(
        *due,
        women=[her or woman(WANG, "W-0231 王*"), woman(LI, "W-0232 李*")],
        **{LIST: [episode(HERS), episode(LIS, LI)] if episodes is None else episodes},
    )
    on.files["supply_points"] = POINTS
    return on


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    return phone.fill(FORM, on or pocket(), {"visit_date": day(0), "qty": 1, **answers})


def refused(phone: Phone, on: Pocket | None = None, **answers: object) -> list[str]:
    return phone.refuses(FORM, on or pocket(), {"visit_date": day(0), "qty": 1, **answers})
