"""What the tests of F6 begin with: two women on a phone, methods of theirs, and the answers before a method is asked for."""

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

FORM = "contraception_followup"
LIST = "contraception_episodes"
HERS, ANOTHER, LIS = (str(uuid.UUID(int=number, version=4)) for number in (31, 32, 33))
START = {"reason": "start", "info_given": "several_methods how_works", "choice_hers": "yes", "pressure": "no"}
AGAIN = {"choice_hers": "yes", "pressure": "no"}

BEFORE_ALL = {"start", "end", "today", "deviceid", "corrects", "client", "village_code", "consent_ok", "my_role"}
BEFORE_ALL |= {
    "clinic_phones",
    "clinic_phones_en",
    "visit_date",
    "open",
}
BEFORE_ALL |= {"goes_on", "records", "makes", "acts", "new_id", "helpline", "police"} | PRESSURE_FROM
"""What a record holds when nothing was asked but of whom it is and when."""


def episode(name: str, her: str = WANG, **properties: str) -> dict[str, str]:
    known = {"woman": her, "village_code": VILLAGE, "method": "dmpa", "start_date": day(-200), "status": "current"}
    return entity(name, f"W-0231 王* {day(-200)}", **{**known, **properties})


def pocket(
    *due: dict[str, str], her: dict[str, str] | None = None, episodes: list[dict[str, str]] | None = None
) -> Pocket:
    return make_pocket(
        *due,
        women=[her or woman(WANG, "W-0231 王*"), woman(LI, "W-0232 李*")],
        **{LIST: [episode(LIS, LI, method="iud_cu")] if episodes is None else episodes},
    )


def answers_of(**answers: object) -> dict[str, object]:
    return {"client": WANG, "visit_date": day(0), "privacy_now": "alone", **answers}


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    return phone.fill(FORM, on or pocket(), answers_of(**answers))


def refused(phone: Phone, on: Pocket | None = None, **answers: object) -> list[str]:
    return phone.refuses(FORM, on or pocket(), answers_of(**answers))


def hers(**properties: str) -> Pocket:
    """A phone that knows one method of hers."""
    return pocket(episodes=[episode(HERS, **properties), episode(LIS, LI, method="iud_cu")])
