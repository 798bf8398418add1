"""What the tests of F12 begin with: two homes on a phone, cases of theirs, and the answers of a household that asks."""

import uuid

from tests.forms.library.filling import VILLAGE, Filled, Phone, Pocket, day, entity, make_pocket

FORM = "benefit_case"
LIST = "benefit_cases"
HOME, NEIGHBOUR = (str(uuid.UUID(int=number, version=4)) for number in (41, 42))
CASE, SECOND, NEIGHBOURS = (str(uuid.UUID(int=number, version=4)) for number in (51, 52, 53))
AGREED = {"privacy_now": "alone", "consent_case": "yes"}
NEW = {"household": HOME, **AGREED, "benefit_type": "hardship", "step": "asked", "step_date": day(0)}
GOES_ON = {"household": HOME, "case": CASE, "step_date": day(0)}
ASKED = {"benefit_type", "step", "step_date"}
BEFORE_ALL = {"start", "end", "today", "deviceid", "household", "date_before", "renewal_before", "case_no"}
BEFORE_ALL |= {"corrects", "is_new", "may_ask", "open", "writes", "ends_here", "new_id"}
"""What a record holds when nothing was asked but of which household it is."""


def home(name: str, door_code: str) -> dict[str, str]:
    return entity(name, f"{door_code} 三社", village_code=VILLAGE, door_code=door_code, hamlet="三社")


def case(name: str, household: str = HOME, number: int = 1, **properties: str) -> dict[str, str]:
    known = {"household": household, "village_code": VILLAGE, "benefit_type": "special", "step": "submitted"}
    known |= {"step_date": day(-20), "renewal_date": "", "status": "open"}
    return entity(name, f"A-0231 #{number}", **{**known, **properties})


def pocket(*due: dict[str, str], cases: list[dict[str, str]] | None = None) -> Pocket:
    """A phone with two homes; without `cases` the neighbour has one."""
    rows = [case(NEIGHBOURS, NEIGHBOUR)] if cases is None else cases
    return make_pocket(*due, households=[home(HOME, "A-0231"), home(NEIGHBOUR, "A-0232")], **{LIST: rows})


def known(**properties: str) -> Pocket:
    """A phone that knows one case of the home."""
    return pocket(cases=[case(CASE, **properties), case(NEIGHBOURS, NEIGHBOUR)])


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    """What the form fills in beforehand stays, as a person leaves it."""
    return phone.fill(FORM, on or pocket(), answers, leave_prefilled=True)
